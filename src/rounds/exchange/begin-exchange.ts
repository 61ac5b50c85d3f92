import type {RoundContext} from "../agreement/round-state.ts";
import type {FrameOf} from "../frames.ts";
import type {MemberId} from "../quorum.ts";
import {beginButterfly, butterflyParts} from "./butterfly.ts";
import {endExchange, groupHash} from "./exchange.ts";
import {onExchangeFrame} from "./exchange-frames.ts";
import {lookLater} from "./missing-words.ts";
import {keepPast} from "./past-attempts.ts";
import {beginPhases, phasedParts} from "./phased-exchange.ts";
import {beginRobust} from "./robust-exchange.ts";

/** Begins the attempt that a leader's start frame describes; any earlier attempt ends. */
export function beginExchange(context: RoundContext, leader: MemberId, start: FrameOf<"start">): void {
  const {state, nowMs} = context;
  const {mixing} = state.setup.spec;
  const {ballot, trial, participants} = start;
  const group = groupHash(context, start);
  endExchange(context);
  const attempt = {
    ballot,
    trial,
    leader,
    group,
    participants,
    startedAtMs: nowMs,
    result: null,
    isBroken: false,
    looks: 0,
    objectors: new Set<MemberId>(),
  };
  switch (mixing.kind) {
    case "all":
      state.exchange = {...attempt, ...butterflyParts(context, participants)};
      beginButterfly(context);
      break;
    case "schedule":
      state.exchange = {...attempt, ...phasedParts(context, mixing.schedule, start)};
      beginPhases(context);
      break;
    default:
      state.exchange = {...attempt, kind: "robust", contributions: new Map()};
      beginRobust(context);
  }
  lookLater(context);
  // Frames that are still of another attempt now belong to a past one.
  for (const {from, frame} of state.early.splice(0)) {
    if (frame.group === group) onExchangeFrame(context, from, frame);
  }
}

/** Keeps the data for checking words in an attempt in which this member has no part. */
export function noteOthersAttempt(context: RoundContext, leader: MemberId, start: FrameOf<"start">): void {
  if (context.state.setup.spec.mixing.kind !== "all") return;
  const {ballot, participants} = start;
  const {chunks, committed} = butterflyParts(context, participants);
  keepPast(context, {ballot, leader, group: groupHash(context, start), participants, chunks, committed});
}
