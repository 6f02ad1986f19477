import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { tellAhead } from "./ahead.config";

// The page is served from / by the server; in development Vite passes calls on to a server that is up.
// It answers to its own name alone, so that is what it is called by.
const up = { target: process.env["PENSTOCK_URL"] ?? "http://127.0.0.1:7420", changeOrigin: true };

// A place's code comes in few files: each costs the server a request, and a browser asks for six at a time. What every
// place starts with is one file; small things that several use are another, and the rest goes by who uses it.
const groups = [
  { name: "index", tags: ["$initial" as const], priority: 3 },
  { name: "small", test: /lucide-react|src\/(domain|components|api|logs)\//, minShareCount: 2, priority: 2 },
  { name: "shared", minShareCount: 2, entriesAware: true, entriesAwareMergeThreshold: 3_000, priority: 1 },
];

/** Shared files are named after all who share them otherwise. */
const named = (kind: string) => (file: { name?: string; names?: string[] }) =>
  `assets/${(file.name ?? file.names?.[0] ?? "").startsWith("shared~") ? "shared" : "[name]"}-[hash]${kind}`;

export default defineConfig({
  plugins: [react(), tellAhead()],
  build: {
    outDir: "../src/penstock/server/page",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    rolldownOptions: { output: { codeSplitting: { groups }, chunkFileNames: named(".js"), assetFileNames: named("[extname]") } },
  },
  server: { host: "127.0.0.1", proxy: { "/api": up, "/health": up, "/login?": up } },
  worker: { format: "es" },
});
