import {unreachable} from "../core/index.ts";
import {advance, onSummed} from "./butterfly.ts";
import type {ExchangeFrame} from "./frames.ts";
import {onAgain, onWaiting} from "./missing-words.ts";
import {onParts} from "./part-words.ts";
import {onMass} from "./phased-exchange.ts";
import type {MemberId} from "./quorum.ts";
import type {RoundContext} from "./round-state.ts";
import {onChallenge, onProducts} from "./sum-check.ts";
import {keepEarly} from "./waiting-frames.ts";

/** Takes in what a member says in an attempt; what is of another attempt than the one under way is kept for it. */
export function onExchangeFrame(context: RoundContext, from: MemberId, frame: ExchangeFrame): void {
  const {exchange} = context.state;
  if (frame.group !== exchange?.group) return keepEarly(context, from, frame);
  if (!exchange.participants.some(({member}) => member === from)) return;
  takeIn(context, from, frame);
  advance(context);
}

function takeIn(context: RoundContext, from: MemberId, frame: ExchangeFrame): void {
  switch (frame.type) {
    case "parts":
      return onParts(context, frame);
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
