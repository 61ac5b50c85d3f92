import type {Codec, Snapshot} from "../../parameters/index.ts";
import {leastVectors} from "../../robust/index.ts";
import type {BodyRules, Primitives} from "../certificate.ts";
import type {Deadline, DeadlineLimits} from "../deadline.ts";
import type {CommittedAttempt, Dispute, Exchange} from "../exchange/exchange-state.ts";
import type {FetchPurpose, OutstandingFetch} from "../exchange/fetch-purpose.ts";
import type {Certificate, CertificateBody, ExchangeFrame, Frame, FrameOf, Lock, VoteStep} from "../frames.ts";
import type {LeaderOrder, MemberId} from "../quorum.ts";
import type {
  Accepted,
  Contribution,
  DurableRecord,
  Effect,
  Report,
  RestoredRound,
  RoundMixing,
  RoundSpec,
} from "../types.ts";

/** The parts of a round that do not change. */
export interface RoundSetup {
  readonly self: MemberId;
  readonly round: number;
  readonly rules: BodyRules;
  readonly spec: RoundSpec;
  /** Number of members that must be ready before the first attempt, and the wait for the others. */
  readonly opening: {readonly members: number; readonly waitMs: number | null};
  readonly order: LeaderOrder;
  readonly primitives: Primitives;
  readonly limits: DeadlineLimits;
  readonly readiness: Deadline;
  readonly exchanging: Deadline;
}

/** A ballot that this member leads. */
export interface Lead {
  readonly ballot: number;
  phase: "gathering" | "mixing" | "voting";
  /** Time at which it began to gather, in ms; null for the first ballot of a round. */
  readonly gatheringSinceMs: number | null;
  /** Number of attempts that it has started. */
  trials: number;
}

/** A proposal on which this member has not voted yet. */
export interface Proposal {
  readonly ballot: number;
  readonly body: CertificateBody;
  readonly from: MemberId;
  /** Ballot of the lock that proves the body; null if the result is of this very ballot. */
  readonly provenIn: number | null;
}

/** A member's word on its contribution, which others can pass on. */
export interface ReadyWord {
  readonly contribution: string;
  readonly signature: Uint8Array;
}

/** A signed vote. */
export interface Vote {
  readonly body: string;
  readonly signature: Uint8Array;
}

/** The other members' wait for the leader of a ballot. */
export interface Watch {
  readonly ballot: number;
  /** True if its attempt has begun here, which starts its time again. */
  readonly hasStarted: boolean;
  readonly sinceMs: number;
  /**
   * Time at which the link to the leader first went down, in ms; its return counts only in the next ballot.
   */
  lostMs: number | null;
}

/** The purpose of an outstanding write. */
export type PersistPurpose =
  | {readonly kind: "contribution"}
  | {
      readonly kind: "vote";
      readonly step: VoteStep;
      readonly ballot: number;
      readonly body: CertificateBody;
    }
  | {readonly kind: "certificate"};

/** Everything one member knows about the round under way; changed only by the functions of this room. */
export interface RoundState {
  readonly setup: RoundSetup;
  own: Contribution | null;
  readonly ready: Map<MemberId, ReadyWord>;
  readonly linked: Set<MemberId>;
  /** Members heard since the round before: those worth waiting for. */
  readonly heard: Set<MemberId>;
  readonly excluded: Set<MemberId>;
  /** Pairs of members of which one could not reach the other, as told to this member when it led. */
  readonly strangers: {readonly seeker: MemberId; readonly sought: MemberId; readonly atMs: number}[];
  /** Least number of participants in an attempt; grows when their weight was too low. */
  minimum: number;
  /** The ballot under way; a quorum gave up the one before. */
  ballot: number;
  /** The last ballot that each member gave up. */
  readonly givenUp: Map<MemberId, number>;
  /** Time at which this member last answered one that gave up an earlier ballot, in ms. */
  readonly answeredMs: Map<MemberId, number>;
  accepted: Accepted | null;
  /** The highest lock known. */
  lock: Lock | null;
  /** The last ballot in which this member voted to commit; -1 before. */
  committedIn: number;
  lead: Lead | null;
  exchange: Exchange | null;
  /** The newest attempts that were given up, oldest first; words in them may still be disputed. */
  readonly past: CommittedAttempt[];
  /** By the hash of the claim. */
  readonly disputes: Map<string, Dispute>;
  /** Number of each member's claims in disputes that were not proven, or are not yet. */
  readonly unproven: Map<MemberId, number>;
  /** Words of leaders of later ballots: this member may be the last to hear that a ballot was given up. */
  readonly ahead: {readonly from: MemberId; readonly frame: FrameOf<"start" | "propose">}[];
  /** Members' words on an attempt whose start has not reached this member yet. */
  readonly early: {readonly from: MemberId; readonly frame: ExchangeFrame}[];
  proposal: Proposal | null;
  readonly held: Map<string, Snapshot>;
  readonly bodies: Map<string, CertificateBody>;
  /** By ballot and step, then by member. */
  readonly votes: Map<string, Map<MemberId, Vote>>;
  decided: Certificate | null;
  /** Time at which enough members were known to be ready, in ms; null before. */
  quorumReadyAtMs: number | null;
  /** Null while no leader is waited for. */
  watch: Watch | null;
  readonly fetches: Map<number, OutstandingFetch>;
  readonly persists: Map<number, PersistPurpose>;
  readonly published: Set<string>;
  /** Members that are proven to have contradicted themselves in this run; the session's. */
  readonly equivocators: Set<MemberId>;
  /** Number of fetches of the round's result that have failed so far. */
  failedFetches: number;
}

