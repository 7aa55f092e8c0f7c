import { appendFileSync } from "node:fs";

/** Ends a run with the plain line that machines read, and appends the counts to PAWL_TEST_COUNTS when it is set. */
export default class CountReporter {
  onTestRunEnd(modules, errors) {
    const count = { passed: 0, failed: errors.length, skipped: 0 };
    let unexplained = 0;
    for (const module of modules) {
      if (module.state() === "failed" && module.errors().length > 0) count.failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") count.passed += 1;
        else if (state === "failed") count.failed += 1;
        else {
          count.skipped += 1;
          // Rights cannot be installed as a package can.
          if (!test.fullName.includes("(skipped: only root")) unexplained += 1;
        }
      }
    }
    if (process.env.CI === "true" && unexplained > 0) {
      console.error(`CI=true: ${unexplained} skipped tests count as failures.`);
      process.exitCode = 1;
    }
    const line = `${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`;
    // After vitest's own summary, so that the plain line is the last one.
    process.on("exit", () => console.log(line));
    if (process.env.PAWL_TEST_COUNTS) appendFileSync(process.env.PAWL_TEST_COUNTS, `${JSON.stringify(count)}\n`);
  }
}
