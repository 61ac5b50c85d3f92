import {isCoded} from "../../core/index.ts";
import {
  type AsyncRecord,
  canonicalBytes,
  type Effect,
  type Event,
  encodeFrame,
  type Primitives,
  type Restored,
  type SessionSetup,
} from "../../rounds/index.ts";
import {createSession} from "../session.ts";
import type {Session, SessionCheckpoint} from "../session-types.ts";
import {describeEffect} from "./describe-effect.ts";
import {notedArithmetic, noting, type RecordedOutcome} from "./outcome.ts";
import {encodeTrace, type TraceHeader} from "./trace-entry.ts";
import {toTraceEvent} from "./trace-event.ts";

/** Destination of a recorded session's trace. */
export interface TraceSink {
  /** Writes the bytes of one event, which never hold data. */
  write(entry: Uint8Array): void;
  /**
   * Begins a new trace with this header at the start of a round; the trace goes on from here alone. The
   * header is requested at once or never.
   */
  begin(header: () => Uint8Array): void;
}

type Context = TraceHeader["context"];

function segmentOf(record: AsyncRecord | null): NonNullable<TraceHeader["round"]>["segment"] {
  if (record === null) return null;
  const {round, state, blobs} = record;
  return {round, state, blobs: blobs.map(({hash, bytes}) => ({hash, size: bytes.length}))};
}

/** The header of a trace that begins at the state of `restored` and `checkpoint`. */
function headerOf(context: Context, restored: Restored, checkpoint: SessionCheckpoint | null): TraceHeader {
  const {certified, round, recent, equivocators} = restored;
  return {
    formatVersion: 1,
    context,
    certificate: certified === null ? null : canonicalBytes(certified.certificate),
    round:
      round === null
        ? null
        : {
            contribution:
              round.contribution === null
                ? null
                : {
                    hash: round.contribution.hash,
                    size: round.contribution.bytes.length,
                  },
            accepted:
              round.accepted === null
                ? null
                : {
                    ballot: round.accepted.ballot,
                    body: canonicalBytes(round.accepted.body),
                  },
            lock: round.lock === null ? null : canonicalBytes(round.lock),
            committedIn: round.committedIn,
            held: round.held.map(({hash}) => hash),
            segment: segmentOf(round.segment),
          },
    recent: recent.map(canonicalBytes),
    equivocators: [...equivocators],
    checkpoint:
      checkpoint === null
        ? null
        : {
            lastId: checkpoint.lastId,
            readiness: checkpoint.readiness,
            exchanging: checkpoint.exchanging,
            atMs: checkpoint.atMs,
            presence: {
              linked: [...checkpoint.presence.linked],
              lost: [...checkpoint.presence.lost],
              heard: [...checkpoint.presence.heard],
            },
            worth: [...checkpoint.worth],
            early: checkpoint.early.map(({from, frame}) => ({from, frame: encodeFrame(frame)})),
          },
  };
}

function notedPrimitives(primitives: Primitives, note: (outcome: RecordedOutcome) => void): Primitives {
  const {hash, arithmetic, sign, verify} = primitives;
  return {
    hash,
    arithmetic: notedArithmetic(arithmetic, note),
    sign: (bytes) =>
      noting(
        note,
        (signature) => signature,
        () => sign(bytes),
      ),
    verify: (...given) =>
      noting(
        note,
        (isValid) => isValid,
        () => verify(...given),
      ),
  };
}

/**
 * A session that writes to `sink` every event, with its computations and effects: the flight recorder. The
 * trace holds hashes, sizes, weights and frames, no parameter and no record.
 * @param context the data from which the caller of {@link replaySession} rebuilds the setup
 */
export function recordSession(setup: SessionSetup, context: Context, sink: TraceSink): Session {
  let outcomes: RecordedOutcome[] = [];
  const primitives = notedPrimitives(setup.primitives, (outcome) => void outcomes.push(outcome));
  const session = createSession({...setup, primitives});
  sink.begin(() => encodeTrace(headerOf(context, setup.restored, null)));
  const keep = (event: Event, nowMs: number, effects: readonly Effect[], error: string | null): void => {
    const lines = effects.map(describeEffect);
    sink.write(encodeTrace({atMs: nowMs, event: toTraceEvent(event), outcomes, effects: lines, error}));
    outcomes = [];
    const certified = effects.find((effect) => effect.type === "certified");
    const checkpoint = certified === undefined ? null : session.checkpoint();
    if (certified === undefined || checkpoint === null) return;
    const {equivocators, recent} = checkpoint;
    const restored = {certified, round: null, recent, equivocators};
    sink.begin(() => encodeTrace(headerOf(context, restored, checkpoint)));
  };
  return {
    view: () => session.view(),
    checkpoint: () => session.checkpoint(),
    handle(event, nowMs) {
      try {
        const effects = session.handle(event, nowMs);
        keep(event, nowMs, effects, null);
        return effects;
      } catch (error) {
        if (isCoded(error)) keep(event, nowMs, [], error.code);
        throw error;
      }
    },
  };
}
