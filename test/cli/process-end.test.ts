import {afterEach, describe, expect, it, vi} from "vitest";
import {reportFailure} from "../../src/cli/process-end.ts";
import {CodedError} from "../../src/core/index.ts";

/** What is told of `error` on standard error, and the exit status. */
function told(error: unknown): readonly [text: string, status: number] {
  const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  write.mockClear();
  const status = reportFailure(error);
  return [write.mock.calls.map(([text]) => String(text)).join(""), status];
}

afterEach(() => void vi.restoreAllMocks());

describe("a failure", () => {
  it("that was to be expected is told in one line, whatever its message holds", () => {
    const error = new CodedError("DATA_TASK_INVALID", "bad:\n  indentation\n", {hint: "Mend it."});
    expect(told(error)).toEqual(["DATA_TASK_INVALID: bad: indentation. Mend it.\n", 65]);
  });

  it("that is a bug is told with its stack", () => {
    const [text, status] = told(new TypeError("x is undefined"));
    expect(text).toMatch(/^TypeError: x is undefined\n {4}at /);
    expect(status).toBe(1);
    expect(told("thrown text")).toEqual(["thrown text\n", 1]);
  });
});
