import {describe, expect, it} from "vitest";
import {BLOCK_VALUES, type CodecName, codecOf, contributionSize} from "../../src/parameters/index.ts";
import {casesOf} from "../setup/thorough.ts";
import {createConsortium} from "./consortium.ts";

/** Numbers of members. */
const SIZES = Array.from({length: 23}, (_, index) => index + 2);
const BLOCKS = 24 * 8;
/** Above 64 KiB of parameters, so that there are as many chunks as members. */
const VALUES = BLOCKS * BLOCK_VALUES;

interface Traffic {
  /** Bytes that each member asked others for in one round. */
  readonly taken: readonly number[];
  /** Bytes that others asked each member for. */
  readonly given: readonly number[];
}

/** One round of `n` members without faults. */
function trafficOf(n: number, codec: CodecName): Traffic {
  const members = Array.from({length: n}, (_, index) => `member-${String(index).padStart(2, "0")}`);
  const taken = new Map<string, number>();
  const given = new Map<string, number>();
  const count = (of: Map<string, number>, member: string, bytes: number): void => {
    of.set(member, (of.get(member) ?? 0) + bytes);
  };
  const {world, certified} = createConsortium({
    seed: 1,
    weights: members.map(() => 32),
    members,
    rounds: 1,
    values: VALUES,
    codec,
    trainingMs: () => 50,
    startMembers: n,
    faultAt(member, effect) {
      if (effect.type !== "fetch") return "none";
      count(taken, member, effect.length);
      count(given, effect.from, effect.length);
      return "none";
    },
  });
  for (const member of members) world.start(member);
  world.run();
  for (const member of members) {
    expect(certified.get(member)?.[0]?.certificate.body.contributors).toHaveLength(n);
  }
  const inOrder = (of: Map<string, number>): number[] => members.map((member) => of.get(member) ?? 0);
  return {taken: inOrder(taken), given: inOrder(given)};
}

// algorithms.md 3.3: the exact butterfly sends 2 d (n - 1) / n.
describe("bytes per member and round", () => {
  it.each(casesOf(SIZES, 4))("are 2 (n - 1) / n models for n = %d", (n) => {
    const expected = (2 * (n - 1)) / n;
    const model = contributionSize(codecOf("fp16"), VALUES);
    const {taken, given} = trafficOf(n, "fp16");
    // A member's own chunk, which it takes n - 1 times and not once, may be a block longer or shorter than others.
    const uneven = n / BLOCKS;
    for (const bytes of [...taken, ...given]) {
      expect(Math.abs(bytes / model - expected)).toBeLessThanOrEqual(uneven);
    }
    const all = taken.reduce((sum, bytes) => sum + bytes, 0);
    expect(all / n / model).toBeCloseTo(expected, 3);
  });

  it.each([
    ["f32", 4, 4],
    ["int8", 1.0078, 1.0078],
    ["sign", 0.1328, 2],
    ["top10", 0.3047, 2],
    ["top1", 0.0352, 2],
  ] as const)("of %s are the contribution's on the way in, the sum's on the way out", (name, own, sum) => {
    const {taken} = trafficOf(8, name);
    const mean = taken.reduce((total, bytes) => total + bytes, 0) / 8;
    expect(mean / VALUES / (7 / 8) / (own + sum)).toBeCloseTo(1, 2);
  });
});
