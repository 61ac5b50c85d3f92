import {describe, expect, it} from "vitest";
import {createRandom, sha256} from "../../src/core/index.ts";
import {joinMatrices} from "../../src/data/index.ts";
import {initialParameters, layoutOf} from "../../src/model/index.ts";
import {createRoundWork} from "../../src/node/site/round-work.ts";
import {openSite, type Site} from "../../src/node/site/site.ts";
import {
  applyMixture,
  createSnapshot,
  NO_DITHER,
  partition,
  sumChunk,
  weightOf,
} from "../../src/parameters/index.ts";
import {federatedStandardiser, ownStandardiser} from "../../src/participant/index.ts";
import {rebase} from "../../src/participant/rebase.ts";
import {createStages, type Stages, type StagesOptions} from "../../src/participant/stages.ts";
import type {Certificate, Certified} from "../../src/rounds/index.ts";
import {openTrainer, stepsOf, type Trainer} from "../../src/training/index.ts";
import {workerUrl} from "../training/worker-url.ts";
import {DrivenSite, freshTask} from "./driven-site.ts";
import {identityOf, SITES, threeSites} from "./three-sites.ts";

const {task, roster, plan} = await threeSites();
const checks = {roster, plan, approvedPlan: plan.hash, task, variables: {}};
const sites: Site[] = await Promise.all(
  SITES.map((site) => openSite({...checks, site, peerId: identityOf(site).peerId})),
);
const features = sites[0]?.features ?? [];

function stageOptions(isFederated: boolean): StagesOptions {
  const {model, seed, rounds, mixing, weights} = plan.plan;
  return {
    isFederated,
    features,
    trainingRounds: rounds,
    model: layoutOf(model, features.length),
    initial: initialParameters(model, features.length, seed),
    mixing: {kind: "all"},
    codec: mixing.codec,
    asynchronous: null,
    outer: null,
    local: [],
    hasControls: false,
    isNormalised: false,
    reference: weights.reference,
    clipNorm: 1e6,
    cap: weights.reference,
    contract: plan.plan.task.contract,
    hash: sha256,
  };
}

const stagesFor = (isFederated: boolean): Stages => createStages(stageOptions(isFederated));

const noTrainer = (): Promise<Trainer> => Promise.reject(new RangeError("statistics need no trainer"));

/** One round of statistics at all sites, mixed as the group does. */
async function mixStatistics(stages: Stages, previous: Certified | null): Promise<Certified> {
  const round = previous === null ? 0 : previous.certificate.body.round + 1;
  const {codec, reference, mixed, layout} = stages.specOf(round, previous);
  const contributions: Uint8Array[] = [];
  for (const site of sites) {
    const work = createRoundWork({
      plan: plan.plan,
      site,
      stages,
      openTrainer: noTrainer,
    });
    const {release, loss, isClipped} = await work.run(
      freshTask(stages, previous),
      new AbortController().signal,
    );
    expect({loss, isClipped}).toEqual({loss: null, isClipped: false});
    contributions.push(release.bytes);
  }
  const [chunk] = partition(codec, mixed, 1);
  if (chunk === undefined) throw new RangeError("no chunk");
  const sum = sumChunk(sha256, {codec, chunk, dither: NO_DITHER}, contributions).bytes;
  const snapshot = createSnapshot(sha256, layout, applyMixture({codec, reference, mixed}, sum));
  const weight = weightOf(sum);
  const hash = "00".repeat(32);
  const body = {round, attempt: 0, group: "ab".repeat(32), weight, peakWeight: weight, result: snapshot.hash};
  const rest = {run: "00".repeat(16), roster: hash, parent: hash, contributors: ["member"]};
  return {certificate: {body: {...body, ...rest}, ballot: 0, votes: []}, snapshot};
}

