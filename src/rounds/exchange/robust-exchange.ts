import {at, isCoded, present} from "../../core/index.ts";
import {contributionSize} from "../../parameters/index.ts";
import {fetchFor, type RoundContext, report} from "../agreement/round-state.ts";
import type {MemberId} from "../quorum.ts";
import {largestWeight} from "./attempt.ts";
import {holdResult, objectTo, peersOf} from "./exchange.ts";
import type {RobustExchange} from "./exchange-state.ts";

/*
 * The exchange under a robust rule: no member sums for others, because they would have to believe it.
 * Everybody takes in every contribution, named by its hash in the leader's start, and computes the same
 * answer from the same bytes.
 */

function robustOf({state}: RoundContext): RobustExchange | null {
  return state.exchange?.kind === "robust" ? state.exchange : null;
}

/** Asks every participant for its contribution. */
export function beginRobust(context: RoundContext): void {
  const exchange = robustOf(context);
  const {own, setup, linked} = context.state;
  if (exchange === null || own === null) return;
  const stranger = peersOf(context, exchange).find((member) => !linked.has(member));
  if (stranger !== undefined) {
    objectTo(context, stranger, "unreachable");
    return;
  }
  const total = contributionSize(setup.spec.codec, setup.spec.mixed);
  for (const {member, contribution: hash} of exchange.participants) {
    if (member === setup.self) continue;
    fetchFor(context, {kind: "whole", group: exchange.group, member}, {hash, total});
  }
  onWhole(context, setup.self, own.bytes);
}

/** Takes in one member's contribution; with the last one the rule is applied. */
export function onWhole(context: RoundContext, member: MemberId, bytes: Uint8Array): void {
  const exchange = robustOf(context);
  const {spec, rules} = context.state.setup;
  const {mixing} = spec;
  if (exchange === null || exchange.isBroken || mixing.kind !== "robust") return;
  if (!isAnnounced(context, exchange, member, bytes)) {
    objectTo(context, member, "invalid");
    return;
  }
  exchange.contributions.set(member, bytes);
  if (exchange.contributions.size < exchange.participants.length) return;
  const members = exchange.participants.map((participant) => participant.member);
  const inOrder = members.map((each) => present(exchange.contributions.get(each), "a contribution"));
  exchange.contributions.clear();
  const {arithmetic} = context.state.setup.primitives;
  try {
    const shape = {...spec, maximumWeight: largestWeight(spec, rules.members.length)};
    const {values, weight, verdicts} = arithmetic.mixRobustly(mixing.rule, shape, inOrder);
    reportVerdicts(context, members, verdicts);
    holdResult(context, values, weight);
  } catch (error) {
    if (!isCoded(error)) throw error;
    // Too few are left for the rule; only more members could make up for it.
    exchange.isBroken = true;
    context.state.minimum = exchange.participants.length + 1;
  }
}

/**
 * Tells whether the bytes are those that all others fetch too: a peer's own word for their hash may be false.
 */
function isAnnounced(
  {state}: RoundContext,
  {participants}: RobustExchange,
  member: MemberId,
  bytes: Uint8Array,
): boolean {
  const {hash, arithmetic} = state.setup.primitives;
  if (member === state.setup.self) return true;
  const announced = participants.find((participant) => participant.member === member);
  return arithmetic.isNamed(hash, present(announced, "a participant").contribution, bytes);
}

/** Reports the members whose contributions were not taken unchanged; the others are no news. */
function reportVerdicts(
  context: RoundContext,
  members: readonly MemberId[],
  verdicts: readonly {readonly verdict: string; readonly reason: string}[],
): void {
  const told = members.flatMap((member, index) => {
    const {verdict, reason} = at(verdicts, index);
    return verdict === "used" ? [] : [{member, verdict, reason}];
  });
  if (told.length > 0) report(context, {kind: "verdicts", round: context.state.setup.round, verdicts: told});
}
