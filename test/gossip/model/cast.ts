import {sha256} from "../../../src/core/index.ts";
import {restoreSession} from "../../../src/gossip/index.ts";
import {codecOf, NO_DITHER} from "../../../src/parameters/index.ts";
import {releaseUpdate} from "../../../src/privacy/index.ts";
import {rulesAfter} from "../../../src/rounds/agreement/round-rules.ts";
import type {RoundSetup} from "../../../src/rounds/agreement/round-state.ts";
import type {Deadline} from "../../../src/rounds/deadline.ts";
import type {Contribution, MemberId, QuorumRule} from "../../../src/rounds/index.ts";
import {leaderOrder} from "../../../src/rounds/quorum.ts";
import {LAYOUT, memberName, primitivesOf, RUN} from "../consortium.ts";

const PATIENT: Deadline = {
  timeoutMs: () => 1,
  observe() {},
  backOff() {},
  memory: () => ({meanMs: null, deviationMs: 0, factor: 1}),
};
const HASHES = new Map<string, Uint8Array>();

/** SHA-256, each input hashed once. */
export function hash(...parts: readonly Uint8Array[]): Uint8Array {
  const key = parts.map((part) => Buffer.from(part).toString("latin1")).join();
  let digest = HASHES.get(key);
  if (digest === undefined) {
    digest = sha256(...parts);
    HASHES.set(key, digest);
  }
  return digest;
}

/** A law that a state breaks, with the way there. */
export class Broken extends Error {}

/** Who takes part in a search. */
export interface Cast {
  readonly names: readonly MemberId[];
  /** Each member's round, the first of a run. */
  readonly setups: readonly RoundSetup[];
  readonly contributions: readonly Contribution[];
}

function setupOf(names: readonly MemberId[], self: MemberId, quorum: QuorumRule): RoundSetup {
  const session = {
    self,
    run: RUN,
    roster: "ab".repeat(32),
    members: names,
    rounds: 1,
    quorum,
    start: {members: 2, weight: 0, waitMs: 1},
    weightShare: 0,
    limits: {minimumMs: 1, maximumMs: 1},
    primitives: {...primitivesOf(self), hash},
    specOf: () => ({
      codec: codecOf("f32"),
      layout: LAYOUT,
      reference: new Float32Array(1),
      mixed: 1,
      mixing: {kind: "all"} as const,
      outer: null,
    }),
    shapeOf: () => ({layout: LAYOUT, values: 1}),
    restored: restoreSession([]),
  };
  const rules = rulesAfter(session, null, true);
  return {
    self,
    round: 0,
    rules,
    spec: session.specOf(),
    opening: {members: rules.minimumContributors, waitMs: 1},
    order: leaderOrder(hash, RUN, 0, names),
    primitives: session.primitives,
    limits: session.limits,
    readiness: PATIENT,
    exchanging: PATIENT,
  };
}

/** The weight p of the member of that index. */
export const weightOf = (index: number): number => 2 ** index / 8;

function contributionOf(index: number): Contribution {
  const options = {clipNorm: 1e6, codec: codecOf("f32"), dither: NO_DITHER, hash};
  return releaseUpdate({...options, update: Float32Array.of(index + 1), weight: weightOf(index)}).release;
}

/** Members of whom each has one value to mix. */
export function castOf(count: number, quorum: QuorumRule): Cast {
  const names = Array.from({length: count}, (_, index) => memberName(index));
  return {
    names,
    setups: names.map((self) => setupOf(names, self, quorum)),
    contributions: names.map((_, index) => contributionOf(index)),
  };
}

/** How many members the search without a liar has. */
export const COUNT = 3;
const HONEST = castOf(COUNT, "majority");
/** Their names. */
export const NAMES = HONEST.names;
/** Their rounds. */
export const SETUPS = HONEST.setups;
/** What they hand in. */
export const CONTRIBUTIONS = HONEST.contributions;
