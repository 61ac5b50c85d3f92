import {unreachable} from "../../core/index.ts";
import type {RoundContext} from "../agreement/round-state.ts";
import {keepEarly} from "../agreement/waiting-frames.ts";
import type {ExchangeFrame, FrameOf} from "../frames.ts";
import type {MemberId} from "../quorum.ts";
import {advance, onSummed} from "./butterfly.ts";
import {goOnWithDisputes} from "./disputes.ts";
import type {CommittedAttempt} from "./exchange-state.ts";
import {onAgain, onWaiting} from "./missing-words.ts";
import {noteParts} from "./part-words.ts";
import {attemptNamed} from "./past-attempts.ts";
import {onMass} from "./phased-exchange.ts";
import {onChallenge, onProducts} from "./sum-check.ts";

/** Takes in a member's word in an attempt. */
export function onExchangeFrame(context: RoundContext, from: MemberId, frame: ExchangeFrame): void {
  const {exchange} = context.state;
  if (frame.group !== exchange?.group) return onOtherAttempt(context, from, frame);
  if (!exchange.participants.some(({member}) => member === from)) return;
  if (frame.type !== "parts") takeIn(context, from, frame);
  else if (exchange.kind === "butterfly") onParts(context, exchange, frame);
  advance(context);
}

/** Keeps a frame of a future attempt for it; of a past attempt, only words on parts are used, in disputes. */
function onOtherAttempt(context: RoundContext, from: MemberId, frame: ExchangeFrame): void {
  const past = attemptNamed(context, frame.group);
  if (past === undefined) return keepEarly(context, from, frame);
  if (frame.type === "parts") onParts(context, past, frame);
}

function onParts(context: RoundContext, attempt: CommittedAttempt, frame: FrameOf<"parts">): void {
  noteParts(context, attempt, frame);
  goOnWithDisputes(context);
}

function takeIn(
  context: RoundContext,
  from: MemberId,
  frame: Exclude<ExchangeFrame, FrameOf<"parts">>,
): void {
  switch (frame.type) {
    case "summed":
      return onSummed(context, from, frame);
    case "challenge":
      return onChallenge(context, from, frame);
    case "products":
      return onProducts(context, from, frame);
    case "again":
      return onAgain(context, from);
    case "waiting":
      return onWaiting(context, from, frame);
    case "mass":
      return onMass(context, from, frame);
    default:
      return unreachable(frame);
  }
}
