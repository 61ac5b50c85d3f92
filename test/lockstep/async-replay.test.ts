import {isDeepStrictEqual} from "node:util";
import {describe, expect, it} from "vitest";
import type {AsyncSpec, Effect} from "../../src/rounds/index.ts";
import {createByteRecorder, entriesOf, type RecordedLife, replayBytes} from "../gossip/byte-recorder.ts";
import {expectSameAgain} from "../gossip/trace-recorder.ts";
import {createSegments} from "../segments/segment-consortium.ts";
import {casesOf} from "../setup/thorough.ts";
import {libp2pMembers, runOverLibp2p} from "./libp2p-consortium.ts";

const ROUNDS = 2;
const VALUES = 300;
/** Not all powers of two, so that what is mixed is rounded. */
const WEIGHTS = [0.25, 0.59375, 0.125];

const WAYS: readonly [string, Partial<AsyncSpec>][] = [
  ["swaps", {exchange: "swap"}],
  ["swaps by a schedule", {exchange: "swap", schedule: {name: "base", peers: 1}}],
  ["push-sum", {exchange: "push-sum"}],
];

/** Runs asynchronous segments over libp2p; gives each member's recorded life and what it ended with. */
async function record(spec: Partial<AsyncSpec>) {
  const members = await libp2pMembers(WEIGHTS.length);
  const {lives, openSession} = createByteRecorder();
  const {setupOf, progressOf} = createSegments({
    seed: 12,
    members,
    weights: WEIGHTS,
    codec: "int8",
    values: VALUES,
    rounds: ROUNDS,
    work: (member, unit, start) => start.map((x, index) => 0.2 * (member + (unit % 3) + index / VALUES - x)),
    unitMs: () => 0,
    spec: {units: 6, ...spec},
  });
  const ended = await runOverLibp2p(members.length, {
    setupOf,
    contributionOf() {
      throw new Error("an asynchronous round makes its own contributions");
    },
    progressOf,
    unitMs: (member) => 5 * (1 + members.indexOf(member)),
    openSession,
  });
  return {lives, ended};
}

function massesIn({effects}: RecordedLife, type: "publish-mixture" | "fetch"): string[] {
  return effects.flat().flatMap((effect: Effect) => {
    if (effect.type !== type) return [];
    return [effect.type === "fetch" ? effect.hash : effect.mixture.hash];
  });
}

describe("an asynchronous run over libp2p", () => {
  it.each(casesOf(WAYS, 2))("ends in the same bytes when its traces are replayed: %s", async (_, spec) => {
    const {lives, ended} = await record(spec);
    expect(lives).toHaveLength(WEIGHTS.length);
    const published = new Set(lives.flatMap((life) => massesIn(life, "publish-mixture")));
    const results = lives.map((life, index) => {
      // Without data: the same effects, and so the hash of every mass that was exchanged.
      for (const parts of life.traces) expectSameAgain({setup: life.setup, parts});
      expect(entriesOf(life).headers).toHaveLength(1 + ROUNDS);
      // With the bytes: everything is computed again.
      const certified = replayBytes(life);
      expect(certified?.certificate.body.round).toBe(ROUNDS - 1);
      const [replayed, lived] = [certified, ended[index]].map(
        (one) => one?.snapshot.bytes ?? Uint8Array.of(),
      );
      expect(replayed?.length).toBeGreaterThan(0);
      expect(isDeepStrictEqual(replayed, lived), `the bytes of member ${index}`).toBe(true);
      const fetched = massesIn(life, "fetch").filter((hash) => published.has(hash));
      expect(fetched.length).toBeGreaterThan(1);
      return certified?.snapshot.hash;
    });
    expect(new Set(results).size).toBe(1);
  });
});
