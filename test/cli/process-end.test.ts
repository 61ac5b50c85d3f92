import {afterEach, describe, expect, it, vi} from "vitest";
import {machineFaultOf} from "../../src/cli/machine-faults.ts";
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

  it("moves no cursor and hides no text, whatever a file of others has put into its message", () => {
    const error = new CodedError("CONSORTIUM_PLAN_INVALID", "unknown key \u001b[2J\u009b\u202e\tü");
    expect(told(error)[0]).toBe("CONSORTIUM_PLAN_INVALID: unknown key \\u001b[2J\\u009b\\u202e\tü.\n");
  });

  it("that is a bug is told with its stack", () => {
    const [text, status] = told(new TypeError("x is undefined"));
    expect(text).toMatch(/^TypeError: x is undefined\n {4}at /);
    expect(status).toBe(1);
    const [missing] = told(new CodedError("CORE_UNREACHABLE", "the first run is missing"));
    expect(missing).toMatch(/^CodedError: the first run is missing\n {4}at /);
    expect(told("thrown text")).toEqual(["thrown text\n", 1]);
  });
});

describe("a limit of the machine", () => {
  // What is thrown where h5wasm found no memory.
  const error = new TypeError("filename.startsWith is not a function");
  const memory = {limitBytes: () => 4e9, hasRoom: () => false};

  it("is named behind what was thrown for want of memory, whatever its words", () => {
    const fault = machineFaultOf(error, memory);
    expect([fault?.code, fault?.message, fault?.cause]).toEqual([
      "CLI_MACHINE_MEMORY",
      "this process may address 4.0 GB of memory, too little for WebAssembly: filename.startsWith is not a function",
      error,
    ]);
  });

  it("does not pass for the cause of a bug where there is room, or no limit", () => {
    expect(machineFaultOf(error, {...memory, hasRoom: () => true})).toBeNull();
    expect(machineFaultOf(error, {...memory, limitBytes: () => null})).toBeNull();
    expect(machineFaultOf(error)).toBeNull();
  });
});
