import {describe, expect, it} from "vitest";
import {dataSchema} from "../../../src/config/experiment-data.ts";
import type {PatientMatrix} from "../../../src/data/index.ts";
import type {Cohort} from "../../../src/simulation/index.ts";
import {openCohort} from "../../../src/study/index.ts";

const SITES = {leeds: {patients: 2000, prevalence: 0.25}, york: {patients: 400, prevalence: 0.5}};
const BLOCK = {
  source: "cohorts",
  features: 64,
  separation: 2,
  shift: 0,
  sites: SITES,
  external: {hull: {patients: 300, prevalence: 0.1}},
  validation: 0.1,
};

async function opened(changes: object, seed = 1): Promise<Cohort> {
  return await openCohort(dataSchema.parse({...BLOCK, ...changes}), {seed, folder: "/", variables: {}});
}

/** Difference of the class means `[d]`. */
function difference({n, d, values, labels}: PatientMatrix): number[] {
  const positives = labels.reduce((sum, label) => sum + label, 0);
  return Array.from({length: d}, (_, feature) => {
    let sum = 0;
    for (let row = 0; row < n; row++) {
      sum += (values[row * d + feature] ?? 0) * (labels[row] === 1 ? 1 / positives : -1 / (n - positives));
    }
    return sum;
  });
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
const length = (vector: readonly number[]): number => Math.sqrt(dot(vector, vector));

describe("an invented cohort", () => {
  it("has the sizes, parts and shares of classes that were asked for", async () => {
    const {sites, external, kind, isSynthetic, features} = await opened({});
    expect({kind, isSynthetic}).toEqual({kind: "binary", isSynthetic: true});
    expect(
      sites.map(({name, split: {counts}}) => [name, counts.train, counts.validation, counts.test]),
    ).toEqual([
      [
        "leeds",
        {rows: 1400, patients: 1400, positivePatients: 350, negativePatients: 1050},
        {rows: 200, patients: 200, positivePatients: 50, negativePatients: 150},
        {rows: 400, patients: 400, positivePatients: 100, negativePatients: 300},
      ],
      [
        "york",
        {rows: 280, patients: 280, positivePatients: 140, negativePatients: 140},
        {rows: 40, patients: 40, positivePatients: 20, negativePatients: 20},
        {rows: 80, patients: 80, positivePatients: 40, negativePatients: 40},
      ],
    ]);
    expect(external.map(({name, split: {counts}}) => [name, counts.train.rows, counts.test])).toEqual([
      ["hull", 0, {rows: 300, patients: 300, positivePatients: 30, negativePatients: 270}],
    ]);
    const high = features[0]?.high ?? 0;
    for (const {split} of sites)
      expect(split.train.values.every((value) => Math.abs(value) < high)).toBe(true);
  });

  it("without a shift has the same difference of classes everywhere, as long as the separation", async () => {
    const {sites, external} = await opened({
      sites: {a: {patients: 4000, prevalence: 0.5}, b: {patients: 4000, prevalence: 0.5}},
      external: {c: {patients: 4000, prevalence: 0.5}},
    });
    const [a = [], b = [], c = []] = [...sites, ...external].map(({split}) =>
      difference(split.train.n > 0 ? split.train : split.test),
    );
    // Each of 64 features has the noise of two means of 1,400 and more: .09 in the square of the length.
    for (const own of [a, b, c]) expect(length(own)).toBeCloseTo(2, 0.8);
    expect(dot(a, b) / length(a) / length(b)).toBeGreaterThan(0.95);
    expect(dot(a, c) / length(a) / length(c)).toBeGreaterThan(0.95);
  });

  it("with a shift has differences of its own at each site, which average out over sites", async () => {
    const names = Array.from({length: 40}, (_, site) => `s${site}`);
    const {sites} = await opened({
      shift: 3,
      sites: Object.fromEntries(names.map((name) => [name, {patients: 500, prevalence: 0.5}])),
    });
    const differences = sites.map(({split}) => difference(split.train));
    const mean = differences.map((own) => dot(own, own)).reduce((sum, value) => sum + value, 0) / 40;
    // separation^2 + 2 shift^2, and the noise of 64 features: 4 * 64 / 350.
    expect(mean / (4 + 18 + 0.73)).toBeCloseTo(1, 0.8);
    const centre = Array.from({length: 64}, (_, feature) =>
      differences.reduce((sum, own) => sum + (own[feature] ?? 0) / 40, 0),
    );
    expect(length(centre)).toBeLessThan(2.6);
    expect(length(centre)).toBeGreaterThan(1.5);
  });

  it("is the same for the same seed, and its sites do not depend on who else is there", async () => {
    const whole = await opened({shift: 1});
    expect(await opened({shift: 1})).toEqual(whole);
    expect((await opened({shift: 1}, 2)).sites).not.toEqual(whole.sites);
    const alone = await opened({shift: 1, sites: {york: SITES.york}});
    expect(alone.sites[0]).toEqual(whole.sites[1]);
  });

  it("draws train patients for curves of data efficiency, and keeps the tests", async () => {
    const whole = await opened({});
    const few = await opened({patientsPerSite: 100});
    expect(few.sites.map(({split}) => [split.train.patients, split.counts.train.positivePatients])).toEqual([
      [100, 25],
      [100, 50],
    ]);
    expect(few.sites.map(({split}) => split.test)).toEqual(whole.sites.map(({split}) => split.test));
    expect(few.external).toEqual(whole.external);
  });
});