describe("the rounds of statistics", () => {
  it("scale as the pooled patients would, to single precision", async () => {
    const stages = stagesFor(true);
    const means = await mixStatistics(stages, null);
    const deviations = await mixStatistics(stages, means);
    const carried = stages.statisticsOf(stages.specOf(2, deviations).reference);
    if (carried === null) throw new RangeError("no statistics are carried");
    const pooled = ownStandardiser(joinMatrices(sites.map(({split}) => split.train)));
    const federated = federatedStandardiser(carried, features);
    features.forEach(({name, low, high}, feature) => {
      const tolerance = 1e-6 * (high - low);
      expect(Math.abs((federated.mean[feature] ?? 0) - (pooled.mean[feature] ?? 0)), name).toBeLessThan(
        tolerance,
      );
      const ratio = (federated.scale[feature] ?? 0) / (pooled.scale[feature] ?? 1);
      expect(Math.abs(ratio - 1), name).toBeLessThan(1e-5);
    });
    expect(carried.count).toBe(sites.reduce((sum, {patients}) => sum + patients, 0));
  });
});

describe("a round of training", () => {
  it("starts a late member from the snapshot and its rebased progress, and measures from the snapshot", async () => {
    const [site] = sites;
    if (site === undefined) throw new RangeError("no site");
    const stages = stagesFor(false);
    const {model: spec, training, seed} = plan.plan;
    const opened: Trainer[] = [];
    const work = createRoundWork({
      plan: {...plan.plan, task: {...plan.plan.task, standardisation: "site"}},
      site,
      stages,
      async openTrainer(train) {
        const options = {spec, training, train, seed, site: "north", backend: "cpu", workerUrl} as const;
        const trainer = await openTrainer(options);
        opened.push(trainer);
        return trainer;
      },
    });
    const {signal} = new AbortController();
    const plain = await work.run(freshTask(stages, null), signal);
    const random = createRandom({seed: 1, site: "", round: 0, purpose: "progress"});
    const progress = {update: plain.update.map(() => random.normal()), gapRounds: 2};
    const late = await work.run(freshTask(stages, null, {progress}), signal);
    const snapshot = stages.specOf(0, null).reference;
    const [trainer] = opened;
    const direct = await trainer?.localSteps({
      start: rebase(snapshot, progress),
      firstStep: 0,
      steps: stepsOf(training, site.patients),
    });
    expect(opened, "one trainer for all rounds").toHaveLength(1);
    expect(late.update).toEqual(direct?.parameters.map((value, index) => value - (snapshot[index] ?? 0)));
    expect(late.update).not.toEqual(plain.update);
    expect(weightOf(late.release.bytes)).toBe(site.patients / plan.plan.weights.reference);
    await work.close();
  });
});

describe("a sparse codec", () => {
  it("sends later what it kept back, once its release is known to be used, and only then", async () => {
    const [site] = sites;
    if (site === undefined) throw new RangeError("no site");
    const {model: spec, training, seed} = plan.plan;
    const stages = createStages({...stageOptions(false), codec: "top1"});
    const createWork = () =>
      createRoundWork({
        plan: {...plan.plan, task: {...plan.plan.task, standardisation: "site"}},
        site,
        stages,
        openTrainer: (train) =>
          openTrainer({spec, training, train, seed, site: "north", backend: "cpu", workerUrl}),
      });
    const works = [createWork(), createWork(), createWork()];
    const [never, used, unused] = works.map((work) => new DrivenSite("north", stages, work));
    if (never === undefined || used === undefined || unused === undefined) throw new RangeError("no work");
    const hash = "00".repeat(32);
    const body = {run: hash, round: 0, attempt: 0, group: hash, roster: hash, parent: hash, result: hash};
    const certificateOf = (contributors: readonly string[]): Certificate => ({
      body: {...body, contributors: [...contributors], weight: 1, peakWeight: 1},
      ballot: 0,
      votes: [],
    });
    for (const site of [used, unused]) await site.workOn(null);
    used.settle(certificateOf(["north"]));
    unused.settle(certificateOf(["south"]));
    const [again, withKept, withoutKept] = await Promise.all(
      [never, used, unused].map(async (site) => {
        const {keptBack} = site.participant.view();
        const [work] = works;
        return work?.run(freshTask(stages, null, {keptBack}), new AbortController().signal);
      }),
    );
    expect(withoutKept?.release.hash).toBe(again?.release.hash);
    expect(withKept?.release.hash).not.toBe(again?.release.hash);
    await Promise.all(works.map((work) => work.close()));
  });
});
