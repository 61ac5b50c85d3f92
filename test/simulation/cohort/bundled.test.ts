import {dirname} from "node:path";
import {describe, expect, it} from "vitest";
import {loadExperiment} from "../../../src/config/index.ts";
import type {Cohort} from "../../../src/simulation/index.ts";
import {checkSites} from "../../../src/study/cohort/check-sites.ts";
import {openCohort} from "../../../src/study/index.ts";
import {describeShared, sharedData} from "../../setup/shared-data.ts";

/** The cohort of a bundled experiment, whose other blocks name only its sites. */
async function opened(name: string): Promise<Cohort> {
  const {experiment, file} = await loadExperiment(name);
  const variables = {CONSILIUM_SHARED_DATA: sharedData()};
  const cohort = await openCohort(experiment.data, {seed: experiment.seed, folder: dirname(file), variables});
  checkSites(experiment, cohort);
  return cohort;
}

const trainPatients = ({sites}: Cohort): number[] => sites.map(({split}) => split.train.patients);

describe("the cohort of a bundled experiment", () => {
  it.each([
    ["byzantine", 16, 8000],
    ["churn", 12, 8000],
    ["partition", 8, 8000],
    ["topologies", 16, 8000],
  ])("%s is dealt to nodes, all of its rows", async (name, nodes, rows) => {
    const cohort = await opened(name);
    const sizes = trainPatients(cohort);
    expect([cohort.kind, sizes.length, sizes.reduce((sum, size) => sum + size, 0)]).toEqual([
      "classes",
      nodes,
      rows,
    ]);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(10);
  });

  it("saldanha2022 has the published numbers of patients, .05 of them for validation", async () => {
    const {sites, external, isSynthetic} = await opened("saldanha2022");
    const all = sites.map(({name, split}) => [name, split.train.n + split.validation.n, split.test.n]);
    expect(all).toEqual([
      ["epi700", 594, 0],
      ["dachs", 2039, 0],
      ["tcga", 426, 0],
    ]);
    expect(external.map(({name, split}) => [name, split.test.n])).toEqual([
      ["quasar", 1774],
      ["ycr-bcip", 805],
    ]);
    expect(isSynthetic).toBe(true);
    expect(trainPatients(await opened("saldanha2022-efficiency"))).toEqual([400, 400, 400]);
  });

  it("csv-sites reads the tables beside it, dress-rehearsal invents a roster's patients", async () => {
    const tables = await opened("csv-sites");
    expect(tables.sites.map(({name}) => name)).toEqual(["leeds", "mainz", "porto"]);
    expect(tables.external.map(({name}) => name)).toEqual(["tartu"]);
    expect(tables.features.map(({name}) => name)).toEqual([
      "age",
      "sex",
      "ferritin",
      "stage_II",
      "stage_III",
    ]);
    expect(trainPatients(await opened("dress-rehearsal"))).toHaveLength(5);
  });
});

describeShared("the cohort of a bundled experiment on real patients", () => {
  it("has the hospitals of its task", async () => {
    expect(trainPatients(await opened("fed-heart-disease"))).toEqual([199, 172, 30, 85]);
    expect(trainPatients(await opened("swarm-tcga-crc"))).toEqual([29, 19]);
  });
});
