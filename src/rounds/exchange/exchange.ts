import {toHex} from "../../core/index.ts";
import {cancelFetches, others, type RoundContext, report, sendTo} from "../agreement/round-state.ts";
import {isTooLight} from "../certificate.ts";
import {canonicalBytes, type FrameOf} from "../frames.ts";
import type {MemberId} from "../quorum.ts";
import {type Attempt, resultOf} from "./attempt.ts";
import type {Exchange} from "./exchange-state.ts";
import type {FetchPurpose} from "./fetch-purpose.ts";
import {keepPast} from "./past-attempts.ts";

/** The purpose of a fetch that ends with its attempt. */
export type AttemptPurpose = Exclude<FetchPurpose, {kind: "snapshot" | "disputed"}>;

/** Tells whether a fetch belongs to the attempt itself; a request in a dispute about it does not. */
export function isOfAttempt(purpose: FetchPurpose, group: string): purpose is AttemptPurpose {
  return purpose.kind !== "snapshot" && purpose.kind !== "disputed" && purpose.group === group;
}

/** The other participants, in id order. */
export function peersOf(context: RoundContext, {participants}: Pick<Exchange, "participants">): MemberId[] {
  return participants.map(({member}) => member).filter((member) => member !== context.state.setup.self);
}

/** Identifies the attempt that `start` describes; signers of the contributions do not change it. */
export function groupHash({state}: RoundContext, start: FrameOf<"start">): string {
  const {primitives} = state.setup;
  const {run, round, ballot, trial, participants} = start;
  const named = participants.map(({member, contribution}) => [member, contribution]);
  return toHex(primitives.hash(canonicalBytes(["consilium/group/2", run, round, ballot, trial, named])));
}

/** The attempt that mixes in `exchange`. */
export function attemptOf({state}: RoundContext, {ballot}: Pick<Exchange, "ballot">): Attempt {
  const {rules, round} = state.setup;
  return {run: rules.run, round, ballot};
}

/** Ends the attempt under way: its fetches are cancelled and its sums withdrawn. */
export function endExchange(context: RoundContext): void {
  const {state} = context;
  if (state.exchange === null) return;
  const {group} = state.exchange;
  cancelFetches(context, (purpose) => isOfAttempt(purpose, group));
  for (const hash of publishedBy(state.exchange)) context.emit({type: "withdraw", hash});
  forgetUnvoted(context, state.exchange.result?.hash);
  // Only a member that has asked this one for its products can claim a lie in this attempt.
  if (state.exchange.kind === "butterfly" && state.exchange.answers.size > 0)
    keepPast(context, state.exchange);
  state.exchange = null;
}

/**
 * Drops a result that this member never voted for and no longer needs, because a leader may start over and
 * over.
 */
function forgetUnvoted({state}: RoundContext, result: string | undefined): void {
  const {accepted, lock, decided, published, persists, held} = state;
  const used = [accepted?.body, lock?.body, decided?.body].map((body) => body?.result);
  const isUsed = result === undefined || used.includes(result) || published.has(result);
  if (!isUsed && persists.size === 0) held.delete(result);
}

function publishedBy(exchange: Exchange): Iterable<string> {
  if (exchange.kind === "phases") return exchange.sent.values();
  if (exchange.kind === "robust") return [];
  return [...exchange.owned.values()].map(({sum}) => sum);
}

/** Notes that two members do not take part together in attempts that this member leads, in this round. */
export function noteStrangers({state, nowMs}: RoundContext, seeker: MemberId, sought: MemberId): void {
  const {strangers} = state;
  const known = strangers.findIndex((pair) => pair.seeker === seeker && pair.sought === sought);
  if (known >= 0) strangers.splice(known, 1);
  strangers.push({seeker, sought, atMs: nowMs});
}

/** Tells all that `member` spoils the attempt: its leader, and any member that leads the next one. */
export function objectTo(context: RoundContext, member: MemberId, reason: FrameOf<"object">["reason"]): void {
  const {exchange, setup, excluded} = context.state;
  if (exchange === null) return;
  exchange.isBroken = true;
  report(context, {kind: "objection", round: setup.round, member, by: setup.self, reason});
  sendTo(context, others(context), {type: "object", group: exchange.group, member, reason});
  // A fault that this member saw itself needs no weighing during the round, even in its own bytes.
  if (reason === "unreachable") noteStrangers(context, setup.self, member);
  else excluded.add(member);
}

/**
 * Keeps the result of the exchange, which has ended here.
 * @param mean `[m]`, the mean of the contributors' parameters, with the values that are carried along
 * @param weight sum of the contributors' p_i
 */
export function holdResult(context: RoundContext, mean: Float32Array, weight: number): void {
  const {exchange, setup, held} = context.state;
  if (exchange === null) return;
  const {primitives, spec, rules} = setup;
  const snapshot = resultOf(primitives, spec, mean);
  held.set(snapshot.hash, snapshot);
  exchange.result = {hash: snapshot.hash, weight};
  setup.exchanging.observe(context.nowMs - exchange.startedAtMs);
  if (isTooLight(rules, weight, Math.max(rules.previousPeak, weight))) {
    context.state.minimum = exchange.participants.length + 1;
  }
}
