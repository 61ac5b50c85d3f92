import type {DayReport} from "./day/day-report.ts";
import {runDay} from "./day/run-day.ts";

const HOUR_SECONDS = 3600;
/** Least share of all seconds in which health is what the certificates say, give or take ten seconds. */
const LEAST_AGREEMENT = 0.99;
const SEED = 20_261_130;

/** An hour of four daemons with a script of mishaps; throws when health is not what the certificates say. */
export async function scriptedDay(): Promise<Readonly<Record<string, unknown>>> {
  const report = await runDay({
    seed: SEED,
    daySeconds: HOUR_SECONDS,
    longestSeconds: 60,
    quietSeconds: 40,
    rounds: 90_000,
    diskBytes: 512 * 1024 ** 2,
  });
  const faults = dayFaults(report);
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return {synthetic: true, seeds: [SEED], ...report};
}

/** What the committed day falls short of; a short day is run anew by test/process/scripted-day.test.ts. */
export function scriptedDayAgain(committed: string): string[] {
  return dayFaults(JSON.parse(committed) as DayReport);
}

/** A day of four minutes, with one mishap of each kind. */
export function shortDay(seed: number): Promise<DayReport> {
  return runDay({
    seed,
    daySeconds: 240,
    longestSeconds: 14,
    quietSeconds: 12,
    rounds: 10_000,
    diskBytes: 64 * 1024 ** 2,
  });
}

/** Where a day's health was not what the certificates say. */
export function dayFaults({agreement, nodes}: DayReport): string[] {
  const faults = nodes
    .filter(({seconds, expected_seconds: expected}) => expected < seconds / 2)
    .map(
      ({site}) =>
        `scripted-day: ${site} was not expected to be healthy for half the day, which shows too little`,
    );
  if (agreement.within_10_s < LEAST_AGREEMENT) {
    faults.push(
      `scripted-day: health agrees in ${agreement.within_10_s} of all seconds, ${LEAST_AGREEMENT} are asked for`,
    );
  }
  return faults;
}
