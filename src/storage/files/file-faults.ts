import {CodedError} from "../../core/index.ts";

const FULL: readonly unknown[] = ["ENOSPC", "EDQUOT"];

/** The code of an error of the operating system, such as `ENOENT`, or undefined. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/**
 * Runs `action`, and turns the operating system's refusal to write `path` into an error of this room.
 * @throws {CodedError} STORAGE_FULL, STORAGE_UNWRITABLE
 */
export async function writing<Result>(path: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    const code = systemCode(error);
    if (error instanceof CodedError || code === undefined) throw error;
    const details = {data: {path, systemCode: code}, cause: error};
    if (FULL.includes(code)) {
      throw new CodedError("STORAGE_FULL", `no room to write ${path} (${code}), nothing was lost`, {
        ...details,
        hint: "Free space on that disk, then restart.",
      });
    }
    throw new CodedError("STORAGE_UNWRITABLE", `cannot write ${path} (${code})`, {
      ...details,
      hint: "Give the daemon's user write access to the state directory on a local disk, then restart.",
    });
  }
}

/**
 * Runs `action`, and turns the operating system's refusal to read `path` into an error of this room.
 * @throws {CodedError} STORAGE_UNREADABLE
 */
export async function reading<Result>(path: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    const code = systemCode(error);
    if (error instanceof CodedError || code === undefined) throw error;
    throw new CodedError("STORAGE_UNREADABLE", `cannot read ${path} (${code})`, {
      data: {path, systemCode: code},
      hint: "Give the daemon's user read access to it.",
      cause: error,
    });
  }
}
