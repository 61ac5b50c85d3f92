import {afterAll, beforeAll, describe, expect, it} from "vitest";
import type {PatientMatrix} from "../../src/data/index.ts";
import {mayShowLabelsOf} from "../../src/node/results/evaluation.ts";
import {Fleet} from "./fleet.ts";
import {SITES, type ThreeSites, threeSites} from "./three-sites.ts";

const PRIVACY = {clip: 10, noise: "none", secureSums: "none", disclosure: "consent"} as const;
/** A site of the synthetic preset with five positive patients in its test, and fewer in its validation. */
const SMALL = "east";

const consortium: ThreeSites = await threeSites({privacy: PRIVACY, rounds: 1});

/** Patients of which so many have label 1 and so many label 0, a row each. */
function patients(positives: number, negatives: number): PatientMatrix {
  const n = positives + negatives;
  return {
    n,
    d: 0,
    values: new Float32Array(),
    labels: Uint8Array.from({length: n}, (_, index) => (index < positives ? 1 : 0)),
    patients: n,
    patientOf: Uint32Array.from({length: n}, (_, index) => index),
  };
}

it.each([
  [10, 10, true],
  [9, 40, false],
  [40, 9, false],
  [0, 40, false],
])("figures of %i patients with the label and %i without may be shown: %s", (positives, negatives, may) => {
  expect(mayShowLabelsOf(patients(positives, negatives), consortium.plan.plan)).toBe(may);
});

describe("where the data are not public", () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = new Fleet(consortium);
    await fleet.startAll();
    await Promise.all(SITES.map((site) => fleet.nodeOf(site).outcome));
  });
  afterAll(() => fleet.close());

  it("a site with a small class shows no figure that depends on its labels", async () => {
    const view = fleet.nodeOf(SMALL).view();
    expect(view.withheld).toEqual({loss: true, validation: true, test: true});
    expect(view.validation).toMatchObject({auroc: null, logLoss: null});
    expect(view.loss).toBeNull();
    expect(view.result?.test).toBeNull();
    expect((await fleet.nodeOf(SMALL).outcome).test).toBeNull();
    const points = fleet.nodeOf(SMALL).history();
    expect(points.length).toBeGreaterThan(0);
    for (const {loss, validation} of points) {
      expect([loss, validation?.auroc ?? null, validation?.logLoss ?? null]).toEqual([null, null, null]);
    }
  });

  it("sites with large classes show theirs", () => {
    for (const site of SITES.filter((name) => name !== SMALL)) {
      const {withheld, validation, loss, result} = fleet.nodeOf(site).view();
      expect(withheld, site).toEqual({loss: false, validation: false, test: false});
      const figures = [loss, validation?.logLoss, validation?.auroc?.value, result?.test?.auroc?.value];
      for (const figure of figures) expect(figure, site).toBeTypeOf("number");
    }
  });
});
