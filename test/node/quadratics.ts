import type {Plan} from "../../src/consortium/index.ts";
import {sha256} from "../../src/core/index.ts";
import type {Model} from "../../src/model/index.ts";
import {createRoundWork} from "../../src/node/site/round-work.ts";
import {openSite, type Site} from "../../src/node/site/site.ts";
import {
  applyMixture,
  createSnapshot,
  type Layout,
  layoutSize,
  NO_DITHER,
  outerStep,
  partition,
  sumChunk,
  weightOf,
} from "../../src/parameters/index.ts";
import type {FinishedWork} from "../../src/participant/index.ts";
import {createStages, type Stages} from "../../src/participant/stages.ts";
import type {Certified} from "../../src/rounds/index.ts";
import {type Trainer, trainLocally} from "../../src/training/index.ts";
import {DrivenSite} from "./driven-site.ts";
import {identityOf, SITES, threeSites} from "./three-sites.ts";

const {task, roster, plan: identified} = await threeSites();
const [name = ""] = SITES;
const checks = {roster, plan: identified, approvedPlan: identified.hash, task, variables: {}};
const realSite = await openSite({...checks, site: name, peerId: identityOf(name).peerId});

/** A site with the loss sum of curvature / 2 (x - optimum)^2 over all values. */
export interface Quadratic {
  readonly patients: number;
  readonly curvature: number;
  readonly optimum: number;
  readonly steps: number;
}

/** What of a plan the quadratics are trained with. */
export interface QuadraticPlan {
  readonly learningRate: number;
  readonly momentum?: number;
  readonly training?: Partial<Plan["training"]>;
  readonly outer?: Extract<Plan["mixing"], {mode: "rounds"}>["outer"];
  readonly codec?: "f32" | "fp16" | "int8";
  readonly layout?: Layout;
  readonly initial?: Float32Array;
}

const ONE_VALUE: Layout = {tensors: [{name: "x", shape: [1]}]};

function modelOf({curvature, optimum}: Quadratic, layout: Layout): Model {
  return {
    layout,
    runsOn: "loops",
    lossAndGradient(parameters, _, gradient) {
      parameters.forEach((value, index) => {
        gradient[index] = curvature * (value - optimum);
      });
      return parameters.reduce((sum, value) => sum + (curvature / 2) * (value - optimum) ** 2, 0);
    },
    predict: (parameters) => parameters.slice(),
    explain: () => {
      throw new RangeError("a quadratic has no bags");
    },
  };
}

function trainerOf(site: Quadratic, {optimizer, proximal}: Plan["training"], layout: Layout): Trainer {
  const examples = {n: 1, d: 1, values: new Float32Array(1), labels: new Uint8Array(1)};
  const model = modelOf(site, layout);
  return {
    backend: "cpu",
    passedOver: [],
    warning: null,
    layout,
    localSteps: async ({start, firstStep, steps, anchor, correction}) =>
      trainLocally({
        model,
        optimizer,
        proximal,
        source: {n: 1, batch: () => examples},
        order: () => new Uint32Array(1),
        isCancelled: () => false,
        start,
        firstStep,
        steps,
        ...(anchor === undefined ? {} : {anchor}),
        correction,
      }),
    score: async ({parameters}) => Float32Array.from(parameters),
    close: async () => {},
  };
}

function planOf(
  {learningRate, momentum = 0, training, outer = "none", codec = "f32"}: QuadraticPlan,
  localSteps: number,
): Plan {
  const {plan} = identified;
  const optimizer = {name: "sgd", learningRate, momentum, weightDecay: 0} as const;
  return {
    ...plan,
    task: {...plan.task, standardisation: "none"},
    training: {...plan.training, optimizer, localSteps, ...training},
    mixing: {mode: "rounds", schedule: "all", codec, robust: "none", outer},
    weights: {...plan.weights, reference: 16},
    privacy: {...plan.privacy, clip: 1e6},
  };
}

function stagesOf(options: QuadraticPlan, plan: Plan, layout: Layout): Stages {
  const {local, driftCorrection, normalisation} = plan.training;
  return createStages({
    isFederated: false,
    features: [{low: 0, high: 1}],
    trainingRounds: 1000,
    model: layout,
    initial: options.initial ?? new Float32Array(layoutSize(layout)),
    codec: plan.mixing.codec,
    asynchronous: null,
    mixing: {kind: "all"},
    local,
    hasControls: driftCorrection === "scaffold",
    isNormalised: normalisation === "fednova",
    outer: options.outer === undefined || options.outer === "none" ? null : options.outer,
    reference: 16,
    clipNorm: 1e6,
    cap: 16,
    contract: "ab".repeat(32),
    hash: sha256,
  });
}

/** A federation of quadratics, each round of which goes through the daemon's own functions. */
export class Quadratics {
  readonly stages: Stages;
  readonly sites: readonly DrivenSite[];
  certified: Certified | null = null;
  outcomes: readonly FinishedWork[] = [];

  constructor(sites: readonly Quadratic[], options: QuadraticPlan) {
    const layout = options.layout ?? ONE_VALUE;
    this.stages = stagesOf(options, planOf(options, 1), layout);
    this.sites = sites.map((quadratic, index) => {
      const plan = planOf(options, quadratic.steps);
      const site: Site = {...realSite, patients: quadratic.patients};
      const openTrainer = async (): Promise<Trainer> => trainerOf(quadratic, plan.training, layout);
      const work = createRoundWork({plan, site, stages: this.stages, openTrainer});
      return new DrivenSite(`${index}`, this.stages, work);
    });
  }

  /** One round; `present` says which sites take part, by default all. */
  async round(present: (site: number) => boolean = () => true): Promise<void> {
    const before = this.certified;
    const round = before === null ? 0 : before.certificate.body.round + 1;
    const contributors = [...this.sites.keys()].filter(present);
    this.outcomes = await Promise.all(
      contributors.flatMap((index) => this.sites[index]?.workOn(before) ?? []),
    );
    const spec = this.stages.specOf(round, before);
    const [chunk] = partition(spec.codec, spec.mixed, 1, spec.exact);
    if (chunk === undefined) throw new RangeError("no chunk");
    const parts = this.outcomes.map(({release}) => release.bytes);
    const sum = sumChunk(sha256, {codec: spec.codec, chunk, dither: NO_DITHER}, parts).bytes;
    const mean = applyMixture(spec, sum);
    const places = {size: spec.parameters ?? spec.mixed, velocityAt: spec.mixed};
    const values = spec.outer === null ? mean : outerStep(spec.reference, mean, {...spec.outer, ...places});
    const snapshot = createSnapshot(sha256, spec.layout, values);
    const weight = weightOf(sum);
    const hash = "00".repeat(32);
    const body = {
      round,
      attempt: 0,
      group: "ab".repeat(32),
      weight,
      peakWeight: weight,
      result: snapshot.hash,
    };
    const rest = {run: "00".repeat(16), roster: hash, parent: hash, contributors: contributors.map(String)};
    const certificate = {body: {...body, ...rest}, ballot: 0, votes: []};
    this.certified = {certificate, snapshot};
    for (const site of this.sites) site.settle(certificate);
  }

  async rounds(count: number): Promise<this> {
    for (let round = 0; round < count; round++) await this.round();
    return this;
  }

  /** The common model. */
  model(): Float32Array {
    return this.stages.parametersOf(this.certified?.snapshot.values ?? new Float32Array());
  }
}
