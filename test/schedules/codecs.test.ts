import {describe, expect, it} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import {type CodecName, codecOf, drawDither} from "../../src/parameters/index.ts";
import {baseGraph} from "../../src/schedules/base-graph.ts";

/*
 * What codecs do to agreement: the reference's table 3.2, measured there apart (Base-2, 16 nodes, a common part of
 * variance 9, a spread of 1). Nodes send their values as they are, or their differences from a common reference, the
 * exact mean, as the last round that was decided gives it; or, where there is none, from what the others hold of them
 * already (CHOCO: Koloskova, Stich & Jaggi, Decentralized stochastic optimization and gossip algorithms with compressed
 * communication, ICML 2019, algorithm 1).
 */
const NODES = 16;
const VALUES = 2048;
const period = baseGraph(NODES, 1);

type Against = "nothing" | "the mean" | "what was sent";

interface Course {
  /** Root mean square distance from the mean, by phases. */
  readonly consensus: ReadonlyMap<number, number>;
  readonly drift: number;
}

/** The phases after which distances are compared. */
const MEASURED = [8, 20, 40];

function run(name: CodecName, against: Against, gamma: number): Course {
  const codec = codecOf(name);
  const random = createRandom({seed: 1, site: "", round: 0, purpose: "table 3.2"});
  const common = Float64Array.from({length: VALUES}, () => 3 * random.normal());
  const state = Array.from({length: NODES}, () => common.map((value) => value + random.normal()));
  const mean = common.map((_, value) => state.reduce((sum, x) => sum + (x[value] ?? 0), 0) / NODES);
  // What everyone holds of each node.
  const hats = state.map(() => common.slice());
  const consensus = new Map<number, number>();
  for (let phase = 0; phase < 40; phase++) {
    state.forEach((x, node) => {
      const hat = hats[node] ?? x;
      if (against === "nothing") hat.fill(0);
      if (against === "the mean") hat.set(mean);
      const difference = new Float32Array(x.map((value, at) => value - (hat[at] ?? 0)));
      const bytes = new Uint8Array(codec.sizeOf(VALUES));
      codec.encode(difference, bytes, drawDither(random));
      codec.accumulate(bytes, 0, hat);
    });
    period[phase % period.length]?.rows.forEach((row, node) => {
      for (const {node: other, share} of row) {
        const [x, own, theirs] = [state[node], hats[node], hats[other]];
        x?.forEach((value, at) => {
          x[at] = value + gamma * share * ((theirs?.[at] ?? 0) - (own?.[at] ?? 0));
        });
      }
    });
    if (!MEASURED.includes(phase + 1)) continue;
    const squares = state.map((x) => x.reduce((sum, value, at) => sum + (value - (mean[at] ?? 0)) ** 2, 0));
    const sum = squares.reduce((all, square) => all + square, 0);
    consensus.set(phase + 1, Math.sqrt(sum / (NODES * VALUES)));
  }
  const drift = Math.max(
    ...mean.map((value, at) => Math.abs(state.reduce((sum, x) => sum + (x[at] ?? 0), 0) / NODES - value)),
  );
  return {consensus, drift};
}

function expectBelow(course: Course, bars: Readonly<Record<number, number>>): void {
  for (const [phase, bar] of Object.entries(bars)) {
    expect(course.consensus.get(Number(phase)), `after ${phase}`).toBeLessThan(bar);
  }
  expect(course.drift).toBeLessThan(1e-12);
}

/** The table's distances: as they are after 8 and 40 phases, against a reference after 8, 20 and 40. */
const TABLE = [
  ["f32", 7e-16, 7e-16, 7e-16, 7e-16, 7e-16],
  ["fp16", 5.6e-4, 5.5e-4, 1.8e-8, 1.7e-8, 1.7e-8],
  ["int8", 3.0e-2, 3.0e-2, 1.6e-5, 5e-13, 7e-16],
  ["sign", 9.5e-1, 9.8e-1, 2.2e-1, 9.8e-2, 5.8e-2],
  ["top10", 1.05, 1.06, 4.3e-1, 1.8e-1, 4.4e-2],
  ["top1", 1, 1, 8.4e-1, 7.4e-1, 6.1e-1],
] as const;
/** Distances in binary32, which the reference's f32 row did not round to. */
const F32_ROUNDING = 1e-7;

describe.each(TABLE)("agreement through %s", (name, ...distances) => {
  const [plain8, plain40, near8, near20, near40] = distances;

  it("without a reference is as near as the reference measured, and the mean stays where it was", () => {
    const rounding = name === "f32" ? F32_ROUNDING : 0;
    expectBelow(run(name, "nothing", 1), {8: 1.1 * plain8 + rounding, 40: 1.1 * plain40 + rounding});
  });

  it("of differences from a common reference is as near as the reference measured, and so is the mean", () => {
    expectBelow(run(name, "the mean", 1), {8: 1.1 * near8, 20: 1.1 * near20, 40: 1.1 * near40});
  });
});

/**
 * Codec, gamma, what was found here after 8 phases, and the table's distance after 40. A memory that only what was sent
 * builds up lags behind: it needs longer than a reference, and a smaller step where the codec leaves much out.
 */
describe.each([
  ["f32", 1, 1.4e-9, 7e-16],
  ["fp16", 1, 1.2e-5, 1.7e-8],
  ["int8", 1, 6.1e-4, 7e-16],
  ["sign", 0.5, 1.9e-1, 5.8e-2],
  ["top10", 0.5, 4.0e-1, 4.4e-2],
  ["top1", 0.2, 8.2e-1, 6.1e-1],
] as const)("agreement through %s with a memory of what was sent (gamma %d)", (name, gamma, at8, at40) => {
  it("ends within twice the distance of a common reference", () => {
    expectBelow(run(name, "what was sent", gamma), {8: 1.2 * at8, 40: 2 * at40});
  });
});
