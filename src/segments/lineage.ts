import type {Mass} from "../parameters/index.ts";
import type {MemberId, MergeVerdict} from "../rounds/index.ts";
import type {OpenExchange, SegmentContext, SegmentState} from "./types.ts";

function estimateIn({values, weight}: Mass): Float64Array {
  return values.map((value) => value / weight);
}

/** Notes that a member is lost: the two part at this member's present estimate. */
export function noteFork({state, nowMs}: SegmentContext, peer: MemberId): void {
  state.fork ??= {estimate: estimateIn(state), lost: new Map(), away: new Set()};
  state.fork.lost.set(peer, nowMs);
  state.fork.away.add(peer);
}

/** Handles a member's return: a short absence is no partition. */
export function onReturn({state, nowMs}: SegmentContext, peer: MemberId): void {
  const lostAtMs = state.fork?.lost.get(peer);
  if (lostAtMs !== undefined && nowMs - lostAtMs < state.setup.spec.abandonMs) settleFork(state, peer);
}

/** Ends the fork with a member after their first exchange since it was lost: they are one lineage again. */
export function settleFork(state: SegmentState, peer: MemberId): void {
  state.fork?.lost.delete(peer);
  if (state.fork?.lost.size === 0) state.fork = null;
}

/**
 * The initiator's decision when it has both masses; a side weighs the number of its members times the present
 * weight.
 */
export function lineageVerdict({state}: SegmentContext, own: Mass, edge: OpenExchange): MergeVerdict {
  const {fork, setup} = state;
  if (fork === null || edge.theirs === null || !fork.lost.has(edge.peer)) return "mix";
  const away = fork.away.size;
  return setup.primitives.arithmetic.mergeVerdict(
    {estimate: estimateIn(own), weight: (setup.members.length - away) * own.weight},
    {estimate: estimateIn(edge.theirs), weight: away * edge.theirs.weight},
    fork.estimate,
  );
}
