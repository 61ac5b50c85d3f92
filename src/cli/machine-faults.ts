import {readFileSync} from "node:fs";
import {CodedError, formatBytes, isCoded} from "../core/index.ts";
import type {CliErrorCode} from "./errors.ts";

const TOO_MANY_FILES = ["EMFILE", "ENFILE"];
const LIMITS = "/proc/self/limits";

function codeOf(error: Error): string | null {
  return "code" in error ? String(error.code) : null;
}

/** Bytes that this process may address (`ulimit -v`), or null if there is no limit, or it is unknown. */
function addressableBytes(): number | null {
  try {
    const limit = /^Max address space +(\d+)/m.exec(readFileSync(LIMITS, "utf8"))?.[1];
    return limit === undefined ? null : Number(limit);
  } catch {
    return null;
  }
}

/** The part of the JavaScript API that this file uses: Node's types leave it to those of browsers. */
interface WebAssemblyApi {
  readonly Memory: new (size: {readonly initial: number}) => {readonly buffer: ArrayBuffer};
}

/** Tells whether WebAssembly finds room for one page: V8 reserves gigabytes of addresses for each memory. */
function hasRoom(): boolean {
  const {Memory} = Reflect.get(globalThis, "WebAssembly") as WebAssemblyApi;
  try {
    return new Memory({initial: 1}).buffer.byteLength > 0;
  } catch {
    return false;
  }
}

/** Amount of memory that this process may address, and a check that it is enough. */
export interface Addressable {
  /** Null if there is no limit. */
  limitBytes(): number | null;
  hasRoom(): boolean;
}

/**
 * The fault of the machine's limits behind an unexpected failure, or null. Code that found no memory later
 * fails with its own message, so this asks for the memory again; if the memory is there, the failure is a
 * bug.
 */
export function machineFaultOf(
  error: unknown,
  memory: Addressable = {limitBytes: addressableBytes, hasRoom},
): CodedError<CliErrorCode> | null {
  if (isCoded(error) || !(error instanceof Error)) return null;
  const code = codeOf(error);
  if (code !== null && TOO_MANY_FILES.includes(code))
    return new CodedError("CLI_MACHINE_FILES", `this process may open no more files (${code})`, {
      hint: "Raise the limit to 256 or more: `ulimit -n` in a shell, LimitNOFILE in a unit.",
      cause: error,
    });
  const bytes = memory.limitBytes();
  if (bytes === null || memory.hasRoom()) return null;
  return new CodedError(
    "CLI_MACHINE_MEMORY",
    `this process may address ${formatBytes(bytes)} of memory, too little for WebAssembly: ${error.message}`,
    {
      hint: "Run it without that limit (`ulimit -v unlimited`), and bound its memory by a control group (Slurm: --mem).",
      cause: error,
    },
  );
}
