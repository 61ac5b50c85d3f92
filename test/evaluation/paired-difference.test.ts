import fc from "fast-check";
import {expect, test} from "vitest";
import {normalCdf} from "../../src/evaluation/distributions/normal.ts";
import {
  aurocOfRows,
  drawFigures,
  isNonInferior,
  meanOfRows,
  pairedDifference as pairedDrawn,
  ROW_STATISTICS,
  type RowStatistic,
} from "../../src/evaluation/index.ts";
import {runs} from "../setup/thorough.ts";
import {constant, pairedDifference, randomFor, type Seed} from "./paired-seeds.ts";
import {tiedPatients} from "./scored-patients-arbitrary.ts";

function seedOf(difference: number, patients = "all"): Seed {
  return {patients, strata: [0, 1], ours: constant(difference), baseline: constant(0)};
}

test("the value is the mean over seeds on the patients as they are", () => {
  const labels = [0, 0, 1, 1];
  const seeds = [
    [0.1, 0.4, 0.35, 0.8],
    [0.1, 0.3, 0.35, 0.8],
  ].map((scores) => ({
    patients: "four",
    strata: labels,
    ours: aurocOfRows(labels, scores),
    baseline: aurocOfRows(labels, [0.5, 0.5, 0.5, 0.5]),
  }));
  const result = pairedDifference({seeds, purpose: "value"});
  expect(result).toMatchObject({value: (0.25 + 0.5) / 2, seeds: 2});
});

test("methods with the same scores differ by 0 .. 0 exactly, in every figure", () => {
  fc.assert(
    fc.property(
      tiedPatients,
      fc.constantFrom(...Object.values(ROW_STATISTICS)),
      ({labels, first, second}, figure) => {
        const seeds = [first, second].map((scores) => ({
          patients: "same",
          strata: labels,
          ours: figure(labels, scores),
          baseline: figure(labels, scores),
        }));
        const result = pairedDifference({seeds, purpose: "identical"});
        expect(result).toEqual({value: 0, low: 0, high: 0, seeds: 2});
      },
    ),
    {numRuns: 10},
  );
});

test("changing places turns the difference and its interval round", () => {
  fc.assert(
    fc.property(tiedPatients, ({labels, first, second}) => {
      const [one, other] = [aurocOfRows(labels, first), aurocOfRows(labels, second)];
      const of = (ours: RowStatistic, baseline: RowStatistic) =>
        pairedDifference({
          seeds: [{patients: "same", strata: labels, ours, baseline}],
          purpose: "turned",
        });
      const [there, back] = [of(one, other), of(other, one)];
      expect(back?.value).toBeCloseTo(-(there?.value ?? Number.NaN), 12);
      expect(back?.low).toBeCloseTo(-(there?.high ?? Number.NaN), 12);
      expect(back?.high).toBeCloseTo(-(there?.low ?? Number.NaN), 12);
    }),
    {numRuns: 10},
  );
});

test("a seed alone has the plain bootstrap interval of its patients", () => {
  const values = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const seed = {
    patients: "ten",
    strata: values.map(() => 0),
    ours: meanOfRows(values),
    baseline: meanOfRows(values.map(() => 0)),
  };
  const result = pairedDifference({seeds: [seed], purpose: "plain"});
  const random = randomFor("plain ten");
  const means = Array.from({length: 1000}, () => values.reduce((sum) => sum + random.below(10), 0) / 10).sort(
    (a, b) => a - b,
  );
  const between = (place: number): number => {
    const below = Math.floor(place);
    return (means[below] ?? 0) + (place - below) * ((means[below + 1] ?? 0) - (means[below] ?? 0));
  };
  expect(result?.value).toBe(4.5);
  expect(result?.low).toBeCloseTo(between(24.975), 12);
  expect(result?.high).toBeCloseTo(between(974.025), 12);
});

test("seeds that alone differ have about their t-interval, however patients are drawn", () => {
  const differences = [-0.02, 0.01, 0.015, 0.03, 0.04, -0.01, 0.02, 0.005, 0.025, 0.012];
  const result = pairedDifference({seeds: differences.map((value) => seedOf(value)), purpose: "t"});
  const mean = 0.0127;
  const sd = Math.sqrt(differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 9);
  const margin = (2.2621571627409915 * sd) / Math.sqrt(10);
  expect(result?.value).toBeCloseTo(mean, 12);
  expect(result?.high).toBeGreaterThan(mean + 0.9 * margin);
  expect(result?.high).toBeLessThan(mean + 1.1 * margin);
  expect(result?.low).toBeLessThan(mean - 0.9 * margin);
  expect(result?.low).toBeGreaterThan(mean - 1.1 * margin);
});

