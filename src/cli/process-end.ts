import {errorLine, isCoded} from "../core/index.ts";
import {exitStatusOf} from "./exit-status.ts";
import {ERROR_LEVEL, isJournal, withJournalLevel} from "./journal-level.ts";
import {machineFaultOf} from "./machine-faults.ts";
import {guardOutput} from "./output-guard.ts";
import {printable} from "./printable.ts";
import {withSourcePlaces} from "./source-places.ts";

/** What the core throws tells of bugs alone. */
function isExpected(error: unknown): boolean {
  return isCoded(error) && !error.code.startsWith("CORE_");
}

/** Tells a failure on standard error: one line when it was to be expected, with its stack when it is a bug. */
export function reportFailure(thrown: unknown): number {
  const error = machineFaultOf(thrown) ?? thrown;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const told = isExpected(error)
    ? errorLine(error).replaceAll(/\s*[\r\n]+\s*/g, " ")
    : withSourcePlaces(stack);
  const text = printable(told);
  const isFiled = isJournal(process.env["JOURNAL_STREAM"]);
  process.stderr.write(`${isFiled ? withJournalLevel(text, ERROR_LEVEL) : text}\n`);
  return exitStatusOf(error);
}

/** Ends the process once everything written to standard output and error has left it. */
export function endProcess(status: number): void {
  process.stdout.write("", () => process.stderr.write("", () => process.exit(status)));
}

/**
 * Escapes controls in all that is written, tells what nobody caught, lets a reader of the output leave early (`consilium ... | head`) without a fuss, and keeps
 * SIGUSR1 from opening Node's debugger, which asks no local user for a token.
 */
export function guardProcess(): void {
  guardOutput(process.stdout);
  guardOutput(process.stderr);
  process.on("SIGUSR1", () => {});
  process.on("uncaughtException", (error) => endProcess(reportFailure(error)));
  process.stdout.on("error", ({code}: NodeJS.ErrnoException) => process.exit(code === "EPIPE" ? 0 : 74));
  // A daemon outlives the reader of its log.
  process.stderr.on("error", () => {});
}
