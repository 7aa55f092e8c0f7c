import { defineConfig } from "@pawl/flows";

export default defineConfig({
  // The cache and the counts live in memory: every worker process would have its own.
  workers: { count: 1 },
});
