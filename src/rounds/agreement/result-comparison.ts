import {present} from "../../core/index.ts";
import type {CodecName} from "../../parameters/index.ts";
import {isExact} from "../../schedules/index.ts";
import type {PhasedExchange} from "../exchange/exchange-state.ts";
import type {CertificateBody} from "../frames.ts";
import type {RoundContext, RoundState} from "./round-state.ts";

/**
 * Greatest distance between results of the same phases, relative to the round's way, by the codec of the
 * masses.
 */
const TOLERANCES: Readonly<Partial<Record<CodecName, number>>> = {f32: 1e-5, fp16: 0.02, int8: 0.5};

/**
 * Greatest difference between the weights that members find at the end of the same phases, relative to
 * either.
 */
const WEIGHT_TOLERANCE = 1e-6;

/**
 * The verdict of this member's own exchange on a body: it made the same; it made another; it made a result in
 * phases, with which the body's is to be compared; or it was another exchange, or has not ended.
 */
export type OwnVerdict = "verified" | "differs" | "to-be-compared" | "unknown";

/**
 * Greatest distance between results, or null if members of the same phases need not be near each other at
 * all.
 */
function toleranceOf({setup}: RoundState): number | null {
  const {mixing, codec} = setup.spec;
  if (mixing.kind !== "schedule") return 0;
  return isExact(mixing.schedule)
    ? present(TOLERANCES[codec.sums], "the tolerance of masses in their codec")
    : null;
}

/** Compares a body of this round with this member's own result; the round's rules check its peak weight. */
export function ownVerdict({state}: RoundContext, body: CertificateBody): OwnVerdict {
  const {exchange} = state;
  if (exchange === null || exchange.group !== body.group || exchange.result === null) return "unknown";
  const {participants, result} = exchange;
  const isSameGroup =
    participants.length === body.contributors.length &&
    participants.every(({member}, index) => member === body.contributors[index]);
  if (!isSameGroup || exchange.ballot !== body.attempt) return "differs";
  if (exchange.kind === "phases") return phasedVerdict(state, exchange, body);
  return result.hash === body.result && result.weight === body.weight ? "verified" : "differs";
}

/** Compares results of phases, which differ in their last bits: the leader's counts if it is near enough. */
function phasedVerdict(state: RoundState, {result}: PhasedExchange, body: CertificateBody): OwnVerdict {
  if (result === null) return "unknown";
  const tolerance = toleranceOf(state);
  const isAnotherWeight = Math.abs(result.weight - body.weight) > WEIGHT_TOLERANCE * result.weight;
  if (tolerance !== null && isAnotherWeight) return "differs";
  if (result.hash === body.result) return "verified";
  const own = present(state.held.get(result.hash), "the result of phases");
  const theirs = state.held.get(body.result);
  if (theirs === undefined) return "to-be-compared";
  // If a schedule only brings members nearer, nothing can be checked except that the result is valid.
  if (tolerance === null) return "verified";
  const {spec, primitives} = state.setup;
  const bound = {reference: spec.reference, tolerance};
  return primitives.arithmetic.isNear(own.values, theirs.values, bound) ? "verified" : "differs";
}
