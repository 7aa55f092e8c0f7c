import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

// Packages resolve to their sources, so nothing has to be built before a test runs.
const resolve = { conditions: ["source"] };
const base = { ssr: { resolve }, resolve };
const limits = { testTimeout: 30_000, hookTimeout: 60_000 };

export default defineConfig({
  ...base,
  test: {
    // Many tests wait for programs: the default leaves one core idle, which on a machine with two is half of it.
    maxWorkers: Math.max(2, availableParallelism()),
    reporters: ["default", "./scripts/count-reporter.js"],
    projects: [
      {
        ...base,
        test: {
          ...limits,
          name: "unit",
          include: ["packages/*/test/**/*.test.ts", "plugins/*/test/**/*.test.ts"],
          exclude: ["**/fixtures/**"],
        },
      },
      {
        ...base,
        test: {
          ...limits,
          name: "end-to-end",
          // eventsource-parser has a `source` condition of its own, which Node cannot load and vitest can.
          server: { deps: { inline: [/node_modules\/(?:ai|@ai-sdk|eventsource-parser)\//] } },
          include: ["test/**/*.test.ts", "examples/**/*.test.ts"],
          exclude: ["test/architecture/**", "**/fixtures/**", "**/node_modules/**"],
          globalSetup: ["test/build-if-stale.ts"],
        },
      },
      { ...base, test: { ...limits, name: "architecture", include: ["test/architecture/**/*.test.ts"] } },
    ],
  },
});