test("the interval holds its value, and is never narrower than patients alone make it, also where seeds agree", () => {
  // Two seeds with other patients and equal differences: what seeds have apart is 0, and all of what patients do is shared.
  const patients = (flip: boolean): Seed[] =>
    ["first", "second"].map((name) => {
      const labels = [0, 0, 0, 0, 1, 1, 1, 1];
      const baseline = [0.1, 0.2, 0.6, 0.3, 0.5, 0.7, 0.4, 0.9];
      const ours = flip
        ? [0.2, 0.1, 0.6, 0.3, 0.5, 0.4, 0.7, 0.9]
        : [0.1, 0.2, 0.3, 0.45, 0.5, 0.7, 0.4, 0.9];
      return {
        patients: name,
        strata: labels,
        ours: aurocOfRows(labels, ours),
        baseline: aurocOfRows(labels, baseline),
      };
    });
  for (const flip of [false, true]) {
    const seeds = patients(flip);
    const found = pairedDifference({seeds, purpose: "equal differences"});
    if (found === null) throw new Error("no difference");
    expect(found.low, "low").toBeLessThanOrEqual(found.value);
    expect(found.high, "high").toBeGreaterThanOrEqual(found.value);
    const [one] = seeds;
    const alone = pairedDifference({seeds: one === undefined ? [] : [one], purpose: "equal differences"});
    const width = (alone?.high ?? 0) - (alone?.low ?? 0);
    expect(width).toBeGreaterThan(0.2);
    // Of two seeds with other patients, about a root of two narrower than of one.
    expect(found.high - found.low).toBeGreaterThan(width / 2);
  }
});

test("every interval holds its value, whatever the patients", () => {
  const seed = fc.array(fc.tuple(fc.integer({min: 0, max: 5}), fc.integer({min: 0, max: 5})), {
    minLength: 4,
    maxLength: 8,
  });
  fc.assert(
    fc.property(fc.array(seed, {minLength: 1, maxLength: 3}), fc.boolean(), (seeds, isShared) => {
      const found = pairedDifference({
        purpose: "holds its value",
        seeds: seeds.map((rows, place) => {
          const strata = rows.map((_, row) => row % 2);
          const means = [0, 1].map((side) => meanOfRows(rows.map((row) => row[side] ?? 0)));
          const [ours = constant(0), baseline = constant(0)] = means;
          return {
            patients: isShared && rows.length === seeds[0]?.length ? "all" : `${place}`,
            strata,
            ours,
            baseline,
          };
        }),
      });
      if (found === null) throw new Error("no difference");
      expect(found.low).toBeLessThanOrEqual(found.value);
      expect(found.high).toBeGreaterThanOrEqual(found.value);
    }),
    {numRuns: 40},
  );
});

test("all figures see the same draws, and so do equal streams, with the class sizes kept", () => {
  const strata = [0, 1, 0, 2, 1, 0];
  const draws = (patients: string): string[] => {
    const drawn: string[] = [];
    const note: RowStatistic = (rows) => {
      drawn.push(Array.from(rows).join(" "));
      return 0;
    };
    drawFigures(strata, [note, note], randomFor(patients));
    return drawn;
  };
  const [one, same, other] = [draws("a"), draws("a"), draws("b")];
  expect(one).toHaveLength(2 * 1001);
  expect(same).toEqual(one);
  for (let draw = 0; draw < 1001; draw++) {
    expect(one[2 * draw], `draw ${draw}`).toBe(one[2 * draw + 1]);
    const labels = (one[2 * draw] ?? "").split(" ").map((row) => strata[Number(row)] ?? -1);
    expect(labels.sort((a, b) => a - b)).toEqual([0, 0, 0, 1, 1, 2]);
  }
  expect(one.filter((rows, draw) => rows !== other[draw]).length).toBeGreaterThan(1800);
});

