import {isDeepStrictEqual} from "node:util";
import {expect} from "vitest";
import {createSession, recordSession, type Session} from "../../src/gossip/index.ts";
import {decodeTrace, type TraceEntry, type TraceHeader} from "../../src/gossip/recorder/trace-entry.ts";
import {fromTraceEvent} from "../../src/gossip/recorder/trace-event.ts";
import type {Certified, Effect, Event, SessionSetup} from "../../src/rounds/index.ts";

/** A member's whole life: its trace as the flight recorder writes it, and beside it the bytes that no trace holds. */
export interface RecordedLife {
  readonly setup: SessionSetup;
  /** One trace for each round: a header and entries. */
  readonly traces: Uint8Array[][];
  /** What each event that brought bytes brought: contributions, products and what was fetched. */
  readonly brought: (Uint8Array | null)[];
  /** What each event brought about, bytes and all. */
  readonly effects: (readonly Effect[])[];
}

function bytesIn(event: Event): Uint8Array | null {
  if (event.type === "fetched") return event.bytes;
  if (event.type === "frame" && event.frame.type === "products") return event.frame.products;
  return "contribution" in event ? event.contribution.bytes : null;
}

function withBytes(event: Event, bytes: Uint8Array | null): Event {
  if (bytes === null) return event;
  if (event.type === "fetched") return {...event, bytes};
  if (event.type === "frame" && event.frame.type === "products")
    return {...event, frame: {...event.frame, products: bytes}};
  return "contribution" in event ? {...event, contribution: {...event.contribution, bytes}} : event;
}

/** Sessions under the flight recorder whose bytes are kept as well: by the test, never by a daemon. */
export function createByteRecorder() {
  const lives: RecordedLife[] = [];
  const openSession = (setup: SessionSetup): Session => {
    const life: RecordedLife = {setup, traces: [], brought: [], effects: []};
    lives.push(life);
    const session = recordSession(
      setup,
      {},
      {
        write: (entry) => void life.traces.at(-1)?.push(entry),
        begin: (header) => void life.traces.push([header()]),
      },
    );
    return {
      ...session,
      handle(event, nowMs) {
        life.brought.push(bytesIn(event));
        const effects = session.handle(event, nowMs);
        life.effects.push(effects);
        return effects;
      },
    };
  };
  return {lives, openSession};
}

/** What a life's traces hold, first to last. */
export function entriesOf({traces}: RecordedLife): {headers: TraceHeader[]; entries: TraceEntry[]} {
  const decoded = traces.map((parts) => decodeTrace(Buffer.concat(parts)));
  return {headers: decoded.map(({header}) => header), entries: decoded.flatMap(({entries}) => entries)};
}

/**
 * Goes through a life again from its traces and the bytes beside them, computing everything: each effect must be the
 * recorded one to the last byte.
 * @returns what the replayed session ends with
 */
export function replayBytes(life: RecordedLife): Certified | null {
  const session = createSession(life.setup);
  const {entries} = entriesOf(life);
  expect(entries).toHaveLength(life.brought.length);
  for (const [index, {event, atMs}] of entries.entries()) {
    const effects = session.handle(withBytes(fromTraceEvent(event), life.brought[index] ?? null), atMs);
    // Node compares bytes as bytes; `toEqual` walks them one by one, and is asked where they differ.
    if (!isDeepStrictEqual(effects, life.effects[index]))
      expect(effects, `event ${index}, ${event.type}`).toEqual(life.effects[index]);
  }
  return session.view().certified;
}
