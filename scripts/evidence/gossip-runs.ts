/*
 * Runs of the gossip task: through the daemon's own protocol on virtual time, and the pooled baseline beside it. A
 * site keeps its momentum from round to round.
 */
import {createRandom, sha256} from "../../src/core/index.ts";
import {createSession, type Session} from "../../src/gossip/index.ts";
import {codecOf, drawDither} from "../../src/parameters/index.ts";
import {releaseUpdate} from "../../src/privacy/index.ts";
import {
  type AsyncSpec,
  type Certified,
  type Contribution,
  type Primitives,
  parameterArithmetic,
  type RoundSpec,
  type SessionSetup,
} from "../../src/rounds/index.ts";
import {World, type WorldOptions} from "../../src/simulation/index.ts";
import {
  accuracyOf,
  BATCH,
  createGossipTask,
  createLearner,
  type GossipTask,
  initialParameters,
  type Learner,
  LOCAL_STEPS,
  PARAMETERS,
  SITES,
} from "./gossip-task.ts";

/**
 * How the sites mix: `exact` in rounds of one group; `base` and `ring` one phase after every H steps;
 * `base-overlapped` while the next H steps are under way, as a segment does of its own accord.
 */
export type GossipMode = "exact" | "base" | "ring" | "base-overlapped";

/** One run through the protocol. */
export interface GossipRun {
  readonly seed: number;
  readonly alpha: number;
  /** H. */
  readonly localSteps: number;
  /** All local steps of a site. */
  readonly steps: number;
  readonly mode: GossipMode;
  readonly learningRate: number;
}

/** Every site's p is its number of samples over this. */
const WEIGHT_REFERENCE = 8192;
const CLIP_NORM = 1e6;
const UNIT_MS = 10_000;
const ROUND_MS = 1000;
const EVENT_LIMIT = 20_000_000;
const CODEC = codecOf("fp16");
const LAYOUT = sha256(new TextEncoder().encode("gossip task"));

/** A seal that is a hash: nobody here forges one. */
function primitivesOf(self: string): Primitives {
  const seal = (by: string, bytes: Uint8Array): Uint8Array =>
    sha256(new Uint8Array([...new TextEncoder().encode(by), ...bytes]));
  return {
    hash: sha256,
    arithmetic: parameterArithmetic,
    sign: (bytes) => seal(self, bytes),
    verify: (by, bytes, signature) => seal(by, bytes).every((byte, index) => byte === signature[index]),
  };
}

/** What a consortium must know of its run. */
type RunShape = Omit<GossipRun, "mode">;

/** The sites of a run and what they do between exchanges. */
export class GossipConsortium {
  /** What all sites compute with. */
  arithmetic = parameterArithmetic;
  readonly members = Array.from({length: SITES}, (_, site) => `site-${`${site}`.padStart(2, "0")}`);
  readonly task: GossipTask;
  readonly run: RunShape;
  /** What the first round begins from: the parameters, and behind them what else a snapshot holds. */
  initial: Float32Array;
  readonly #learners: readonly Learner[];

  constructor(run: RunShape, task = createGossipTask(run.seed, run.alpha)) {
    const {seed, learningRate, steps} = run;
    this.run = run;
    this.task = task;
    this.initial = initialParameters(seed);
    this.#learners = this.task.sites.map((samples, site) =>
      createLearner({samples, learningRate, batch: BATCH, seed, site: this.members[site] ?? "", steps}),
    );
  }

  weightOf(member: string): number {
    return (this.task.sites[this.members.indexOf(member)]?.labels.length ?? 0) / WEIGHT_REFERENCE;
  }

  /** The released p (x - start) after the next H steps of a site. */
  work(member: string, unit: number, start: Float32Array): Contribution {
    return this.release(member, unit, this.train(member, start), this.weightOf(member));
  }

  /** x - start after the next H steps of a site. */
  train(member: string, start: Float32Array): Float32Array {
    const trained = this.#learners[this.members.indexOf(member)]?.train(start, this.run.localSteps) ?? start;
    return trained.map((value, index) => value - (start[index] ?? 0));
  }

  /** `update` as it leaves the site. */
  release(member: string, unit: number, update: Float32Array, weight: number): Contribution {
    const {release} = releaseUpdate({
      update,
      weight,
      codec: CODEC,
      dither: drawDither(createRandom({seed: this.run.seed, site: member, round: unit, purpose: "dither"})),
      clipNorm: CLIP_NORM,
      hash: sha256,
    });
    return release;
  }

  /** A world of these sites, of whom `mixing` says how they mix. */
  open(rounds: number, mixing: (self: string) => Partial<RoundSpec>, hooks: Partial<WorldOptions>): World {
    const {seed} = this.run;
    const setupOf = (self: string): Omit<SessionSetup, "restored"> => ({
      self,
      run: "00".repeat(16),
      roster: "00".repeat(32),
      members: this.members,
      rounds,
      quorum: "majority",
      start: {members: SITES, weight: 0, waitMs: 60_000},
      weightShare: 0,
      limits: {minimumMs: 100, maximumMs: 4000},
      primitives: {...primitivesOf(self), arithmetic: this.arithmetic},
      specOf: (_, previous) => ({
        mixing: {kind: "all"},
        codec: CODEC,
        layout: LAYOUT,
        reference: previous?.snapshot.values ?? this.initial,
        mixed: PARAMETERS,
        outer: null,
        ...mixing(self),
      }),
      shapeOf: () => ({layout: LAYOUT, values: this.initial.length}),
    });
    return new World({
      members: this.members,
      setupOf,
      contributionOf: (member, round, previous) =>
        this.work(member, round, previous?.snapshot.values ?? this.initial),
      trainingMs: () => ROUND_MS,
      progressOf: (member, unit, start) => this.work(member, unit, start),
      unitMs: () => UNIT_MS,
      random: createRandom({seed, site: "", round: 0, purpose: "latency"}),
      faultAt: () => "none",
      ...hooks,
    });
  }

  start(world: World): void {
    for (const member of this.members) world.start(member);
  }
}

