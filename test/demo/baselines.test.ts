import {afterAll, beforeAll, describe, expect, it} from "vitest";
import type {PlanSettings} from "../../src/config/index.ts";
import {joinMatrices} from "../../src/data/index.ts";
import type {ComputeBackend} from "../../src/model/index.ts";
import type {SiteData} from "../../src/simulation/index.ts";
import {
  createLocalExperiment,
  type LocalExperiment,
  scorePatients,
  trainFedAvg,
  trainLocal,
  trainPooled,
} from "../../src/study/index.ts";
import {fullBatches, openExperiment, relativeDistance, SEED, SITES} from "./settings.ts";

let backend: ComputeBackend;
let experiment: LocalExperiment;
let sites: SiteData[];
let settings: PlanSettings;

beforeAll(async () => {
  const {located, settings: full} = await fullBatches("f32", "site");
  settings = full;
  ({backend, experiment, sites} = await openExperiment(located, full));
});
afterAll(() => backend.close());

function one(): SiteData {
  const [site] = sites;
  if (site === undefined) throw new TypeError("no site was read");
  return site;
}

function withTraining(training: PlanSettings["training"]): LocalExperiment {
  return createLocalExperiment(backend, {...settings, seed: SEED, training}, experiment.features);
}

describe("the baselines", () => {
  it("read the sites that were asked for, in order, with patients of their own", () => {
    expect(sites.map(({name}) => name)).toEqual(SITES);
    for (const {name, split} of sites) expect(split.train.patients, name).toBeGreaterThan(10);
  });

  it("are equal for one site alone: local, pooled and averaged, with full batches", async () => {
    const site = one();
    const local = await trainLocal(experiment, site);
    expect(await trainPooled(experiment, [site])).toEqual(local);
    expect(
      relativeDistance((await trainFedAvg(experiment, [site])).parameters, local.parameters),
    ).toBeLessThan(1e-6);
  });

  it("give the same bytes again", async () => {
    expect(await trainPooled(experiment, sites)).toEqual(await trainPooled(experiment, sites));
    expect((await trainFedAvg(experiment, sites)).parameters).toEqual(
      (await trainFedAvg(experiment, sites)).parameters,
    );
  });

  it("weigh a site by its train patients: two copies of a site count twice", async () => {
    const [first = one(), second = one()] = sites;
    // With full batches and own scaling a copy under another name takes the same steps as the original.
    const copy = {...first, name: "copy"};
    const twice = joinMatrices([first.split.train, first.split.train]);
    const doubled = {...first, split: {...first.split, train: twice}};
    const weights = {...settings.weights, reference: 1024, cap: 1024};
    const uncapped = {...experiment, plan: {...experiment.plan, weights}};
    const apart = (await trainFedAvg(uncapped, [first, copy, second])).parameters;
    const together = (await trainFedAvg(uncapped, [doubled, second])).parameters;
    // The sample deviation of doubled rows differs by sqrt((2n - 2) / (2n - 1)).
    expect(relativeDistance(apart, together)).toBeLessThan(0.01);
    const unweighted = (await trainFedAvg(uncapped, [first, second])).parameters;
    expect(relativeDistance(unweighted, together)).toBeGreaterThan(0.02);
  });

  it("let the pooled training see as many rows as all sites together", async () => {
    const training = {...settings.training, batchSize: 16, localSteps: 1};
    const short = withTraining(training);
    const {length} = sites;
    // As many steps as all sites take together, since each site has a batch of patients at least.
    const longer = withTraining({...training, localSteps: length});
    const alone = joinMatrices(sites.map(({split}) => split.train));
    const joined = {...one(), name: "pooled+", split: {...one().split, train: alone}};
    expect((await trainPooled(short, sites)).parameters).toEqual(
      (await trainLocal(longer, joined)).parameters,
    );
  });

  it("use one scaling for all sites with federated statistics, and each its own otherwise", async () => {
    const {standardisers} = await trainFedAvg(experiment, sites);
    expect(new Set(standardisers.map(({mean}) => mean[0])).size).toBe(SITES.length);
    const task = {standardisation: "federated"} as const;
    const common = (await trainFedAvg({...experiment, plan: {...experiment.plan, task}}, sites))
      .standardisers;
    const pooled = (await trainPooled(experiment, sites)).standardiser;
    for (const {mean, scale} of common) {
      mean.forEach((value, feature) => {
        // The common ones are rounded to f32, as the daemons exchange them.
        expect(value / (pooled.mean[feature] ?? 0), `mean ${feature}`).toBeCloseTo(1, 6);
        expect((scale[feature] ?? 0) / (pooled.scale[feature] ?? 0), `scale ${feature}`).toBeCloseTo(1, 6);
      });
    }
  });

  it("score each patient once, by a probability", async () => {
    const {split} = one();
    const {labels, scores} = scorePatients(experiment, await trainLocal(experiment, one()), split.test);
    expect(labels).toHaveLength(split.test.patients);
    for (const score of scores) {
      expect(score, "a probability").toBeGreaterThan(0);
      expect(score, "a probability").toBeLessThan(1);
    }
  });
});
