import {spawnSync} from "node:child_process";

/** How a program ended. */
export interface ProgramEnd {
  readonly isAbsent: boolean;
  readonly isSuccess: boolean;
  readonly stderr: string;
  /** The line of its output that says why it failed, or the signal that ended it. */
  readonly why: string;
}

/** The first line with an error in it, else the last line there is. */
function tellingLine(output: string): string | undefined {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  return (lines.find((line) => /error[: ]/i.test(line)) ?? lines.at(-1))?.trim();
}

/**
 * Runs a program to its end, its output kept.
 * @param environment variables beside those of this process
 */
export function runProgram(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ProgramEnd {
  const end = spawnSync(program, args, {encoding: "utf8", env: {...process.env, ...environment}});
  if (end.error !== undefined) {
    const isAbsent = "code" in end.error && end.error.code === "ENOENT";
    return {isAbsent, isSuccess: false, stderr: "", why: end.error.message};
  }
  const {status, signal, stdout, stderr} = end;
  const ending = signal === null ? `exit status ${status}` : `ended by ${signal}`;
  const why = tellingLine(stderr) ?? tellingLine(stdout) ?? ending;
  return {isAbsent: false, isSuccess: status === 0, stderr, why};
}
