import fc from "fast-check";
import {expect, test} from "vitest";
import {
  accuracy,
  auroc,
  averagePrecision,
  brierScore,
  logLoss,
  ROW_STATISTICS,
  type Statistic,
} from "../../src/evaluation/index.ts";
import {tiedPatients} from "./scored-patients-arbitrary.ts";

const PLAIN: Readonly<Record<keyof typeof ROW_STATISTICS, Statistic>> = {
  auroc,
  auprc: averagePrecision,
  accuracy: (labels, scores) => accuracy(labels, scores)?.value ?? null,
  brier: brierScore,
  "log-loss": logLoss,
};

test("on any rows each figure is that of the patients drawn, null included", () => {
  const rows = fc.array(fc.nat(1000), {maxLength: 40});
  fc.assert(
    fc.property(tiedPatients, rows, ({labels, first}, draws) => {
      const drawn = Uint32Array.from(draws, (draw) => draw % labels.length);
      const drawnLabels = Array.from(drawn, (row) => labels[row] ?? 0);
      const drawnScores = Array.from(drawn, (row) => first[row] ?? 0);
      for (const name of Object.keys(PLAIN) as (keyof typeof PLAIN)[]) {
        const expected = PLAIN[name](drawnLabels, drawnScores);
        const found = ROW_STATISTICS[name](labels, first)(drawn);
        expect(found === null, name).toBe(expected === null);
        expect(found ?? 0, name).toBeCloseTo(expected ?? 0, 12);
      }
    }),
  );
});

test("a second draw forgets the first", () => {
  const figure = ROW_STATISTICS.auroc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
  expect(figure(Uint32Array.of(1, 2))).toBe(0);
  expect(figure(Uint32Array.of(0, 3))).toBe(1);
  expect(figure(Uint32Array.of(0, 1, 2, 3))).toBe(0.75);
});

test("a row that is no patient never counts as one", () => {
  const foreign = Uint32Array.of(0, 1, 7);
  const outside = expect.objectContaining({code: "CORE_INDEX_OUT_OF_RANGE"});
  const {auroc: area, auprc, ...means} = ROW_STATISTICS;
  for (const make of [area, auprc]) expect(() => make([0, 1], [0.25, 0.75])(foreign)).toThrow(outside);
  for (const make of Object.values(means)) expect(make([0, 1], [0.25, 0.75])(foreign)).toBeNaN();
});
