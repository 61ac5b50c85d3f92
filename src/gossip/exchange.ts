import {toHex} from "../core/index.ts";
import {type Attempt, resultOf} from "./attempt.ts";
import {isTooLight} from "./certificate.ts";
import type {Exchange} from "./exchange-state.ts";
import {canonicalBytes, type FrameOf} from "./frames.ts";
import type {MemberId} from "./quorum.ts";
import {cancelFetches, type RoundContext, report, sendTo} from "./round-state.ts";

/** The other participants, in id order. */
export function peersOf(context: RoundContext, exchange: Exchange): MemberId[] {
  return exchange.participants
    .map(({member}) => member)
    .filter((member) => member !== context.state.setup.self);
}

/** Identifies the attempt that `start` describes. */
export function groupHash({state}: RoundContext, start: FrameOf<"start">): string {
  const {primitives} = state.setup;
  return toHex(primitives.hash(canonicalBytes(["consilium/group/1", start.ballot, start.participants])));
}

/** The attempt under way. */
export function attemptOf({state}: RoundContext): Attempt {
  const {rules, round} = state.setup;
  return {run: rules.run, round, ballot: state.exchange?.ballot ?? 0};
}

/** Ends the attempt under way: its fetches are cancelled and its sums withdrawn. */
export function endExchange(context: RoundContext): void {
  const {state} = context;
  if (state.exchange === null) return;
  const {group} = state.exchange;
  cancelFetches(context, (purpose) => purpose.kind !== "snapshot" && purpose.group === group);
  for (const hash of publishedBy(state.exchange)) context.emit({type: "withdraw", hash});
  state.exchange = null;
}

function publishedBy(exchange: Exchange): Iterable<string> {
  if (exchange.kind === "butterfly") return exchange.owned.values();
  return exchange.kind === "phases" ? exchange.sent.values() : [];
}

/** Tells the leader, who may be this member itself, that `member` spoils the attempt. */
export function objectTo(context: RoundContext, member: MemberId, reason: "invalid" | "unreachable"): void {
  const {exchange, setup, excluded, strangers} = context.state;
  if (exchange === null) return;
  const {leader, group} = exchange;
  exchange.isBroken = true;
  report(context, {kind: "objection", round: setup.round, member, reason});
  if (leader !== setup.self) sendTo(context, [leader], {type: "object", group, member, reason});
  else if (reason === "invalid") excluded.add(member);
  else strangers.push({seeker: setup.self, sought: member});
}

/**
 * The exchange has ended here: keeps its result.
 * @param mean `[m]`, the mean of the contributors' parameters, with what is carried along
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
