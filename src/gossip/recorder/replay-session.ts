import {isCoded} from "../../core/index.ts";
import {
  type Accepted,
  decodeBody,
  decodeCertificate,
  decodeFrame,
  type Effect,
  type FrameOf,
  type Primitives,
  type Restored,
  type RestoredRound,
  type SessionSetup,
} from "../../rounds/index.ts";
import {createSession} from "../session.ts";
import type {SessionCheckpoint} from "../session-types.ts";
import {describeEffect} from "./describe-effect.ts";
import {
  blankSnapshot,
  diverged,
  isTrue,
  type RecordedOutcome,
  recalled,
  recalledArithmetic,
} from "./outcome.ts";
import type {Trace, TraceEntry, TraceHeader} from "./trace-entry.ts";
import {fromTraceEvent} from "./trace-event.ts";

/** One event of a trace, replayed. */
export interface ReplayedStep {
  readonly entry: TraceEntry;
  /** The round that was under way before it. */
  readonly round: number;
  readonly effects: readonly Effect[];
  /** Difference between the replay and the recording, or null if there is none. */
  readonly divergence: string | null;
}

/** Outcomes of the current event, taken one by one. */
class Outcomes {
  #left: RecordedOutcome[] = [];

  load(outcomes: readonly RecordedOutcome[]): void {
    this.#left = [...outcomes];
  }

  readonly next = (): RecordedOutcome =>
    this.#left.shift() ?? {
      code: "GOSSIP_TRACE_DIVERGED",
      message: "the replay computes more than was recorded",
    };

  get isEmpty(): boolean {
    return this.#left.length === 0;
  }
}

function recalledPrimitives(primitives: Pick<Primitives, "hash">, next: () => RecordedOutcome): Primitives {
  return {
    hash: primitives.hash,
    arithmetic: recalledArithmetic(next),
    sign: () => {
      const signature = recalled(next());
      return signature instanceof Uint8Array ? signature : diverged();
    },
    verify: () => isTrue(recalled(next())),
  };
}

type Shapes = Pick<SessionSetup, "shapeOf">;

function restoredRound({shapeOf}: Shapes, number: number, {round}: TraceHeader): RestoredRound | null {
  if (round === null) return null;
  const {contribution, lock, committedIn, held, segment} = round;
  const accepted: Accepted | null = round.accepted && {
    ballot: round.accepted.ballot,
    body: decodeBody(round.accepted.body),
  };
  return {
    contribution: contribution && {hash: contribution.hash, bytes: new Uint8Array(contribution.size)},
    accepted,
    lock: lock && decodeCertificate(lock),
    committedIn,
    held: held.map((hash) => blankSnapshot(hash, shapeOf(number).values)),
    segment: segment && {
      kind: "async",
      round: segment.round,
      state: segment.state,
      blobs: segment.blobs.map(({hash, size}) => ({hash, bytes: new Uint8Array(size)})),
    },
  };
}

function restoredOf(shapes: Shapes, header: TraceHeader): Restored {
  const certificate = header.certificate && decodeCertificate(header.certificate);
  const round = certificate === null ? -1 : certificate.body.round;
  const certified = certificate && {
    certificate,
    snapshot: blankSnapshot(certificate.body.result, shapes.shapeOf(round).values),
  };
  const recent = header.recent.map(decodeCertificate);
  const {equivocators} = header;
  return {certified, round: restoredRound(shapes, round + 1, header), recent, equivocators};
}

function checkpointOf({checkpoint, equivocators, recent}: TraceHeader): SessionCheckpoint | null {
  if (checkpoint === null) return null;
  const early = checkpoint.early.map(({from, frame}) => ({
    from,
    // The recorder keeps only these, as its type says.
    frame: decodeFrame(frame) as FrameOf<"ready">,
  }));
  return {...checkpoint, recent: recent.map(decodeCertificate), equivocators, early};
}

function divergenceOf(entry: TraceEntry, effects: readonly string[], error: string | null): string | null {
  if (error !== entry.error) return `it threw ${error ?? "nothing"} instead of ${entry.error ?? "nothing"}`;
  const index = effects.findIndex((line, at) => line !== entry.effects[at]);
  if (index >= 0) return `effect ${index}: ${effects[index]} instead of ${entry.effects[index] ?? "none"}`;
  if (effects.length < entry.effects.length)
    return `effect ${effects.length}: none instead of ${entry.effects[effects.length]}`;
  return null;
}

/**
 * Replays a recorded session, event by event, in the code that the daemon runs; computations on parameters
 * are recalled instead. It ends after the first divergence, because anything later would mean nothing.
 * @param setup the setup that the trace's context stands for, without the parts that the trace itself holds
 * @throws GOSSIP_FRAME_MALFORMED if the trace's frames were changed
 */
export function* replaySession(
  setup: Omit<SessionSetup, "restored" | "primitives"> & {readonly primitives: Pick<Primitives, "hash">},
  {header, entries}: Trace,
): Generator<ReplayedStep> {
  const outcomes = new Outcomes();
  const primitives = recalledPrimitives(setup.primitives, outcomes.next);
  const session = createSession(
    {...setup, primitives, restored: restoredOf(setup, header)},
    checkpointOf(header),
  );
  for (const entry of entries) {
    outcomes.load(entry.outcomes);
    const {round} = session.view();
    let effects: Effect[] = [];
    let error: string | null = null;
    try {
      effects = session.handle(fromTraceEvent(entry.event), entry.atMs);
    } catch (thrown) {
      if (!isCoded(thrown)) throw thrown;
      error = thrown.code;
    }
    const differs = divergenceOf(entry, effects.map(describeEffect), error);
    const divergence = differs ?? (outcomes.isEmpty ? null : "the replay computes less than was recorded");
    yield {entry, round, effects, divergence};
    if (divergence !== null) return;
  }
}
