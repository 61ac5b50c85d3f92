import type {Mass} from "../../parameters/index.ts";
import type {MemberId} from "../quorum.ts";
import type {Edge, SegmentContext, SegmentState} from "./types.ts";

/** What two sides of a healed partition do with their estimates. */
export type MergeVerdict = "mix" | "adopt-theirs" | "adopt-ours";

/** One side of a partition: its estimate `[d]` and the weight behind it. */
export interface Lineage {
  readonly estimate: Float64Array;
  readonly weight: number;
}

function distance(a: Float64Array, b: Float64Array): number {
  let squares = 0;
  for (let index = 0; index < a.length; index++) squares += ((a[index] ?? 0) - (b[index] ?? 0)) ** 2;
  return Math.sqrt(squares);
}

/**
 * Whether two lineages that parted at `fork` may be mixed. When they are further apart than half the sum of the ways
 * they went, they went different ways, and their mean may be worse than either: then the side of smaller weight
 * adopts the other's estimate. Who has not moved at all has nothing to lose, so neither side has diverged.
 */
export function mergeVerdict(ours: Lineage, theirs: Lineage, fork: Float64Array): MergeVerdict {
  const apart = distance(ours.estimate, theirs.estimate);
  const [ourWay, theirWay] = [distance(ours.estimate, fork), distance(theirs.estimate, fork)];
  if (ourWay === 0 || theirWay === 0 || apart <= 0.5 * ourWay + 0.5 * theirWay) return "mix";
  return ours.weight >= theirs.weight ? "adopt-ours" : "adopt-theirs";
}

function estimateIn({values, weight}: Mass): Float64Array {
  return values.map((value) => value / weight);
}

/** A member is lost: where this member stands now is where the two part. */
export function noteFork({state, nowMs}: SegmentContext, peer: MemberId): void {
  state.fork ??= {estimate: estimateIn(state), lost: new Map(), away: new Set()};
  state.fork.lost.set(peer, nowMs);
  state.fork.away.add(peer);
}

/** A member is back: a short absence is no partition. */
export function onReturn({state, nowMs}: SegmentContext, peer: MemberId): void {
  const lostAtMs = state.fork?.lost.get(peer);
  if (lostAtMs !== undefined && nowMs - lostAtMs < state.setup.spec.abandonMs) settleFork(state, peer);
}

/** The first exchange with a member since it was lost is over: they are one lineage again. */
export function settleFork(state: SegmentState, peer: MemberId): void {
  state.fork?.lost.delete(peer);
  if (state.fork?.lost.size === 0) state.fork = null;
}

/** What an initiator decides when it has both masses; a side weighs as its members times the present weight. */
export function lineageVerdict({state}: SegmentContext, own: Mass, edge: Edge): MergeVerdict {
  const {fork, setup} = state;
  if (fork === null || edge.theirs === null || !fork.lost.has(edge.peer)) return "mix";
  const away = fork.away.size;
  return mergeVerdict(
    {estimate: estimateIn(own), weight: (setup.members.length - away) * own.weight},
    {estimate: estimateIn(edge.theirs), weight: away * edge.theirs.weight},
    fork.estimate,
  );
}
