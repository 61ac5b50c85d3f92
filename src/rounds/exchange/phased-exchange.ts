import {at, isCoded, present} from "../../core/index.ts";
import {codecOf, contributionSize, LARGEST_PEER_ESTIMATE, type SentMass} from "../../parameters/index.ts";
import {listenersIn, type ScheduleSpec} from "../../schedules/index.ts";
import {fetchFor, isFetching, type RoundContext, sendTo} from "../agreement/round-state.ts";
import type {FrameOf} from "../frames.ts";
import type {MemberId} from "../quorum.ts";
import {attemptDither, attemptPhases, largestWeight} from "./attempt.ts";
import {attemptOf, holdResult, objectTo} from "./exchange.ts";
import type {PhasedExchange} from "./exchange-state.ts";

/*
 * The exchange of a schedule: masses (s, w) mix phase by phase, and every member's estimate s / w ends near
 * the weighted mean, or at it if the schedule is exact. A fault breaks the attempt, and the next one begins
 * from the contributions again. Within an attempt no mass is therefore ever lost.
 */

function phasedOf({state}: RoundContext): PhasedExchange | null {
  return state.exchange?.kind === "phases" ? state.exchange : null;
}

/** The codec of masses, which is that of sums of contributions. */
function massCodec({state}: RoundContext) {
  return codecOf(state.setup.spec.codec.sums);
}

/** The parts of an exchange in phases at its beginning; the attempt alone determines the neighbours. */
export function phasedParts(
  context: RoundContext,
  schedule: ScheduleSpec,
  {ballot, participants}: FrameOf<"start">,
): Pick<PhasedExchange, "kind" | "phases" | "phase" | "mass" | "own" | "sent" | "announced" | "received"> {
  const {own, setup} = context.state;
  const {primitives, spec, rules, round} = setup;
  const {bytes} = present(own, "the contribution of a member that takes part");
  const mass = primitives.arithmetic.massOf(spec.codec, bytes, spec.mixed);
  const phases = attemptPhases(schedule, participants.length, {run: rules.run, round, ballot});
  const empty = {sent: new Map(), announced: new Map(), received: new Map()};
  return {kind: "phases", phases, phase: 0, mass, own: null, ...empty};
}

interface Near {
  readonly member: MemberId;
  readonly share: number;
}

function memberAt({participants}: PhasedExchange, place: number): MemberId {
  return at(participants, place).member;
}

function ownPlace({state}: RoundContext, {participants}: PhasedExchange): number {
  return participants.findIndex(({member}) => member === state.setup.self);
}

/** The members whose masses this member takes in `phase`. */
function sourcesOf(context: RoundContext, exchange: PhasedExchange, phase: number): Near[] {
  const row = at(at(exchange.phases, phase).rows, ownPlace(context, exchange));
  return row.map(({node, share}) => ({member: memberAt(exchange, node), share}));
}

/** The members that take this member's mass in `phase`. */
function listenersOf(context: RoundContext, exchange: PhasedExchange, phase: number): MemberId[] {
  const listeners = at(listenersIn(at(exchange.phases, phase)), ownPlace(context, exchange));
  return listeners.map((node) => memberAt(exchange, node));
}

/** Begins the first phase; an unlinked neighbour in any phase makes the attempt hopeless. */
export function beginPhases(context: RoundContext): void {
  const exchange = phasedOf(context);
  if (exchange === null) return;
  const near = exchange.phases.flatMap((_, phase) => [
    ...sourcesOf(context, exchange, phase).map(({member}) => member),
    ...listenersOf(context, exchange, phase),
  ]);
  const stranger = near.find((member) => !context.state.linked.has(member));
  if (stranger === undefined) openPhase(context, exchange);
  else objectTo(context, stranger, "unreachable");
}

function openPhase(context: RoundContext, exchange: PhasedExchange): void {
  const {phase, phases, group, announced} = exchange;
  if (phase >= phases.length) {
    finish(context, exchange);
    return;
  }
  publishMass(context, exchange);
  for (const {member} of sourcesOf(context, exchange, phase)) {
    const sum = announced.get(`${phase} ${member}`);
    if (sum !== undefined) fetchMass(context, {group, phase, sum}, member);
  }
  considerPhase(context, exchange);
}