test("no seed has no difference, and neither has a figure that is undefined, on a draw or on all", () => {
  expect(pairedDifference({seeds: [], purpose: "undefined"})).toBeNull();
  let calls = 0;
  const later: RowStatistic = () => (calls++ > 5 ? null : 1);
  const figures = drawFigures([0, 1], [() => null, later, constant(3)], randomFor("undefined"));
  expect(figures.map((figure) => figure?.value ?? null)).toEqual([null, null, 3]);
});

test("figures of another number of draws are refused", () => {
  const figure = {value: 1, onDraws: new Float64Array(1000)};
  const seeds = [{ours: figure, baseline: {value: 1, onDraws: new Float64Array(10)}}];
  expect(() => pairedDrawn({seeds, random: randomFor("lengths"), largest: 1})).toThrowError(
    expect.objectContaining({code: "EVALUATION_LENGTH_MISMATCH"}),
  );
});

test("no limit is beyond what a difference can be, and those within it stay as they are", () => {
  const far = [-0.9, 0.1, 0.95].map((value) => seedOf(value));
  const free = pairedDifference({seeds: far, purpose: "far"});
  expect(free?.low).toBeLessThan(-1);
  expect(pairedDifference({seeds: far, purpose: "far", largest: 1})).toEqual({
    ...free,
    low: -1,
    high: Math.min(1, free?.high ?? 0),
  });
  const near = [0.1, 0.12, 0.11, 0.1].map((value) => seedOf(value));
  expect(pairedDifference({seeds: near, purpose: "near", largest: 1})).toEqual(
    pairedDifference({seeds: near, purpose: "near"}),
  );
});

test("non-inferior is an interval wholly on the right side of the margin, whichever side is better", () => {
  expect(isNonInferior({low: -0.019, high: 0.5}, 0.02, "higher")).toBe(true);
  expect(isNonInferior({low: -0.02, high: 0.5}, 0.02, "higher")).toBe(false);
  expect(isNonInferior({low: -0.5, high: 0.019}, 0.02, "lower")).toBe(true);
  expect(isNonInferior({low: -0.5, high: 0.02}, 0.02, "lower")).toBe(false);
  expect(isNonInferior({low: 0, high: 0}, 0, "higher")).toBe(false);
});

interface Deviations {
  /** Of a patient, the same for both methods and all seeds. */
  readonly patient: number;
  /** Of a patient under one method, the same for all seeds. */
  readonly method: number;
  /** Of a patient under one method and seed. */
  readonly each: number;
  /** Of how far a seed parts the classes. */
  readonly seed: number;
}

/** Share of `sets` simulated pairs of binormal scores whose interval covers the true difference of AUROCs. */
function coverage(name: string, count: number, of: Deviations, sets: number): number {
  const labels = Array.from({length: 50}, (_, row) => row % 2);
  const variance = 2 * (of.patient ** 2 + of.method ** 2 + of.each ** 2) + of.seed ** 2;
  const truth = normalCdf(1.5 / Math.sqrt(variance)) - normalCdf(1.2 / Math.sqrt(variance));
  let covered = 0;
  for (let set = 0; set < sets; set++) {
    const random = randomFor(name, set);
    const normals = (deviation: number) => labels.map(() => deviation * random.normal());
    const shared = normals(of.patient);
    const methods = [normals(of.method), normals(of.method)];
    const scoresOf = (separation: number, method: number) => {
      const parted = separation + of.seed * random.normal();
      const each = normals(of.each);
      return labels.map(
        (label, row) =>
          label * parted + (shared[row] ?? 0) + (methods[method]?.[row] ?? 0) + (each[row] ?? 0),
      );
    };
    const seeds = Array.from({length: count}, () => ({
      patients: "same",
      strata: labels,
      ours: aurocOfRows(labels, scoresOf(1.5, 0)),
      baseline: aurocOfRows(labels, scoresOf(1.2, 1)),
    }));
    const result = pairedDifference({seeds, purpose: `${name} draws`, round: set});
    if (result !== null && result.low <= truth && truth <= result.high) covered++;
  }
  return covered / sets;
}

const PAIRS = runs(100, 500);

test(`the interval covers the true difference of AUROCs in 93 to 97 % of ${PAIRS} simulated pairs with seed effects`, () => {
  const mixed = coverage("mixed", 5, {patient: 0.7, method: 0.4, each: 0.4, seed: 0.25}, PAIRS);
  expect(mixed).toBeGreaterThanOrEqual(0.93);
  expect(mixed).toBeLessThanOrEqual(0.97);
});
