import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The page is served from / by the server; in development Vite passes calls on to a server that is up.
// It answers to its own name alone, so that is what it is called by.
const up = { target: process.env["PENSTOCK_URL"] ?? "http://127.0.0.1:7420", changeOrigin: true };

export default defineConfig({
  plugins: [react()],
  build: { outDir: "../src/penstock/server/page", emptyOutDir: true, target: "es2022", assetsInlineLimit: 0 },
  server: { host: "127.0.0.1", proxy: { "/api": up, "/health": up, "/login?": up } },
  worker: { format: "es" },
});
