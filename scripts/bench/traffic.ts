import {builtRoom, type Core, type Parameters, type Privacy, type Rounds} from "./built.ts";
import {type Figure, rounded} from "./figure.ts";

type Simulation = typeof import("../../src/simulation/index.ts");

const {createRandom, sha256} = await builtRoom<Core>("core");
const {parameterArithmetic} = await builtRoom<Rounds>("rounds");
const {codecOf, contributionSize, NO_DITHER} = await builtRoom<Parameters>("parameters");
const {releaseUpdate} = await builtRoom<Privacy>("privacy");
const {World} = await builtRoom<Simulation>("simulation");

const VALUES = 1_000_000;
const FEWEST = 2;
const MOST = 24;
const WEIGHT = 1 / 32;
const LAYOUT = sha256(new Uint8Array(1));
/** In encoded models; a member's own chunk may be a block longer or shorter than others, which is 0.006 at most. */
const BAR = 0.01;

const codec = codecOf("fp16");

/** Encoded models that each of `n` members takes from others in a round of one group, and that others take from it. */
function modelsMoved(n: number): {readonly taken: readonly number[]; readonly given: readonly number[]} {
  const members = Array.from({length: n}, (_, index) => `member-${String(index).padStart(2, "0")}`);
  const random = createRandom({seed: n, site: "", round: 0, purpose: "bench"});
  const update = new Float32Array(VALUES).fill(1);
  const encoding = {codec, dither: NO_DITHER, clipNorm: 1e9, hash: sha256};
  const {release} = releaseUpdate({update, weight: WEIGHT, ...encoding});
  const taken = new Map<string, number>();
  const given = new Map<string, number>();
  const count = (of: Map<string, number>, member: string, bytes: number): void => {
    of.set(member, (of.get(member) ?? 0) + bytes / contributionSize(codec, VALUES));
  };
  const world = new World({
    members,
    setupOf: (self) => ({
      self,
      run: "00".repeat(16),
      roster: "00".repeat(32),
      members,
      rounds: 1,
      quorum: "majority",
      start: {members: n, weight: 0, waitMs: 1000},
      weightShare: 1,
      limits: {minimumMs: 1000, maximumMs: 60_000},
      primitives: {
        hash: sha256,
        arithmetic: parameterArithmetic,
        sign: (bytes) => sha256(bytes),
        verify: (_, bytes, signature) => Buffer.compare(sha256(bytes), signature) === 0,
      },
      specOf: () => ({
        mixing: {kind: "all"},
        codec,
        layout: LAYOUT,
        reference: new Float32Array(VALUES),
        mixed: VALUES,
        outer: null,
      }),
      shapeOf: () => ({layout: LAYOUT, values: VALUES}),
    }),
    contributionOf: () => release,
    trainingMs: () => 1,
    random,
    faultAt(member, effect) {
      if (effect.type !== "fetch") return "none";
      count(taken, member, effect.length);
      count(given, effect.from, effect.length);
      return "none";
    },
  });
  for (const member of members) world.start(member);
  world.run();
  return {taken: [...taken.values()], given: [...given.values()]};
}

/**
 * How far the bytes of any member's transfers in a round, those it takes or those it gives, are from 2 (n - 1) / n
 * encoded models, over all n from 2 to 24. The runs are the greatest number of models of any member, for each n.
 */
export function measureTraffic(): Figure {
  let deviation = 0;
  const runs: number[] = [];
  for (let n = FEWEST; n <= MOST; n++) {
    const {taken, given} = modelsMoved(n);
    const all = [...taken, ...given];
    if (all.length !== 2 * n) throw new Error(`not all of ${n} members took part`);
    for (const models of all) deviation = Math.max(deviation, Math.abs(models - (2 * (n - 1)) / n));
    runs.push(rounded(Math.max(...all)));
  }
  return {
    name: "gossip/bytes-per-node-vs-model",
    value: rounded(deviation),
    unit: "models",
    reference: BAR,
    runs,
  };
}
