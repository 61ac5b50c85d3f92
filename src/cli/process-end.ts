import {errorLine, isCoded} from "../core/index.ts";
import {exitStatusOf} from "./exit-status.ts";
import {ERROR_LEVEL, isJournal, withJournalLevel} from "./journal-level.ts";
import {machineFaultOf} from "./machine-faults.ts";
import {guardOutput} from "./output-guard.ts";
import {printable} from "./printable.ts";
import {withSourcePlaces} from "./source-places.ts";

/** Tells whether an error is expected: errors of the core are always bugs. */
function isExpected(error: unknown): boolean {
  return isCoded(error) && !error.code.startsWith("CORE_");
}

/** Reports a failure on standard error: in one line if it was expected, with its stack if it is a bug. */
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
 * Escapes control characters in all output and reports uncaught errors. Lets a reader of the output leave
 * early (`consilium ... | head`) without an error. Keeps SIGUSR1 from opening Node's debugger, which asks no
 * local user for a token.
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
