import {describe, expect, it} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import {remainingOf, remainingTime} from "../../src/status/remaining-time.ts";
import {SAMPLE_VIEW} from "./sample-view.ts";

const TICKS_PER_ROUND = 20;

/** An estimate at a moment of a simulated run, and what then really remained. */
interface Look {
  readonly round: number;
  readonly estimate: number | null;
  readonly truth: number;
}

/** Runs rounds of known durations past an observer that looks 20 times in each. */
function looks(durations: readonly number[]): Look[] {
  const total = durations.reduce((sum, seconds) => sum + seconds, 0);
  const found: Look[] = [];
  let beganAt = 0;
  for (const [round, duration] of durations.entries()) {
    for (let tick = 0; tick < TICKS_PER_ROUND; tick++) {
      const ageSeconds = (duration * tick) / TICKS_PER_ROUND;
      const recentSeconds = durations.slice(Math.max(0, round - 20), round);
      const {seconds} = remainingTime({roundsLeft: durations.length - round, recentSeconds, ageSeconds});
      found.push({round, estimate: seconds, truth: total - beganAt - ageSeconds});
    }
    beganAt += duration;
  }
  return found;
}

/** Of the looks with an estimate, the share that is within `factor` of the truth, but for the last second. */
function shareWithin(found: readonly Look[], factor: number): number {
  const told = found.filter(({estimate, truth}) => estimate !== null && truth > 1);
  const good = told.filter(
    ({estimate, truth}) => estimate !== null && estimate <= factor * truth && truth <= factor * estimate,
  );
  return good.length / told.length;
}

const random = createRandom({seed: 7, site: "test", round: 0, purpose: "remaining"});
const repeated = (count: number, of: (index: number) => number): number[] =>
  Array.from({length: count}, (_, index) => of(index));

describe("the remaining time, beside a clock that knows", () => {
  it("is exact to the last moment while rounds take the same time", () => {
    const found = looks(repeated(40, () => 3)).filter(({round}) => round > 0);
    expect(found).toHaveLength(39 * TICKS_PER_ROUND);
    for (const {estimate, truth} of found) expect(estimate).toBeCloseTo(truth, 9);
  });

  it.each<[string, number[], number, number]>([
    ["rounds that vary by a third", repeated(200, () => 2 * (0.67 + 0.66 * random.uniform())), 1.25, 0.97],
    [
      "two kinds of rounds in turn, as where sites miss each other",
      repeated(200, (n) => (n % 2 === 0 ? 1 : 3)),
      1.25,
      0.97,
    ],
    ["three slow rounds in ten", repeated(200, (n) => (n % 10 < 3 ? 4 : 1)), 2.2, 0.95],
    ["what follows one odd round of a hundred times", repeated(200, (n) => (n === 120 ? 200 : 2)), 2, 0.98],
  ])("is right of %s", (_, durations, factor, share) => {
    expect(
      shareWithin(
        looks(durations).filter(({round}) => round >= (durations.some((seconds) => seconds > 100) ? 121 : 5)),
        factor,
      ),
    ).toBeGreaterThanOrEqual(share);
  });

  it("is not known while a round takes much longer than usual, and follows a new pace after three", () => {
    const durations = [...repeated(100, () => 0.15), ...repeated(100, () => 15)];
    const found = looks(durations);
    // By time, not by look: the first slow round is a hundred times as long as those before.
    const lately = found.filter(({round}) => round >= 100 && round < 103);
    const wrong = lately.filter(({estimate, truth}) => estimate !== null && estimate < truth / 4);
    expect(wrong.length / lately.length).toBeLessThan(0.5);
    expect(
      found.filter(({round, estimate}) => round === 100 && estimate === null).length,
    ).toBeGreaterThanOrEqual(17);
    expect(
      shareWithin(
        found.filter(({round}) => round >= 103),
        2.5,
      ),
    ).toBe(1);
    const back = looks([...durations, ...repeated(100, () => 0.15)]).filter(({round}) => round >= 203);
    expect(shareWithin(back, 2.5)).toBeGreaterThan(0.9);
  });

  it("says why it is not known, and is 0 at the end", () => {
    expect(remainingTime({roundsLeft: 4, recentSeconds: [], ageSeconds: 9})).toEqual({
      seconds: null,
      reason: "no round has been timed yet",
    });
    expect(remainingTime({roundsLeft: 900, recentSeconds: [0.15, 0.15], ageSeconds: 600})).toEqual({
      seconds: null,
      reason: "the round under way has taken 600 s, where 0.15 s are usual",
    });
    expect(remainingTime({roundsLeft: 0, recentSeconds: [2], ageSeconds: 900})).toEqual({
      seconds: 0,
      reason: null,
    });
  });

  it("is told of the view of a node", () => {
    const wallMs = SAMPLE_VIEW.pace.roundSinceWallMs + 500;
    // By hand: 13 rounds remain, (1.4 + 1.5 + 1.6) / 3 = 1.5 s each; half a second of the first is over.
    expect(remainingOf(SAMPLE_VIEW, wallMs).seconds).toBeCloseTo(13 * 1.5 - 0.5, 9);
    expect(remainingOf({...SAMPLE_VIEW, stage: null}, wallMs).seconds).toBe(0);
    expect(remainingOf({...SAMPLE_VIEW, stage: "mean"}, wallMs).reason).toBe("training has not begun");
  });
});
