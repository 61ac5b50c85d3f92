import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {
  errorOfReleased,
  type Feature,
  fromUnitRange,
  type Matrix,
  meanOf,
  type PatientMatrix,
  squaredDeviationOf,
  standardise,
  standardiserOf,
  toUnitRange,
} from "../../src/data/index.ts";

const FEATURES: readonly Feature[] = [
  {name: "age", low: 0, high: 120},
  {name: "oldpeak", low: -10, high: 10},
  {name: "sex", low: 0, high: 1},
];
const D = FEATURES.length;

function matrixOf(rows: readonly (readonly number[])[]): Matrix {
  return {n: rows.length, d: D, values: Float32Array.from(rows.flat()), labels: new Uint8Array(rows.length)};
}

const rowArbitrary = fc.tuple(
  fc.float({min: 0, max: 120, noNaN: true}),
  fc.float({min: -10, max: 10, noNaN: true}),
  fc.constantFrom(0, 1),
);
const sitesArbitrary = fc.array(fc.array(rowArbitrary, {minLength: 1, maxLength: 30}), {
  minLength: 1,
  maxLength: 5,
});

function weightedMean(vectors: readonly Float64Array[], weights: readonly number[]): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Float64Array.from({length: D}, (_, feature) =>
    vectors.reduce((sum, vector, site) => sum + ((vector[feature] ?? 0) * (weights[site] ?? 0)) / total, 0),
  );
}

describe("federated statistics", () => {
  it("weighted by rows are those of all rows together", () => {
    fc.assert(
      fc.property(sitesArbitrary, (sites) => {
        const matrices = sites.map(matrixOf);
        const weights = matrices.map(({n}) => n);
        const pooled = matrixOf(sites.flat());
        const mean = weightedMean(matrices.map(meanOf), weights);
        const deviation = weightedMean(
          matrices.map((matrix) => squaredDeviationOf(matrix, mean)),
          weights,
        );
        const pooledMean = meanOf(pooled);
        const pooledDeviation = squaredDeviationOf(pooled, pooledMean);
        for (let feature = 0; feature < D; feature++) {
          expect(mean[feature], `mean ${feature}`).toBeCloseTo(pooledMean[feature] ?? Number.NaN, 10);
          expect(deviation[feature], `deviation ${feature}`).toBeCloseTo(
            pooledDeviation[feature] ?? Number.NaN,
            8,
          );
        }
      }),
    );
  });

  it("lie in [-1, 1] and [0, 1] as they are released, and keep 24 bits of their distance from the anchor", () => {
    fc.assert(
      fc.property(sitesArbitrary, (sites) => {
        const mean = meanOf(matrixOf(sites.flat()));
        for (const site of sites) {
          const matrix = matrixOf(site);
          for (const [moment, statistics, least] of [
            ["mean", meanOf(matrix), -1],
            ["squaredDeviation", squaredDeviationOf(matrix, mean), 0],
          ] as const) {
            const released = toUnitRange(statistics, moment, FEATURES);
            expect(Math.min(...released), moment).toBeGreaterThanOrEqual(least);
            expect(Math.max(...released), moment).toBeLessThanOrEqual(1);
            fromUnitRange(released, moment, FEATURES).forEach((value, feature) => {
              // All ranges hold 0, which is their anchor. Below 2^-126 an f32 has fewer bits.
              const error = Math.abs(value - (statistics[feature] ?? 0));
              const range = (FEATURES[feature]?.high ?? 0) - (FEATURES[feature]?.low ?? 0);
              expect(error, moment).toBeLessThanOrEqual(
                2 ** -24 * Math.abs(statistics[feature] ?? 0) + 2 ** -149 * Math.max(range, range ** 2),
              );
            });
          }
        }
      }),
    );
  });

  it("lie within the range for values at bounds that f32 rounds outside", () => {
    for (const [low, high] of [
      [0.7, 1.9],
      [-1.9, -0.7],
    ] as const) {
      const features: readonly Feature[] = [{name: "dose", low, high}];
      const releasedAt = (bound: number): number | undefined => {
        const mean = meanOf({n: 1, d: 1, values: Float32Array.of(bound), labels: new Uint8Array(1)});
        return toUnitRange(mean, "mean", features)[0];
      };
      expect([releasedAt(low), releasedAt(high)]).toEqual(low > 0 ? [0, 1] : [-1, 0]);
    }
  });

  it("are the patients', whatever the number of rows of each", () => {
    const patient = fc.array(rowArbitrary, {minLength: 1, maxLength: 8});
    fc.assert(
      fc.property(fc.array(patient, {minLength: 1, maxLength: 6}), fc.nat({max: 5}), (patients, chosen) => {
        const matrixOfPatients = (all: readonly (readonly (readonly number[])[])[]): PatientMatrix => ({
          ...matrixOf(all.flat()),
          patients: all.length,
          patientOf: Uint32Array.from(all.flatMap((rows, number) => rows.map(() => number))),
        });
        const repeated = patients.map((rows, number) =>
          number === chosen ? [...rows, ...rows, ...rows] : rows,
        );
        const from = Float64Array.of(60, 0, 0.5);
        const ofPatient = patients.map((rows) => squaredDeviationOf(matrixOf(rows), from));
        const expected = weightedMean(
          ofPatient,
          patients.map(() => 1),
        );
        for (const matrix of [matrixOfPatients(patients), matrixOfPatients(repeated)]) {
          squaredDeviationOf(matrix, from).forEach((value, feature) => {
            expect(value, `deviation ${feature}`).toBeCloseTo(expected[feature] ?? Number.NaN, 8);
          });
        }
        const mean = meanOf(matrixOfPatients(patients));
        meanOf(matrixOfPatients(repeated)).forEach((value, feature) => {
          expect(value, `mean ${feature}`).toBeCloseTo(mean[feature] ?? Number.NaN, 10);
        });
      }),
    );
  });

  it("are the same bytes for one row a patient as for rows without patients", () => {
    fc.assert(
      fc.property(fc.array(rowArbitrary, {minLength: 1, maxLength: 40}), (rows) => {
        const plain = matrixOf(rows);
        const own = {...plain, patients: plain.n, patientOf: Uint32Array.from(rows.keys())};
        const mean = meanOf(plain);
        expect(meanOf(own)).toEqual(mean);
        expect(squaredDeviationOf(own, mean)).toEqual(squaredDeviationOf(plain, mean));
      }),
    );
  });

  it("of no rows are refused", () => {
    expect(() => meanOf(matrixOf([]))).toThrow(expect.objectContaining({code: "DATA_MATRIX_EMPTY"}));
  });
});

