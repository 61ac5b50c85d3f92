import {createHash} from "node:crypto";
import {createRandom, sha256} from "../../src/core/index.ts";
import type {Session} from "../../src/gossip/index.ts";
import {
  type CodecName,
  codecOf,
  createSnapshot,
  drawDither,
  type OuterOptimizer,
} from "../../src/parameters/index.ts";
import {releaseUpdate} from "../../src/privacy/index.ts";
import {
  type Arithmetic,
  type Certified,
  type Contribution,
  type Effect,
  majority,
  type Primitives,
  parameterArithmetic,
  type QuorumRule,
  type RoundMixing,
  type SessionSetup,
} from "../../src/rounds/index.ts";
import {type Fault, type LinkModel, World, type WorldOptions} from "../../src/simulation/index.ts";

/** Members, data and rules of a small simulated consortium. */
export interface ConsortiumOptions {
  readonly seed: number;
  readonly weights: readonly number[];
  /** Their ids, sorted; the default is member-a, member-b, ... */
  readonly members?: readonly string[];
  readonly rounds: number;
  readonly values?: number;
  readonly codec?: CodecName;
  readonly mixing?: RoundMixing;
  readonly outer?: OuterOptimizer;
  /** Each member's effort, by which its contributions are divided; default: they are not. */
  readonly efforts?: readonly number[];
  /** Nodes that are linked to the members and take the results only. */
  readonly observers?: readonly string[];
  readonly startMembers?: number;
  readonly quorum?: QuorumRule;
  readonly weightShare?: number;
  readonly limits?: SessionSetup["limits"];
  readonly faultAt?: (member: string, effect: Effect, count: number) => Fault;
  readonly trainingMs?: (member: string, round: number) => number;
  readonly openSession?: (setup: SessionSetup) => Session;
  readonly linkOf?: (from: string, to: string) => LinkModel;
  readonly onEvent?: WorldOptions["onEvent"];
  readonly writesFrames?: boolean;
  /** The rounds as a plan makes them; without it, all are alike, of {@link values} values under {@link mixing}. */
  readonly stages?: Pick<SessionSetup, "specOf" | "shapeOf">;
  /** What a member computes with, where it is not the room's own. */
  readonly arithmeticOf?: (member: string) => Arithmetic;
  /** A member's update of its parameters in a round; without it, that of {@link train}. */
  readonly updateOf?: (member: string, round: number) => Float32Array;
  readonly tamper?: (member: string, round: number, contribution: Contribution) => Contribution;
}

export const RUN = "00112233445566778899aabbccddeeff";
export const LAYOUT = sha256(new TextEncoder().encode("test layout"));

/** A stand-in for signatures whose forgery tests need not fear: a keyed hash that everyone can check. */
export function primitivesOf(member: string): Primitives {
  const seal = (by: string, bytes: Uint8Array): Uint8Array =>
    new Uint8Array(createHash("sha256").update(`seal of ${by}`).update(bytes).digest());
  return {
    hash: sha256,
    arithmetic: parameterArithmetic,
    sign: (bytes) => seal(member, bytes),
    verify: (by, bytes, signature) => Buffer.compare(seal(by, bytes), signature) === 0,
  };
}

/** The member's local parameters after training in `round` from `reference`: any fixed function will do. */
export function train(seed: number, member: string, round: number, reference: Float32Array): Float32Array {
  const random = createRandom({seed, site: member, round, purpose: "work"});
  return reference.map((value) => Math.fround(0.9 * value + random.normal()));
}

/** What of the world's own options a test has given. */
function hooksOf({openSession, linkOf, onEvent, writesFrames}: ConsortiumOptions) {
  return {
    ...(writesFrames === undefined ? {} : {writesFrames}),
    ...(openSession === undefined ? {} : {openSession}),
    ...(linkOf === undefined ? {} : {linkOf}),
    ...(onEvent === undefined ? {} : {onEvent}),
  };
}

/** The name of the member of that index. */
export const memberName = (index: number): string => `member-${String.fromCharCode(97 + index)}`;

/** A simulated consortium, with what each member saw certified. */
export function createConsortium(options: ConsortiumOptions) {
  const {seed, weights, rounds, values = 5, codec = "f32"} = options;
  // An outer optimiser's velocity lies behind the parameters.
  const size = options.outer === undefined ? values : 2 * values;
  const members = options.members ?? weights.map((_, index) => memberName(index));
  const nodes = [...members, ...(options.observers ?? [])];
  const certified = new Map<string, Certified[]>(nodes.map((member) => [member, []]));
  const weightOf = (member: string): number => (weights[members.indexOf(member)] ?? 0) / 1024;
  const setupOf = (self: string): Omit<SessionSetup, "restored"> => ({
    self,
    run: RUN,
    roster: "ab".repeat(32),
    members,
    rounds,
    quorum: options.quorum ?? "majority",
    start: {members: options.startMembers ?? majority(members.length), weight: 0, waitMs: 2000},
    weightShare: options.weightShare ?? 0,
    limits: options.limits ?? {minimumMs: 100, maximumMs: 4000},
    primitives: {
      ...primitivesOf(self),
      arithmetic: options.arithmeticOf?.(self) ?? parameterArithmetic,
    },
    shapeOf: () => ({layout: LAYOUT, values: size}),
    specOf: (_, previous) => ({
      mixing: options.mixing ?? {kind: "all"},
      codec: codecOf(codec),
      layout: LAYOUT,
      reference: previous?.snapshot.values ?? new Float32Array(size),
      mixed: values,
      outer: options.outer ?? null,
      ...(options.efforts === undefined ? {} : {exact: 2}),
    }),
    ...options.stages,
  });
  const contributionOf = (member: string, round: number, previous: Certified | null): Contribution => {
    const reference = (previous?.snapshot.values ?? new Float32Array(values)).subarray(0, values);
    const effort = options.efforts?.[members.indexOf(member)];
    const update =
      options.updateOf?.(member, round) ??
      train(seed, member, round, reference).map((value, index) => value - (reference[index] ?? 0));
    const {release} = releaseUpdate({
      update,
      weight: weightOf(member),
      ...(effort === undefined ? {} : {effort}),
      codec: codecOf(codec),
      dither: drawDither(createRandom({seed, site: member, round, purpose: "dither"})),
      clipNorm: 1e6,
      hash: sha256,
    });
    return options.tamper?.(member, round, release) ?? release;
  };
  const random = createRandom({seed, site: "", round: 0, purpose: "latency"});
  const world = new World({
    members: nodes,
    setupOf,
    contributionOf,
    trainingMs: options.trainingMs ?? (() => 50 + 100 * random.uniform()),
    random,
    faultAt: options.faultAt ?? (() => "none"),
    ...hooksOf(options),
    onCertified: (member, entry) => certified.get(member)?.push(entry),
  });
  return {world, members, certified, weightOf, setupOf, contributionOf};
}

/** The parameters that central FedAvg over `contributors` gives, in binary64 until the last rounding. */
export function fedAvg(
  seed: number,
  round: number,
  reference: Float32Array,
  contributors: readonly {readonly member: string; readonly weight: number}[],
): Float32Array {
  const total = contributors.reduce((sum, {weight}) => sum + weight, 0);
  const mean = new Float64Array(reference.length);
  for (const {member, weight} of contributors) {
    train(seed, member, round, reference).forEach((value, index) => {
      mean[index] = (mean[index] ?? 0) + (weight / total) * value;
    });
  }
  return Float32Array.from(mean);
}

/** The snapshot hash of `values` under the test layout. */
export function hashOf(values: Float32Array): string {
  return createSnapshot(sha256, LAYOUT, values).hash;
}
