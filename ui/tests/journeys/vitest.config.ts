import { defineConfig } from "vitest/config";
import { Closing } from "./closing.ts";

// One server and one browser at a time: journeys look at times, and a person has but one screen.
export default defineConfig({
  test: {
    root: import.meta.dirname,
    environment: "node",
    include: ["**/*.journey.ts"],
    globalSetup: ["./stage.ts"],
    fileParallelism: false,
    isolate: false,
    reporters: ["default", new Closing()],
    // A browser under the load of another process may miss a moment once.
    retry: process.env["CI"] ? 1 : 0,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
