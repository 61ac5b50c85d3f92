import {errorLine, isCoded} from "../core/index.ts";
import {exitStatusOf} from "./exit-status.ts";

/** Tells a failure on standard error: one line when it was to be expected, with its stack when it is a bug. */
export function reportFailure(error: unknown): number {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const text = isCoded(error) ? errorLine(error).replaceAll(/\s*[\r\n]+\s*/g, " ") : stack;
  process.stderr.write(`${text}\n`);
  return exitStatusOf(error);
}

/** Ends the process once everything written to standard output and error has left it. */
export function endProcess(status: number): void {
  process.stdout.write("", () => process.stderr.write("", () => process.exit(status)));
}

/** Tells what nobody caught, and lets a reader of the output leave early (`consilium ... | head`) without a fuss. */
export function guardProcess(): void {
  process.on("uncaughtException", (error) => endProcess(reportFailure(error)));
  process.stdout.on("error", ({code}: NodeJS.ErrnoException) => process.exit(code === "EPIPE" ? 0 : 74));
  // A daemon outlives the reader of its log.
  process.stderr.on("error", () => {});
}