describe("a standardiser", () => {
  it("gives the worked example: 1, 2, 3, 4 has mean 2.5 and sample deviation sqrt(5/3)", () => {
    const matrix = matrixOf([
      [1, 0, 1],
      [2, 0, 1],
      [3, 0, 1],
      [4, 0, 1],
    ]);
    const mean = meanOf(matrix);
    const standardiser = standardiserOf({
      mean,
      meanSquaredDeviation: squaredDeviationOf(matrix, mean),
      count: 4,
    });
    expect([...standardiser.mean]).toEqual([2.5, 0, 1]);
    expect([...standardiser.scale]).toEqual([Math.sqrt(5 / 3), Infinity, Infinity]);
    const expected = [-1.5, -0.5, 0.5, 1.5].map((value) => Math.fround(value / Math.sqrt(5 / 3)));
    const values = standardise(matrix, standardiser).values;
    expect([0, 1, 2, 3].map((row) => values[row * D])).toEqual(expected);
    expect([1, 4, 7, 10].map((index) => values[index])).toEqual([0, 0, 0, 0]);
  });

  it("gives its own rows mean 0 and sample deviation 1, and shares labels and patients", () => {
    fc.assert(
      fc.property(fc.array(rowArbitrary, {minLength: 2, maxLength: 60}), (rows) => {
        const matrix = matrixOf(rows);
        const mean = meanOf(matrix);
        const deviation = squaredDeviationOf(matrix, mean);
        fc.pre(deviation.every((value) => value > 1e-4));
        const standardiser = standardiserOf({mean, meanSquaredDeviation: deviation, count: matrix.n});
        const result = standardise(matrix, standardiser);
        expect(result.labels).toBe(matrix.labels);
        const sd = Math.sqrt((matrix.n - 1) / matrix.n);
        squaredDeviationOf(result, new Float64Array(D)).forEach((value, feature) => {
          expect(meanOf(result)[feature]).toBeCloseTo(0, 4);
          expect(Math.sqrt(value), `feature ${feature}`).toBeCloseTo(sd, 4);
        });
      }),
    );
  });

  it("makes a feature that never varied 0, wherever it is met, even with statistics rounded on their way", () => {
    fc.assert(
      fc.property(fc.float({min: 0, max: 119, noNaN: true}), fc.integer({min: 1, max: 50}), (age, count) => {
        const matrix = matrixOf(Array.from({length: count}, () => [age, -1.3, 1]));
        const mean = fromUnitRange(toUnitRange(meanOf(matrix), "mean", FEATURES), "mean", FEATURES);
        const released = toUnitRange(squaredDeviationOf(matrix, mean), "squaredDeviation", FEATURES);
        const meanSquaredDeviation = fromUnitRange(released, "squaredDeviation", FEATURES);
        const moments = {mean, meanSquaredDeviation, count};
        const standardiser = standardiserOf(moments, errorOfReleased(mean, FEATURES));
        expect([...standardiser.scale]).toEqual([Infinity, Infinity, Infinity]);
        const {values} = standardise(
          matrixOf([
            [age, -1.3, 1],
            [age + 1, 2.7, 0],
          ]),
          standardiser,
        );
        expect([...values].map(Math.abs)).toEqual([0, 0, 0, 0, 0, 0]);
      }),
    );
  });

  it("leaves the matrix and the moments as they are", () => {
    const matrix = matrixOf([
      [1, 2, 0],
      [3, 4, 1],
    ]);
    const before = [...matrix.values];
    const moments = {mean: meanOf(matrix), meanSquaredDeviation: new Float64Array([1, 1, 0.25]), count: 2};
    const standardiser = standardiserOf(moments);
    standardise(matrix, standardiser);
    standardiser.mean.fill(0);
    expect([...matrix.values]).toEqual(before);
    expect([...moments.mean]).toEqual([2, 3, 0.5]);
  });
});
