import { defineConfig } from "vitest/config";

// One server and one browser at a time: journeys look at times, and a person has but one screen.
export default defineConfig({
  test: {
    root: import.meta.dirname,
    environment: "node",
    include: ["**/*.journey.ts"],
    globalSetup: ["./stage.ts"],
    fileParallelism: false,
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
