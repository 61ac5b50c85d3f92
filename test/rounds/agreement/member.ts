import {sha256} from "../../../src/core/index.ts";
import {codecOf, createSnapshot, type Snapshot} from "../../../src/parameters/index.ts";
import {
  createRoundState,
  type RoundContext,
  type RoundSetup,
  type RoundState,
} from "../../../src/rounds/agreement/round-state.ts";
import {bodyHash, genesisHash, voteBytes} from "../../../src/rounds/certificate.ts";
import type {Lock} from "../../../src/rounds/frames.ts";
import {
  type CertificateBody,
  createDeadline,
  type Effect,
  type FrameOf,
  type Primitives,
  parameterArithmetic,
  type VoteStep,
} from "../../../src/rounds/index.ts";
import {LAYOUT, memberName, primitivesOf, RUN} from "../../gossip/consortium.ts";

/** Four members, of whom three decide; the first leads the ballots 0, 4, 8, ... */
export const [A, B, C, D] = [memberName(0), memberName(1), memberName(2), memberName(3)] as const;
/** All of them, in order. */
export const MEMBERS = [A, B, C, D] as const;

const LIMITS = {minimumMs: 100, maximumMs: 4000};

/** The result of which all parameters are `value`. */
export function resultOf(value: number): Snapshot {
  return createSnapshot(sha256, LAYOUT, new Float32Array(2).fill(value));
}

/** A body that the exchange of ballot `attempt` made, with {@link resultOf} `value`. */
export function bodyOf(value: number, attempt = 0): CertificateBody {
  return {
    run: RUN,
    round: 0,
    attempt,
    group: "ef".repeat(32),
    roster: "ab".repeat(32),
    parent: genesisHash(sha256, RUN),
    contributors: [...MEMBERS],
    weight: 1,
    peakWeight: 1,
    result: resultOf(value).hash,
  };
}

/** The hash of a body. */
export function nameOf(body: CertificateBody): string {
  return bodyHash(sha256, body);
}

/** `member`'s signature on its vote in a ballot. */
export function signatureOf(
  member: string,
  ballot: number,
  step: VoteStep,
  body: CertificateBody,
): Uint8Array {
  return primitivesOf(member).sign(voteBytes({run: RUN, round: 0, ballot, step, body: nameOf(body)}));
}

/** The votes of `members`, as a lock or a certificate has them. */
export function votesOf(
  members: readonly string[],
  ballot: number,
  step: VoteStep,
  body: CertificateBody,
): {readonly member: string; readonly signature: Uint8Array}[] {
  return members.map((member) => ({member, signature: signatureOf(member, ballot, step, body)}));
}

/** `member`'s vote as others hear it; without more, to accept in the first ballot. */
export function voteOf(
  member: string,
  body: CertificateBody,
  {ballot = 0, step = "accept"}: {ballot?: number; step?: VoteStep} = {},
): FrameOf<"vote"> {
  const signature = signatureOf(member, ballot, step, body);
  return {type: "vote", run: RUN, round: 0, ballot, step, body: nameOf(body), signature};
}

/** The lock of a quorum's votes to accept `body` in `ballot`. */
export const lockOf = (body: CertificateBody, ballot: number): Lock => ({
  body,
  ballot,
  votes: votesOf([A, B, C], ballot, "accept", body),
});

/** The members whose votes of `ballot` and `step` are counted, such as in `0 accept`. */
export const countedIn = ({state}: LoneRound, key: string): string[] => [
  ...(state.votes.get(key)?.keys() ?? []),
];

function setupOf(self: string, primitives: Primitives): RoundSetup {
  return {
    self,
    round: 0,
    rules: {
      run: RUN,
      roster: "ab".repeat(32),
      members: MEMBERS,
      quorum: 3,
      parent: genesisHash(sha256, RUN),
      previousPeak: 0,
      minimumContributors: 1,
      minimumWeight: 0,
      weightShare: 0,
    },
    spec: {
      mixing: {kind: "all"},
      codec: codecOf("f32"),
      layout: LAYOUT,
      reference: new Float32Array(2),
      mixed: 2,
      outer: null,
    },
    opening: {members: 1, waitMs: null},
    order: {leaderOf: (ballot) => MEMBERS[ballot % MEMBERS.length] ?? A},
    primitives,
    limits: LIMITS,
    readiness: createDeadline(LIMITS),
    exchanging: createDeadline(LIMITS),
  };
}

/** One member's round with its effects, and how many signatures it has checked. */
export interface LoneRound {
  readonly context: RoundContext;
  readonly state: RoundState;
  /** All effects since the last call. */
  taken(): Effect[];
  checked(): number;
}

/** The first round of `self`, which is linked to all others and holds `results`. */
export function openRound(self: string, results: readonly Snapshot[] = []): LoneRound {
  let checked = 0;
  const own = primitivesOf(self);
  const primitives: Primitives = {
    ...own,
    arithmetic: parameterArithmetic,
    verify: (...words) => {
      checked += 1;
      return own.verify(...words);
    },
  };
  const linked = MEMBERS.filter((member) => member !== self);
  const state = createRoundState(
    setupOf(self, primitives),
    {linked, heard: MEMBERS, equivocators: new Set()},
    null,
  );
  for (const result of results) state.held.set(result.hash, result);
  let effects: Effect[] = [];
  let ids = 0;
  const context: RoundContext = {
    state,
    nowMs: 0,
    emit: (effect) => effects.push(effect),
    nextId: () => ++ids,
  };
  return {
    context,
    state,
    taken: () => {
      const all = effects;
      effects = [];
      return all;
    },
    checked: () => checked,
  };
}
