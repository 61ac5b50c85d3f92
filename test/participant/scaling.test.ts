import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {
  type Feature,
  fromUnitRange,
  joinMatrices,
  meanOf,
  type PatientMatrix,
  type Standardiser,
  squaredDeviationOf,
  standardise,
  toUnitRange,
} from "../../src/data/index.ts";
import {federatedStandardiser, ownStandardiser} from "../../src/participant/index.ts";

/** One feature; `patients` holds the values of each patient's rows. */
function matrixOf(patients: readonly (readonly number[])[]): PatientMatrix {
  const values = Float32Array.from(patients.flat());
  return {
    n: values.length,
    d: 1,
    values,
    labels: new Uint8Array(values.length),
    patients: patients.length,
    patientOf: Uint32Array.from(patients.flatMap((rows, patient) => rows.map(() => patient))),
  };
}

/** The mean of the sites' vectors by their patients, rounded to f32 as a certified model is. */
function mixed(
  sites: readonly PatientMatrix[],
  vectorOf: (site: PatientMatrix) => Float32Array,
): Float32Array {
  const total = sites.reduce((sum, {patients}) => sum + patients, 0);
  const mean = sites.reduce(
    (sum, site) => sum + ((vectorOf(site)[0] ?? Number.NaN) * site.patients) / total,
    0,
  );
  return Float32Array.of(mean);
}

function federated(sites: readonly PatientMatrix[], features: readonly Feature[]): Standardiser {
  const mean = mixed(sites, (site) => toUnitRange(meanOf(site), "mean", features));
  const center = fromUnitRange(mean, "mean", features);
  const squaredDeviation = mixed(sites, (site) =>
    toUnitRange(squaredDeviationOf(site, center), "squaredDeviation", features),
  );
  const count = sites.reduce((sum, {patients}) => sum + patients, 0);
  return federatedStandardiser({mean, squaredDeviation, count}, features);
}

/** z-scores of rows that are patients, in plain f64, two passes. */
function zScores(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return values.map((value) => (value - mean) / Math.sqrt(squares / (values.length - 1)));
}

const age = fc.integer({min: 18, max: 95});
const sites = fc
  .array(fc.array(age, {minLength: 2, maxLength: 40}), {minLength: 1, maxLength: 5})
  .filter((all) => new Set(all.flat()).size > 1);

describe("the common scaling", () => {
  it("is that of the true values whatever range is declared, from 1e2 to 1e15, beside and around 0", () => {
    fc.assert(
      fc.property(sites, fc.integer({min: 2, max: 15}), fc.boolean(), (all, power, isSigned) => {
        const bound = 10 ** power;
        const features = [{name: "age", low: isSigned ? -bound : 0, high: bound}];
        const matrices = all.map((ages) => matrixOf(ages.map((value) => [value])));
        const scaled = standardise(joinMatrices(matrices), federated(matrices, features)).values;
        zScores(all.flat()).forEach((expected, row) => expect(scaled[row]).toBeCloseTo(expected, 4));
      }),
    );
  });

  it("makes a feature that is the same for all patients 0, whatever range is declared", () => {
    fc.assert(
      fc.property(
        age,
        fc.integer({min: 2, max: 15}),
        fc.array(fc.integer({min: 1, max: 60}), {minLength: 1, maxLength: 5}),
        (value, power, sizes) => {
          const features = [{name: "age", low: -(10 ** power), high: 10 ** power}];
          const matrices = sizes.map((size) => matrixOf(Array.from({length: size}, () => [value + 0.1])));
          const {scale} = federated(matrices, features);
          expect([...scale]).toEqual([Infinity]);
          expect([...ownStandardiser(joinMatrices(matrices)).scale]).toEqual([Infinity]);
        },
      ),
    );
  });

  it("is a site's own where there is one site, however many rows its patients have", () => {
    const patients = fc.array(fc.array(age, {minLength: 1, maxLength: 9}), {minLength: 2, maxLength: 30});
    fc.assert(
      fc.property(patients, (rows) => {
        fc.pre(new Set(rows.flat()).size > 1);
        const matrix = matrixOf(rows);
        const common = federated([matrix], [{name: "age", low: 0, high: 120}]);
        const own = ownStandardiser(matrix);
        expect((common.mean[0] ?? 0) / (own.mean[0] ?? 0)).toBeCloseTo(1, 6);
        expect((common.scale[0] ?? 0) / (own.scale[0] ?? 0)).toBeCloseTo(1, 6);
      }),
    );
  });

  it("gives the worked example: two patients, one of many rows, differ by 20 and deviate by sqrt(200)", () => {
    const own = ownStandardiser(matrixOf([[40], Array.from({length: 8}, () => 60)]));
    expect([...own.mean]).toEqual([50]);
    // (10^2 + 10^2) / 2 patients, times 2 / (2 - 1).
    expect(own.scale[0]).toBeCloseTo(Math.sqrt(200), 12);
  });
});
