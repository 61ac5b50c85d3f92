import process from "node:process";
import type {Reporter, TestModule} from "vitest/node";

const MOST_SHOWN = 10;
/** Daemons as processes: they wait on purpose, and belong to no fast tier. */
const SLOW_TIER = "test/process/";

/** Time that a test file took. */
export interface FileTime {
  /** Its path from the project's root. */
  readonly file: string;
  readonly seconds: number;
}

/**
 * The time of each file, longest first: processor time of its worker and what that started, which a busy machine
 * does not stretch; of a file whose worker told none, the time from its first hook to its last.
 */
export function fileTimes(
  modules: readonly Pick<TestModule, "relativeModuleId" | "meta" | "diagnostic">[],
): FileTime[] {
  return modules
    .map((module) => ({
      file: module.relativeModuleId,
      seconds: module.meta().processorSeconds ?? module.diagnostic().duration / 1000,
    }))
    .sort((one, other) => other.seconds - one.seconds);
}

/** The seconds that CONSILIUM_TEST_BUDGET_S allows a file; null if it is not set, or the thorough tier is asked for. */
export function budgetSeconds(variables: Readonly<Record<string, string | undefined>>): number | null {
  const written = variables["CONSILIUM_TEST_BUDGET_S"];
  if (written === undefined || variables["CONSILIUM_THOROUGH"] === "1") return null;
  const seconds = Number(written);
  if (seconds > 0 && Number.isFinite(seconds)) return seconds;
  throw new RangeError(`CONSILIUM_TEST_BUDGET_S is no number of seconds: ${written}`);
}

/** The files of the fast tier that took longer than `budgetS`. */
export function overBudget(times: readonly FileTime[], budgetS: number | null): readonly FileTime[] {
  if (budgetS === null) return [];
  return times.filter(({file, seconds}) => seconds > budgetS && !file.startsWith(SLOW_TIER));
}

/** The lines under the heading, one for each file. */
export function timeLines(heading: string, times: readonly FileTime[]): string {
  if (times.length === 0) return "";
  const lines = times.map(({file, seconds}) => `${seconds.toFixed(1).padStart(7)}  ${file}`);
  return `\n${[heading, ...lines].join("\n")}\n`;
}

/** Vitest reporter that names the ten slowest files, and fails a run with a file that exceeds its budget of time. */
export default class Budget implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const times = fileTimes(modules);
    const budgetS = budgetSeconds(process.env);
    const over = overBudget(times, budgetS);
    process.stdout.write(
      timeLines("slowest files, in seconds of processor time:", times.slice(0, MOST_SHOWN)),
    );
    process.stdout.write(timeLines(`FAILED: above CONSILIUM_TEST_BUDGET_S=${budgetS}:`, over));
    if (over.length > 0) process.exitCode = 1;
  }
}
