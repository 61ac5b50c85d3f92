import {describe, expect, it} from "vitest";
import type {Certified, RoundMixing} from "../../src/rounds/index.ts";
import {type ConsortiumOptions, createConsortium, train} from "./consortium.ts";

const WEIGHTS = [199, 172, 30, 85];
const OUTER = {learningRate: 0.7, momentum: 0.9};
const EFFORTS = [1, 9, 3, 2.5];
const ROUNDS = 5;
const SEED = 4;

/** What each member saw certified; `late` is down for the first half of the run. */
function runOf(options: Partial<ConsortiumOptions>, late = -1): readonly (readonly Certified[])[] {
  const startMembers = late < 0 ? WEIGHTS.length : WEIGHTS.length - 1;
  const consortium = createConsortium({
    seed: SEED,
    weights: WEIGHTS,
    rounds: ROUNDS,
    startMembers,
    ...options,
  });
  const {world, members, certified} = consortium;
  members.forEach((member, index) => {
    if (index !== late) world.start(member);
  });
  if (late >= 0) world.after(3000, () => world.start(members[late] ?? ""));
  world.run();
  return members.map((member) => certified.get(member) ?? []);
}

const GRID: RoundMixing = {kind: "schedule", schedule: {name: "grid"}};
const MEDIAN: RoundMixing = {
  kind: "robust",
  rule: {rule: "median", faulty: 1, adaptiveClipping: false, nearestNeighbours: false},
};

describe("a consortium in the World", () => {
  it.each<[string, Partial<ConsortiumOptions>]>([
    ["the outer step", {outer: OUTER}],
    ["the outer step on fp16", {outer: OUTER, codec: "fp16"}],
    ["the outer step on int8 in several chunks", {outer: OUTER, codec: "int8", values: 40_000}],
    ["the outer step in phases", {outer: OUTER, mixing: GRID}],
    ["the outer step on a median", {outer: OUTER, mixing: MEDIAN}],
    ["efforts", {efforts: EFFORTS}],
    ["efforts in several chunks", {efforts: EFFORTS, codec: "fp16", values: 40_000}],
    ["efforts and the outer step", {efforts: EFFORTS, outer: OUTER}],
  ])("with %s gives all members the same bytes every round", (_, options) => {
    const [first = [], ...others] = runOf(options);
    expect(first).toHaveLength(ROUNDS);
    for (const other of others) {
      expect(other.map(({snapshot}) => snapshot.hash)).toEqual(first.map(({snapshot}) => snapshot.hash));
    }
  });

  it("lets a late member find the velocity that the others have", () => {
    const late = 2;
    const runs = runOf({outer: OUTER, rounds: 60}, late);
    const seen = runs[late] ?? [];
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.length, "it missed rounds").toBeLessThan(60);
    const last = seen.at(-1)?.snapshot;
    expect(last?.values).toHaveLength(10);
    expect(last?.values.subarray(5).some((value) => value !== 0)).toBe(true);
    expect(last?.bytes).toEqual(runs[0]?.at(-1)?.snapshot.bytes);
    expect(seen.at(-1)?.certificate.body.contributors).toHaveLength(WEIGHTS.length);
  });

  it("takes from contributions divided by their effort z + (sum p a) (sum p D / a)", () => {
    const [first = []] = runOf({efforts: EFFORTS});
    const total = WEIGHTS.reduce((sum, weight) => sum + weight, 0);
    const pace = WEIGHTS.reduce((sum, weight, index) => sum + (weight / total) * (EFFORTS[index] ?? 1), 0);
    let before = new Float32Array(5);
    first.forEach(({snapshot}, round) => {
      const expected = Float64Array.from(before);
      WEIGHTS.forEach((weight, index) => {
        const trained = train(SEED, `member-${"abcd"[index]}`, round, before);
        trained.forEach((value, at) => {
          const share = ((weight / total) * pace) / (EFFORTS[index] ?? 1);
          expected[at] = (expected[at] ?? 0) + share * (value - (before[at] ?? 0));
        });
      });
      snapshot.values.forEach((value, at) => expect(value).toBeCloseTo(expected[at] ?? 0, 4));
      before = Float32Array.from(snapshot.values);
    });
  });
});
