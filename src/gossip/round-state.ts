import type {Codec, Snapshot} from "../parameters/index.ts";
import {type BodyRules, type Primitives} from "./certificate.ts";
import type {Deadline, DeadlineLimits} from "./deadline.ts";
import type {CommittedAttempt, Dispute, Exchange} from "./exchange-state.ts";
import type {FetchPurpose, OutstandingFetch} from "./fetch-purpose.ts";
import type {Certificate, CertificateBody, ExchangeFrame, Frame, FrameOf, Lock, VoteStep} from "./frames.ts";
import type {LeaderOrder, MemberId} from "./quorum.ts";
import {leastVectors} from "./robust/requirement.ts";
import type {
  Accepted,
  Contribution,
  DurableRecord,
  Effect,
  Report,
  RestoredRound,
  RoundMixing,
  RoundSpec,
} from "./types.ts";

/** What does not change during a round. */
export interface RoundSetup {
  readonly self: MemberId;
  readonly round: number;
  readonly rules: BodyRules;
  readonly spec: RoundSpec;
  /** How many members must be ready before the first attempt, and how long the others are waited for. */
  readonly opening: {readonly members: number; readonly waitMs: number | null};
  readonly order: LeaderOrder;
  readonly primitives: Primitives;
  readonly limits: DeadlineLimits;
  readonly readiness: Deadline;
  readonly exchanging: Deadline;
}

/** A ballot this member leads. */
export interface Lead {
  readonly ballot: number;
  phase: "gathering" | "mixing" | "voting";
  /** When it began to gather; null for the first ballot of a round. */
  readonly gatheringSinceMs: number | null;
  /** Attempts that it has started. */
  trials: number;
}

/** A proposal this member has not voted on yet. */
export interface Proposal {
  readonly ballot: number;
  readonly body: CertificateBody;
  readonly from: MemberId;
  /** Ballot of the lock that speaks for the body; null where the result is of this very ballot. */
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

/** Since when the other members wait for the leader of a ballot. */
export interface Watch {
  readonly ballot: number;
  /** Whether its attempt has begun here, from when on it has its time anew. */
  readonly hasStarted: boolean;
  readonly sinceMs: number;
  /** When the link to the leader went down first; whether it comes back counts in the next ballot only. */
  lostMs: number | null;
}

/** What an outstanding write is for. */
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
  /** How many participants an attempt needs at least; grows when their weight was too low. */
  minimum: number;
  /** The ballot under way: the one before was given up by a quorum. */
  ballot: number;
  /** The last ballot that each member gave up. */
  readonly givenUp: Map<MemberId, number>;
  /** When this member last answered one that gave up a ballot before the present one. */
  readonly answeredMs: Map<MemberId, number>;
  accepted: Accepted | null;
  /** The highest lock known. */
  lock: Lock | null;
  /** The last ballot in which this member voted to commit; -1 before. */
  committedIn: number;
  lead: Lead | null;
  exchange: Exchange | null;
  /** The newest attempts that were given up, oldest first: what was said in them may still be disputed. */
  readonly past: CommittedAttempt[];
  /** By the hash of the claim. */
  readonly disputes: Map<string, Dispute>;
  /** How many claims of each member in disputes were, or are as yet, not proven. */
  readonly unproven: Map<MemberId, number>;
  /** What leaders of later ballots said: this member may be the last to hear that a ballot was given up. */
  readonly ahead: {readonly from: MemberId; readonly frame: FrameOf<"start" | "propose">}[];
  /** What members said of an attempt whose start has not reached this one yet. */
  readonly early: {readonly from: MemberId; readonly frame: ExchangeFrame}[];
  proposal: Proposal | null;
  readonly held: Map<string, Snapshot>;
  readonly bodies: Map<string, CertificateBody>;
  /** By ballot and step, then by member. */
  readonly votes: Map<string, Map<MemberId, Vote>>;
  decided: Certificate | null;
  /** When enough members were known to be ready; null before. */
  quorumReadyAtMs: number | null;
  /** Null while no leader is waited for. */
  watch: Watch | null;
  readonly fetches: Map<number, OutstandingFetch>;
  readonly persists: Map<number, PersistPurpose>;
  readonly published: Set<string>;
  /** Members that are proven to have contradicted themselves in this run; the session's. */
  readonly equivocators: Set<MemberId>;
  /** Fetches of the round's result that failed so far. */
  failedFetches: number;
}

/** A round's state with the way out for its effects. */
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

/** The state in which a member begins, or after a restart resumes, a round. */
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
    ballot: Math.max(0, before.accepted?.ballot ?? -1, before.lock?.ballot ?? -1),
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

/** How many members decide. */
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

/** Asks for a blob of `total` bytes, or for a range of it; the answer comes back under the purpose. */
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

/** Whether a fetch for such a purpose is under way. */
export function isFetching({state}: RoundContext, isSuch: (purpose: FetchPurpose) => boolean): boolean {
  return [...state.fetches.values()].some(({purpose}) => isSuch(purpose));
}

/** Ends the outstanding fetches that `isUnwanted` names. */
export function cancelFetches(context: RoundContext, isUnwanted: (purpose: FetchPurpose) => boolean): void {
  for (const [id, {purpose}] of context.state.fetches) {
    if (!isUnwanted(purpose)) continue;
    context.state.fetches.delete(id);
    context.emit({type: "cancel", id});
  }
}

/** Has a record written; the protocol goes on under the purpose when it is on disk. */
export function persist(context: RoundContext, purpose: PersistPurpose, record: DurableRecord): void {
  const id = context.nextId();
  context.state.persists.set(id, purpose);
  context.emit({type: "persist", id, record});
}

/** Tells people. */
export function report(context: RoundContext, content: Report): void {
  context.emit({type: "report", report: content});
}
