import {sha256} from "../../core/index.ts";
import {decodeTrace, replaySession} from "../../gossip/index.ts";
import {tracedSession} from "../../node/index.ts";
import {momentsOf, type TimelineEntry} from "./timeline.ts";

/** Findings of a replay of a trace. */
export interface ReplayReport {
  readonly plan: string;
  readonly run: string;
  readonly node: string;
  readonly members: readonly string[];
  /** Number of events that were replayed, out of those recorded. */
  readonly replayed: number;
  readonly recorded: number;
  /** Time from the first event to the last, in milliseconds. */
  readonly durationMs: number;
  /** True if the end of the file is missing. */
  readonly isTorn: boolean;
  readonly moments: readonly TimelineEntry[];
  /** The event at which this code did something different from the recorded run; null if it never did. */
  readonly divergence: {readonly event: number; readonly atMs: number; readonly what: string} | null;
}

/**
 * Replays a flight recorder's trace in the daemon's own protocol code at the recorded times.
 * @throws GOSSIP_TRACE_INVALID, NODE_TRACE_FOREIGN, GOSSIP_FRAME_MALFORMED
 */
export function replayTrace(bytes: Uint8Array): ReplayReport {
  const trace = decodeTrace(bytes);
  const {setup, plan, names} = tracedSession(trace);
  const nameOf = (peer: string): string => names.get(peer) ?? peer;
  const {entries} = trace;
  const startMs = entries[0]?.atMs ?? 0;
  const moments: TimelineEntry[] = [];
  let divergence: ReplayReport["divergence"] = null;
  let replayed = 0;
  for (const step of replaySession({...setup, primitives: {hash: sha256}}, trace)) {
    moments.push(...momentsOf(step, {startMs, nameOf}));
    if (step.divergence === null) replayed += 1;
    else divergence = {event: replayed, atMs: step.entry.atMs - startMs, what: step.divergence};
  }
  return {
    plan: plan.name,
    run: setup.run,
    node: nameOf(setup.self),
    members: setup.members.map(nameOf),
    replayed,
    recorded: entries.length,
    durationMs: (entries.at(-1)?.atMs ?? startMs) - startMs,
    isTorn: trace.isTorn,
    moments,
    divergence,
  };
}
