import type {Reporter, SerializedError, TestModule, TestRunEndReason} from "vitest/node";

/** Vitest reporter that closes a run with the line `N passed, N failed, N skipped`. */
export default class Totals implements Reporter {
  /**
   * Counts every test. A file that cannot be loaded and an error outside any test count as one failure each, and so
   * does a run that failed or was cut short before it came to a test, such as in its set-up.
   */
  onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    const counts = {passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0};
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const test of tests) counts[test.result().state] += 1;
      if (module.state() === "failed" && tests.every((test) => test.result().state !== "failed"))
        counts.failed += 1;
    }
    if (reason !== "passed" && counts.failed === 0) counts.failed = 1;
    const skipped = counts.skipped + counts.pending;
    process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${skipped} skipped\n`);
  }
}