function publishMass(context: RoundContext, exchange: PhasedExchange): void {
  const {phase, group, mass} = exchange;
  const {primitives, self, spec} = context.state.setup;
  const {arithmetic, hash} = primitives;
  const listeners = listenersOf(context, exchange, phase);
  exchange.received.clear();
  // A mass that nobody hears need not be rounded.
  exchange.own = null;
  if (listeners.length === 0) return;
  const dither = attemptDither({hash, codec: spec.codec}, attemptOf(context, exchange), "mass", phase, self);
  const mixture = arithmetic.encodeMass(hash, massCodec(context), mass, dither);
  exchange.own = arithmetic.checkMass(massCodec(context), mixture.bytes, spec.mixed);
  exchange.sent.set(phase, mixture.hash);
  context.emit({type: "publish-mixture", mixture});
  sendTo(context, listeners, {type: "mass", group, phase, sum: mixture.hash});
}

function fetchMass(
  context: RoundContext,
  {group, phase, sum}: Pick<FrameOf<"mass">, "group" | "phase" | "sum">,
  member: MemberId,
): void {
  const {setup} = context.state;
  const isUnderWay = isFetching(
    context,
    (other) =>
      other.kind === "mass" && other.group === group && other.phase === phase && other.member === member,
  );
  if (isUnderWay) return;
  const total = contributionSize(massCodec(context), setup.spec.mixed);
  fetchFor(context, {kind: "mass", group, phase, member}, {hash: sum, total});
}

/** Notes that a neighbour's mass of a phase can be fetched; the neighbour may be ahead of this member. */
export function onMass(context: RoundContext, from: MemberId, frame: FrameOf<"mass">): void {
  const exchange = phasedOf(context);
  if (exchange === null || frame.phase < exchange.phase || frame.phase >= exchange.phases.length) return;
  if (!sourcesOf(context, exchange, frame.phase).some(({member}) => member === from)) return;
  exchange.announced.set(`${frame.phase} ${from}`, frame.sum);
  if (frame.phase === exchange.phase && !exchange.received.has(from)) fetchMass(context, frame, from);
}

/** Takes in a neighbour's mass of the phase under way. */
export function onPhaseMassFetched(
  context: RoundContext,
  {phase, member}: {readonly phase: number; readonly member: MemberId},
  bytes: Uint8Array,
): void {
  const exchange = phasedOf(context);
  if (exchange === null || exchange.isBroken || phase !== exchange.phase) return;
  const mass = soundMass(context, bytes);
  if (mass === null) {
    objectTo(context, member, "invalid");
    return;
  }
  exchange.received.set(member, mass);
  considerPhase(context, exchange);
}

/** The mass in `bytes`, or null if no member that keeps to the protocol can hold it. */
function soundMass({state}: RoundContext, bytes: Uint8Array): SentMass | null {
  const {primitives, spec, rules} = state.setup;
  const {arithmetic} = primitives;
  const codec = codecOf(spec.codec.sums);
  const largest = largestWeight(spec, rules.members.length);
  try {
    const mass = arithmetic.checkMass(codec, bytes, spec.mixed, LARGEST_PEER_ESTIMATE);
    // The values of a mean lie between the values that it averages.
    if (spec.range !== undefined) arithmetic.checkRange(codec, bytes, spec.range, largest);
    // No contribution weighs more, so no mean of weights does.
    return mass.weight <= largest ? mass : null;
  } catch (error) {
    if (!isCoded(error)) throw error;
    return null;
  }
}

/** Ends the phase when every neighbour's mass is there. */
function considerPhase(context: RoundContext, exchange: PhasedExchange): void {
  const sources = sourcesOf(context, exchange, exchange.phase);
  const {received, mass, own} = exchange;
  const neighbours = sources.flatMap(({member, share}) => {
    const theirs = received.get(member);
    return theirs === undefined ? [] : [{share, mass: theirs}];
  });
  if (neighbours.length < sources.length) return;
  if (neighbours.length > 0) {
    exchange.mass = context.state.setup.primitives.arithmetic.mixSent(mass, own, neighbours);
  }
  exchange.phase += 1;
  openPhase(context, exchange);
}

function finish(context: RoundContext, {mass, participants}: PhasedExchange): void {
  const {spec, primitives} = context.state.setup;
  const values = primitives.arithmetic.applyMass(spec.reference, spec.mixed, mass);
  // Every member ends with the mean of the weights, apart from rounding.
  holdResult(context, values, mass.weight * participants.length);
}

/** Repeats to `peer`, whose link came back, the masses that this member announced before. */
export function resendMasses(context: RoundContext, peer: MemberId): void {
  const exchange = phasedOf(context);
  if (exchange === null) return;
  for (const [phase, sum] of exchange.sent) {
    if (!listenersOf(context, exchange, phase).includes(peer)) continue;
    sendTo(context, [peer], {type: "mass", group: exchange.group, phase, sum});
  }
}