/** Rounds of H steps and one mean. @returns the one model that all hold at the end */
function runRounds(consortium: GossipConsortium): readonly Float32Array[] {
  const {localSteps, steps} = consortium.run;
  const last = new Map<string, Certified>();
  let missing = 0;
  const world = consortium.open(steps / localSteps, () => ({}), {
    onCertified: (member, certified) => {
      last.set(member, certified);
      missing += SITES - certified.certificate.body.contributors.length;
    },
  });
  consortium.start(world);
  world.run(() => world.isFinished, EVENT_LIMIT);
  if (missing > 0 || last.size < SITES) throw new RangeError("a site missed a round");
  const {snapshot} = last.get(consortium.members[0] ?? "") ?? {};
  return snapshot === undefined ? [] : [snapshot.values];
}

/** Stands in a unit's progress until the unit is over. */
const NOT_YET: Contribution = {hash: "", bytes: new Uint8Array()};

/**
 * A session for which a unit is a pause in which exchanges end, then work that takes no time, from what the site
 * holds by then: the task's table mixes before it trains on, where a segment of its own accord trains meanwhile.
 */
function workAtTheEnd(session: Session, self: string, consortium: GossipConsortium): Session {
  return {
    view: () => session.view(),
    checkpoint: () => session.checkpoint(),
    handle(event, nowMs) {
      const {segment} = session.view();
      if (event.type !== "progress" || segment?.stage !== "running") return session.handle(event, nowMs);
      const contribution = consortium.work(self, event.unit, segment.estimate());
      return session.handle({...event, contribution}, nowMs);
    },
  };
}

/** One asynchronous segment in which everyone exchanges with its neighbours of the next phase after H steps. */
function runSegment(
  consortium: GossipConsortium,
  schedule: NonNullable<AsyncSpec["schedule"]>,
  overlaps: boolean,
): readonly Float32Array[] {
  const {members, run} = consortium;
  const units = run.steps / run.localSteps;
  const asynchronous = (self: string): AsyncSpec => ({
    weight: consortium.weightOf(self),
    exchange: "swap",
    schedule,
    codec: CODEC,
    units,
    abandonMs: 60_000,
    maximumLead: Number.POSITIVE_INFINITY,
    clipFaulty: null,
  });
  const models = new Map<string, Float32Array>();
  const mixing = (self: string): Partial<RoundSpec> => ({
    codec: codecOf("f32"),
    asynchronous: asynchronous(self),
  });
  const late = {
    progressOf: () => NOT_YET,
    openSession: (setup: SessionSetup) => workAtTheEnd(createSession(setup), setup.self, consortium),
  };
  const world = consortium.open(1, mixing, overlaps ? {} : late);
  consortium.start(world);
  const hasEnded = (member: string): boolean => {
    const segment = world.sessionOf(member)?.view().segment;
    if (segment != null && segment.stage !== "running" && segment.stage !== "idle" && !models.has(member)) {
      models.set(member, segment.estimate());
    }
    return models.has(member);
  };
  world.run(() => members.filter((member) => !hasEnded(member)).length === 0, EVENT_LIMIT);
  return [...models.values()];
}

/** The mean over the sites' own models of their accuracy on the task's test samples. */
export function gossipAccuracy(run: GossipRun): number {
  const consortium = new GossipConsortium(run);
  const steps = run.steps / run.localSteps;
  const models =
    run.mode === "exact"
      ? runRounds(consortium)
      : runSegment(
          consortium,
          run.mode === "ring" ? {name: "ring", steps} : {name: "base", peers: 1},
          run.mode === "base-overlapped",
        );
  const {test} = consortium.task;
  return models.reduce((sum, model) => sum + accuracyOf(model, test), 0) / models.length;
}

/** One model, as many steps, each over the batches of all sites at once, drawn from all their samples. */
export function pooledAccuracy({seed, learningRate}: Pick<GossipRun, "seed" | "learningRate">): number {
  const {pooled, test} = createGossipTask(seed, 1);
  const options = {
    samples: pooled,
    learningRate,
    batch: SITES * BATCH,
    seed,
    site: "pooled",
    steps: LOCAL_STEPS,
  };
  return accuracyOf(createLearner(options).train(initialParameters(seed), LOCAL_STEPS), test);
}
