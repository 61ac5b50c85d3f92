import type {Codec, Snapshot, Span} from "../parameters/index.ts";
import {type BodyRules, type Primitives} from "./certificate.ts";
import type {Deadline, DeadlineLimits} from "./deadline.ts";
import type {Exchange} from "./exchange-state.ts";
import type {Certificate, CertificateBody, Frame, FrameOf} from "./frames.ts";
import {type LeaderOrder, type MemberId, majority} from "./quorum.ts";
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
  phase: "promising" | "gathering" | "mixing" | "voting";
  readonly promises: Map<MemberId, Accepted | null>;
}

/** A proposal this member has not voted on yet. */
export interface Proposal {
  readonly ballot: number;
  readonly body: CertificateBody;
  readonly from: MemberId;
}

/** What an outstanding fetch is for. */
export type FetchPurpose =
  | {readonly kind: "part"; readonly group: string; readonly chunk: number; readonly member: MemberId}
  | {readonly kind: "sum"; readonly group: string; readonly chunk: number; readonly member: MemberId}
  | {readonly kind: "mass"; readonly group: string; readonly phase: number; readonly member: MemberId}
  | {readonly kind: "whole"; readonly group: string; readonly member: MemberId}
  | {readonly kind: "snapshot"; readonly hash: string; readonly member: MemberId};

/** What an outstanding write is for. */
export type PersistPurpose =
  | {readonly kind: "contribution"}
  | {readonly kind: "promise"; readonly ballot: number}
  | {readonly kind: "vote"; readonly ballot: number; readonly body: CertificateBody}
  | {readonly kind: "certificate"};

/** Everything one member knows about the round under way; changed only by the functions of this room. */
export interface RoundState {
  readonly setup: RoundSetup;
  own: Contribution | null;
  readonly ready: Map<MemberId, string>;
  readonly linked: Set<MemberId>;
  /** Members heard since the round before: those worth waiting for. */
  readonly heard: Set<MemberId>;
  readonly excluded: Set<MemberId>;
  /** Pairs of members that can not reach each other, as told to this member when it led. */
  readonly strangers: {readonly seeker: MemberId; readonly sought: MemberId}[];
  /** How many participants an attempt needs at least; grows when their weight was too low. */
  minimum: number;
  promised: number;
  highestBallot: number;
  accepted: Accepted | null;
  lead: Lead | null;
  exchange: Exchange | null;
  /** What members said of an attempt whose start has not reached this one yet. */
  readonly early: {readonly from: MemberId; readonly frame: FrameOf<"summed" | "mass">}[];
  proposal: Proposal | null;
  readonly held: Map<string, Snapshot>;
  readonly bodies: Map<string, CertificateBody>;
  readonly votes: Map<number, Map<MemberId, {readonly body: string; readonly signature: Uint8Array}>>;
  decided: Certificate | null;
  /** When enough members were known to be ready; null before. */
  quorumReadyAtMs: number | null;
  readonly fetches: Map<number, FetchPurpose>;
  readonly persists: Map<number, PersistPurpose>;
  readonly published: Set<string>;
  /** Members whose two votes in one ballot were told of. */
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

const MAX_EARLY_FRAMES = 4096;

const NOTHING_RESTORED: RestoredRound = {
  contribution: null,
  promised: -1,
  accepted: null,
  held: null,
  segment: null,
};

function firstLead({order, self}: RoundSetup, {promised, accepted}: RestoredRound): Lead | null {
  // A leader that promised or voted before it stopped must not use its ballot again: it takes a later one.
  const isUnused = promised < 0 && accepted === null;
  if (!isUnused || order.leaderOf(0) !== self) return null;
  return {ballot: 0, phase: "gathering", promises: new Map()};
}

function leastForMixing(mixing: RoundMixing): number {
  return mixing.kind === "robust" ? leastVectors(mixing.rule) : 1;
}

/** The state in which a member begins, or after a restart resumes, a round. */
export function createRoundState(
  setup: RoundSetup,
  presence: {readonly linked: Iterable<MemberId>; readonly heard: Iterable<MemberId>},
  restored: RestoredRound | null,
): RoundState {
  const before = restored ?? NOTHING_RESTORED;
  return {
    setup,
    own: null,
    ready: new Map(),
    linked: new Set(presence.linked),
    heard: new Set(presence.heard),
    excluded: new Set(),
    strangers: [],
    minimum: Math.max(setup.rules.minimumContributors, leastForMixing(setup.spec.mixing)),
    promised: before.promised,
    highestBallot: Math.max(0, before.promised),
    accepted: before.accepted,
    lead: firstLead(setup, before),
    exchange: null,
    early: [],
    proposal: null,
    held: new Map(before.held === null ? [] : [[before.held.hash, before.held]]),
    bodies: new Map(),
    votes: new Map(),
    decided: null,
    quorumReadyAtMs: null,
    fetches: new Map(),
    persists: new Map(),
    published: new Set(),
    equivocators: new Set(),
    failedFetches: 0,
  };
}

/** The codec of the round. */
export function codecOfRound({state}: RoundContext): Codec {
  return state.setup.spec.codec;
}

/** A frame of another attempt than the one under way may be ahead of its start: it is kept until that comes. */
export function keepEarly({state}: RoundContext, from: MemberId, frame: FrameOf<"summed" | "mass">): void {
  // No attempt says as much as this; a member that invents attempts pushes its own words out.
  if (state.early.length >= MAX_EARLY_FRAMES) state.early.shift();
  state.early.push({from, frame});
}

/** Members of a majority of the roster. */
export function quorumOf({state}: RoundContext): number {
  return majority(state.setup.rules.members.length);
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
  {hash, total, range}: {readonly hash: string; readonly total: number; readonly range?: Span},
): void {
  const id = context.nextId();
  const {offsetBytes: offset, lengthBytes: length} = range ?? {offsetBytes: 0, lengthBytes: total};
  context.state.fetches.set(id, purpose);
  context.emit({type: "fetch", id, from: purpose.member, hash, offset, length, total});
}

/** Ends the outstanding fetches that `isUnwanted` names. */
export function cancelFetches(context: RoundContext, isUnwanted: (purpose: FetchPurpose) => boolean): void {
  for (const [id, purpose] of context.state.fetches) {
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
