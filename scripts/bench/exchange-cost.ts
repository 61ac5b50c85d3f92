import type {Primitives, Session, SessionSetup} from "../../src/gossip/index.ts";
import {builtRoom, type Core, type Parameters, type Privacy} from "./built.ts";
import {type Figure, leastOf, RUNS} from "./figure.ts";

type Gossip = typeof import("../../src/gossip/index.ts");
type Simulation = typeof import("../../src/simulation/index.ts");

const {createRandom, sha256} = await builtRoom<Core>("core");
const {createSession, parameterArithmetic} = await builtRoom<Gossip>("gossip");
const {codecOf, NO_DITHER} = await builtRoom<Parameters>("parameters");
const {releaseUpdate} = await builtRoom<Privacy>("privacy");
const {World} = await builtRoom<Simulation>("simulation");

const VALUES = 4096;
const ROUNDS = 300;
const MEMBERS = ["member-a", "member-b"];
const LAYOUT = sha256(new Uint8Array(1));
const BAR_US = 50;

/** Microseconds spent so far. */
interface Meter {
  handling: number;
  apart: number;
}

/** Hash and signatures, timed apart: what they cost is OpenSSL's. */
function primitivesOf(meter: Meter): Primitives {
  const timed = <Result>(act: () => Result): Result => {
    const began = performance.now();
    const result = act();
    meter.apart += 1000 * (performance.now() - began);
    return result;
  };
  return {
    hash: (...parts) => timed(() => sha256(...parts)),
    arithmetic: parameterArithmetic,
    sign: (bytes) => timed(() => sha256(bytes)),
    verify: (_, bytes, signature) => timed(() => Buffer.compare(sha256(bytes), signature) === 0),
  };
}

function timedSession(setup: SessionSetup, meter: Meter): Session {
  const session = createSession(setup);
  return {
    view: () => session.view(),
    checkpoint: () => session.checkpoint(),
    handle(event, nowMs) {
      const began = performance.now();
      const effects = session.handle(event, nowMs);
      meter.handling += 1000 * (performance.now() - began);
      return effects;
    },
  };
}

/** Microseconds that the protocol takes at one member for a round of one exchange, from its update to its certificate. */
function exchangeCost(seed: number): number {
  const meter: Meter = {handling: 0, apart: 0};
  const primitives = primitivesOf(meter);
  const codec = codecOf("fp16");
  const random = createRandom({seed, site: "", round: 0, purpose: "bench"});
  const update = Float32Array.from({length: VALUES}, () => random.normal());
  const {release} = releaseUpdate({
    update,
    weight: 0.5,
    codec,
    dither: NO_DITHER,
    clipNorm: 1e9,
    hash: sha256,
  });
  const world = new World({
    members: MEMBERS,
    setupOf: (self) => ({
      self,
      run: "00".repeat(16),
      roster: "00".repeat(32),
      members: MEMBERS,
      rounds: ROUNDS,
      start: {members: 2, weight: 0, waitMs: 1000},
      weightShare: 1,
      limits: {minimumMs: 1000, maximumMs: 60_000},
      primitives,
      specOf: (_, previous) => ({
        mixing: {kind: "schedule", schedule: {name: "base", peers: 1}},
        codec,
        layout: LAYOUT,
        reference: previous?.snapshot.values ?? new Float32Array(VALUES),
        mixed: VALUES,
        outer: null,
      }),
      shapeOf: () => ({layout: LAYOUT, values: VALUES}),
    }),
    contributionOf: () => release,
    trainingMs: () => 1,
    random,
    faultAt: () => "none",
    openSession: (setup) => timedSession(setup, meter),
  });
  for (const member of MEMBERS) world.start(member);
  world.run(() => world.isFinished, 10_000_000);
  return (meter.handling - meter.apart) / (ROUNDS * MEMBERS.length);
}

/** What one exchange of a model of 4,096 values costs a member, hashes and signatures apart. */
export function measureExchangeCost(): Figure {
  const runs = Array.from({length: RUNS}, (_, run) => exchangeCost(run));
  return leastOf("gossip/exchange-4k-us", "us", runs, BAR_US);
}
