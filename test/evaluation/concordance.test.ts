import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import {
  concordanceIndex,
  concordanceInterval,
  concordanceOfRows,
  type ScoredSurvival,
} from "../../src/evaluation/index.ts";

/** Times and scores from coarse grids, so that all kinds of ties are common. */
const tiedSurvival = fc
  .array(fc.record({time: fc.nat(6), event: fc.nat(1), score: fc.nat(5)}), {maxLength: 25})
  .map((patients) => ({
    times: patients.map(({time}) => time),
    events: patients.map(({event}) => event),
    scores: patients.map(({score}) => score / 5),
  }));

function randomOf(seed: number) {
  return createRandom({seed, site: "test", round: 0, purpose: "bootstrap"});
}

/** What ranking `first`, who died, above `other` is worth; null where nobody knows who was first. */
function worthOf({times, events, scores}: ScoredSurvival, first: number, other: number): number | null {
  const at = (values: ArrayLike<number>, row: number): number => values[row] ?? Number.NaN;
  const isFirst = at(times, first) < at(times, other);
  const isKnown = isFirst || (at(times, first) === at(times, other) && events[other] === 0);
  if (events[first] !== 1 || !isKnown) return null;
  return (1 + Math.sign(at(scores, first) - at(scores, other))) / 2;
}

/** Harrell's definition over all pairs. */
function pairwise(survival: ScoredSurvival): number | null {
  const rows = Array.from(survival.times, (_, row) => row);
  const worth = rows.flatMap((first) => rows.map((other) => worthOf(survival, first, other)));
  const known = worth.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

describe("the concordance index", () => {
  it("is 6/7 on the project's reference vector", () => {
    const times = [5, 8, 12, 20, 25];
    const events = [1, 0, 1, 1, 0];
    expect(concordanceIndex({times, events, scores: [0.9, 0.4, 0.6, 0.7, 0.1]})).toBeCloseTo(6 / 7, 15);
  });

  it("equals the definition over all pairs, with ties in time and score", () => {
    fc.assert(
      fc.property(tiedSurvival, (survival) => {
        expect(concordanceIndex(survival)).toBe(pairwise(survival));
      }),
    );
  });

  it("of drawn rows is that of the patients they stand for, as often as they are drawn", () => {
    fc.assert(
      fc.property(tiedSurvival, fc.array(fc.nat(24), {maxLength: 30}), (survival, draws) => {
        const n = survival.times.length;
        const rows = n === 0 ? [] : draws.map((draw) => draw % n);
        const of = (values: readonly number[]): number[] => rows.map((row) => values[row] ?? 0);
        const drawn = {times: of(survival.times), events: of(survival.events), scores: of(survival.scores)};
        expect(concordanceOfRows(survival)(Uint32Array.from(rows))).toBe(pairwise(drawn));
      }),
    );
  });

  it("takes an event for earlier than a censored patient of the same time, and compares no two events of one time", () => {
    expect(concordanceIndex({times: [3, 3], events: [1, 0], scores: [2, 1]})).toBe(1);
    expect(concordanceIndex({times: [3, 3], events: [1, 0], scores: [1, 2]})).toBe(0);
    expect(concordanceIndex({times: [3, 3], events: [1, 1], scores: [2, 1]})).toBeNull();
  });

  it("is undefined without an event, or where nobody outlived one", () => {
    expect(concordanceIndex({times: [1, 2], events: [0, 0], scores: [1, 2]})).toBeNull();
    expect(concordanceIndex({times: [1, 2], events: [0, 1], scores: [1, 2]})).toBeNull();
    expect(concordanceIndex({times: [], events: [], scores: []})).toBeNull();
  });

  it("refuses what is no survival", () => {
    const code = (survival: ScoredSurvival, expected: string): void =>
      expect(() => concordanceIndex(survival), expected).toThrow(expect.objectContaining({code: expected}));
    code({times: [1, 2], events: [1], scores: [1, 2]}, "EVALUATION_LENGTH_MISMATCH");
    code({times: [1], events: [1, 0], scores: [1, 2]}, "EVALUATION_LENGTH_MISMATCH");
    code({times: [1, 2], events: [2, 1], scores: [1, 2]}, "EVALUATION_NOT_BINARY");
    code({times: [1, Number.NaN], events: [0, 1], scores: [1, 2]}, "EVALUATION_NOT_FINITE");
    code({times: [1, 2], events: [0, 1], scores: [1, Number.POSITIVE_INFINITY]}, "EVALUATION_NOT_FINITE");
  });

  it("does not depend on the order of the patients, and its interval neither", () => {
    const survival = {times: [5, 8, 12, 20, 25], events: [1, 0, 1, 1, 0], scores: [0.9, 0.4, 0.6, 0.7, 0.1]};
    const turned = {
      times: survival.times.toReversed(),
      events: survival.events.toReversed(),
      scores: survival.scores.toReversed(),
    };
    const interval = concordanceInterval(survival, randomOf(1));
    expect(concordanceInterval(turned, randomOf(1))).toEqual(interval);
    expect(interval?.low).toBeLessThan(6 / 7);
    expect(interval?.high).toBe(1);
  });

  it("says that it knows nothing where a sample has no pair", () => {
    const survival = {times: [1, 5, 9], events: [0, 1, 0], scores: [1, 2, 0]};
    expect(concordanceInterval(survival, randomOf(2))).toEqual({value: 1, low: 0, high: 1});
  });

  it("has an interval that covers the truth in about 57 of 60 cohorts", () => {
    // Exponential times whose rate is exp(score), score normal with deviation 1, half of the patients censored at random.
    const cohort = (draw: number): ScoredSurvival => {
      const random = createRandom({seed: 7, site: "cohort", round: draw, purpose: "test"});
      const rows = Array.from({length: 40}, () => {
        const score = random.normal();
        const time = -Math.log(1 - random.uniform()) / Math.exp(score);
        const end = -Math.log(1 - random.uniform());
        return {score, time: Math.min(time, end), event: time <= end ? 1 : 0};
      });
      return {
        times: rows.map(({time}) => time),
        events: rows.map(({event}) => event),
        scores: rows.map(({score}) => score),
      };
    };
    const values = Array.from({length: 60}, (_, draw) => concordanceInterval(cohort(draw), randomOf(draw)));
    const truth = values.reduce((sum, interval) => sum + (interval?.value ?? 0), 0) / values.length;
    const covered = values.filter((at) => at !== null && at.low <= truth && truth <= at.high).length;
    expect(covered).toBeGreaterThanOrEqual(51);
    expect(covered).toBeLessThanOrEqual(60);
  });
});
