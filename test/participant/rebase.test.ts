import {describe, expect, it} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import {MAX_REBASE_GAP_ROUNDS, rebase} from "../../src/participant/rebase.ts";

describe("a late member's new start", () => {
  const now = Float32Array.of(1, -2, 0.5);
  const update = Float32Array.of(8, 16, -4);

  it("is the newest snapshot where it has done nothing", () => {
    expect([...rebase(now, null)]).toEqual([...now]);
  });

  it("halves its progress for every round that went on without it, and drops it after 8", () => {
    for (let gapRounds = 0; gapRounds <= 9; gapRounds++) {
      const share = gapRounds > 8 ? 0 : 1 / 2 ** gapRounds;
      expect([...rebase(now, {update, gapRounds})], `gap ${gapRounds}`).toEqual(
        [...now].map((value, index) => value + share * (update[index] ?? 0)),
      );
    }
    expect(MAX_REBASE_GAP_ROUNDS).toBe(8);
  });

  it("leaves the snapshot and the update as they were", () => {
    const random = createRandom({seed: 1, site: "", round: 0, purpose: "rebase"});
    const [snapshot, progress] = [0, 1].map(() => Float32Array.from({length: 20}, () => random.normal()));
    const before = [snapshot?.slice(), progress?.slice()];
    const start = rebase(snapshot ?? now, {update: progress ?? update, gapRounds: 2});
    start.fill(9);
    expect([snapshot, progress]).toEqual(before);
  });
});
