import {describe, expect, it} from "vitest";
import {sha256} from "../../src/core/index.ts";
import {restoreSession, type SessionView} from "../../src/gossip/index.ts";
import {watchExchanges} from "../../src/node/watch/exchange-watch.ts";
import {createSnapshot} from "../../src/parameters/index.ts";
import type {DurableRecord, Restored} from "../../src/rounds/index.ts";

const RECORD: DurableRecord = {kind: "async", round: 2, state: new Uint8Array(), blobs: []};
const SNAPSHOT = createSnapshot(sha256, new Uint8Array(32), Float32Array.of(1));
const BALLOT: DurableRecord = {
  kind: "ballot",
  round: 2,
  accepted: null,
  lock: null,
  committedIn: -1,
  snapshot: SNAPSHOT,
};

function watched(restored: Restored["round"]) {
  const stand = {round: 2, exchanges: restored?.segment == null ? 0 : 5};
  const view = () => ({...stand, segment: {exchanges: stand.exchanges}}) as unknown as SessionView;
  let told = 0;
  const onWritten = watchExchanges({view}, {...restoreSession([]), round: restored}, () => void (told += 1));
  return {
    write(record: DurableRecord, round: number, exchanges: number): number {
      Object.assign(stand, {round, exchanges});
      onWritten(record);
      return told;
    },
  };
}

describe("exchanges of an asynchronous segment", () => {
  it("are told once each is on disk, and in a new segment from the first", () => {
    const {write} = watched(null);
    expect(write(RECORD, 2, 0), "the segment opens").toBe(0);
    expect(write(BALLOT, 2, 1), "another record").toBe(0);
    expect(write(RECORD, 2, 1)).toBe(1);
    expect(write(RECORD, 2, 1), "saved again").toBe(1);
    expect(write(RECORD, 3, 0), "the next segment").toBe(1);
    expect(write(RECORD, 3, 1)).toBe(2);
  });

  it("of before the start are not told", () => {
    const segment = {kind: "async", round: 2, state: new Uint8Array(), blobs: []} as const;
    const {write} = watched({
      contribution: null,
      lock: null,
      committedIn: -1,
      accepted: null,
      held: [],
      segment,
    });
    expect(write(RECORD, 2, 5)).toBe(0);
    expect(write(RECORD, 2, 6)).toBe(1);
  });
});
