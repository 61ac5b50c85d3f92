import {expect} from "vitest";
import {sha256} from "../../src/core/index.ts";
import {decodeTrace, recordSession, replaySession, type Session} from "../../src/gossip/index.ts";
import type {SessionSetup} from "../../src/rounds/index.ts";

/** Traces of every member's every life; each may begin anew after any round. */
export function createRecorder() {
  const traces: {readonly setup: SessionSetup; readonly parts: Uint8Array[]}[] = [];
  const openSession = (setup: SessionSetup): Session => {
    let parts: Uint8Array[] = [];
    return recordSession(
      setup,
      {},
      {
        write: (entry) => void parts.push(entry),
        begin(header) {
          parts = [header()];
          traces.push({setup, parts});
        },
      },
    );
  };
  return {traces, openSession};
}

/** Replays a trace to the same effects. @returns how many events it has */
export function expectSameAgain({setup, parts}: ReturnType<typeof createRecorder>["traces"][number]): number {
  const trace = decodeTrace(Buffer.concat(parts));
  let steps = 0;
  for (const {divergence, entry} of replaySession({...setup, primitives: {hash: sha256}}, trace)) {
    expect(divergence, `event ${steps}, ${entry.event.type}`).toBeNull();
    steps += 1;
  }
  expect(steps).toBe(trace.entries.length);
  expect(trace.isTorn).toBe(false);
  return steps;
}