/** A round's state, with the outlet for its effects. */
export interface RoundContext {
  readonly state: RoundState;
  readonly nowMs: number;
  emit(effect: Effect): void;
  nextId(): number;
}

const NOTHING_RESTORED: RestoredRound = {
  contribution: null,
  accepted: null,
  lock: null,
  committedIn: -1,
  held: [],
  segment: null,
};

function firstLead({order, self}: RoundSetup, {accepted, lock}: RestoredRound): Lead | null {
  // A leader that proposed before it stopped must not propose another body in its ballot.
  if (accepted !== null || lock !== null || order.leaderOf(0) !== self) return null;
  return {ballot: 0, phase: "gathering", gatheringSinceMs: null, trials: 0};
}

function leastForMixing(mixing: RoundMixing): number {
  return mixing.kind === "robust" ? leastVectors(mixing.rule) : 1;
}

/** The state in which a member begins a round, or resumes it after a restart. */
export function createRoundState(
  setup: RoundSetup,
  presence: {
    readonly linked: Iterable<MemberId>;
    readonly heard: Iterable<MemberId>;
    readonly equivocators: Set<MemberId>;
  },
  restored: RestoredRound | null,
): RoundState {
  const before = restored ?? NOTHING_RESTORED;
  return {
    setup,
    own: null,
    ready: new Map(),
    linked: new Set(presence.linked),
    heard: new Set(presence.heard),
    excluded: new Set(presence.equivocators),
    strangers: [],
    minimum: Math.max(setup.rules.minimumContributors, leastForMixing(setup.spec.mixing)),
    ballot: Math.max(before.accepted?.ballot ?? 0, before.lock?.ballot ?? 0),
    givenUp: new Map(),
    answeredMs: new Map(),
    accepted: before.accepted,
    lock: before.lock,
    committedIn: before.committedIn,
    lead: firstLead(setup, before),
    exchange: null,
    past: [],
    disputes: new Map(),
    unproven: new Map(),
    ahead: [],
    early: [],
    proposal: null,
    held: new Map(before.held.map((snapshot) => [snapshot.hash, snapshot])),
    bodies: new Map(),
    votes: new Map(),
    decided: null,
    quorumReadyAtMs: null,
    watch: null,
    fetches: new Map(),
    persists: new Map(),
    published: new Set(),
    equivocators: presence.equivocators,
    failedFetches: 0,
  };
}

/** The codec of the round. */
export function codecOfRound({state}: RoundContext): Codec {
  return state.setup.spec.codec;
}

/** Number of members that decide. */
export function quorumOf({state}: RoundContext): number {
  return state.setup.rules.quorum;
}

/** All members but this one, in order. */
export function others({state}: RoundContext): MemberId[] {
  return state.setup.rules.members.filter((member) => member !== state.setup.self);
}

type RoundFrame = Frame extends infer Each
  ? Each extends Frame
    ? Omit<Each, "run" | "round">
    : never
  : never;

/** Sends a frame of this round to each of `to`. */
export function sendTo(context: RoundContext, to: readonly MemberId[], content: RoundFrame): void {
  const {rules, round} = context.state.setup;
  const frame: Frame = {run: rules.run, round, ...content};
  for (const member of to) context.emit({type: "send", to: member, frame});
}

/** Requests a blob of `total` bytes, or a range of it; the answer comes back under the purpose. */
export function fetchFor(
  context: RoundContext,
  purpose: FetchPurpose,
  bytes: OutstandingFetch["bytes"],
  failures = 0,
): void {
  const id = context.nextId();
  const {hash, total, range} = bytes;
  const {offsetBytes: offset, lengthBytes: length} = range ?? {offsetBytes: 0, lengthBytes: total};
  context.state.fetches.set(id, {purpose, bytes, failures});
  context.emit({type: "fetch", id, from: purpose.member, hash, offset, length, total});
}

/** Tells whether a fetch for such a purpose is under way. */
export function isFetching({state}: RoundContext, isSuch: (purpose: FetchPurpose) => boolean): boolean {
  return [...state.fetches.values()].some(({purpose}) => isSuch(purpose));
}

/** Ends the outstanding fetches that `isUnwanted` selects. @returns true if there was one */
export function cancelFetches(
  context: RoundContext,
  isUnwanted: (purpose: FetchPurpose) => boolean,
): boolean {
  const {fetches} = context.state;
  const before = fetches.size;
  for (const [id, {purpose}] of fetches) {
    if (!isUnwanted(purpose)) continue;
    fetches.delete(id);
    context.emit({type: "cancel", id});
  }
  return fetches.size < before;
}

/** Requests the writing of a record; the protocol goes on under the purpose when it is on disk. */
export function persist(context: RoundContext, purpose: PersistPurpose, record: DurableRecord): void {
  const id = context.nextId();
  context.state.persists.set(id, purpose);
  context.emit({type: "persist", id, record});
}

/** Reports to people. */
export function report(context: RoundContext, content: Report): void {
  context.emit({type: "report", report: content});
}
