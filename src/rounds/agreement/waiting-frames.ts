import type {ExchangeFrame, FrameOf} from "../frames.ts";
import type {MemberId} from "../quorum.ts";
import type {RoundContext} from "./round-state.ts";

const MAX_EARLY_FRAMES = 4096;

/** Keeps a frame of an attempt other than the one under way, since it may be ahead of its attempt's start. */
export function keepEarly({state}: RoundContext, from: MemberId, frame: ExchangeFrame): void {
  const isOwn = (early: {readonly from: MemberId}): boolean => early.from === from;
  // No attempt needs so many frames; a member that invents attempts pushes its own words out.
  const most = Math.ceil(MAX_EARLY_FRAMES / state.setup.rules.members.length);
  if (state.early.filter(isOwn).length >= most) state.early.splice(state.early.findIndex(isOwn), 1);
  state.early.push({from, frame});
}

/** Keeps a later leader's words until its ballot begins here: the last of each leader and kind. */
export function keepAhead({state}: RoundContext, from: MemberId, frame: FrameOf<"start" | "propose">): void {
  const {ahead, ballot, setup} = state;
  if (frame.ballot > ballot + setup.rules.members.length) return;
  const before = ahead.findIndex((each) => each.from === from && each.frame.type === frame.type);
  if (before >= 0) ahead.splice(before, 1);
  ahead.push({from, frame});
}
