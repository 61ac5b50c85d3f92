import {describe, expect, it} from "vitest";
import {sha256} from "../../../src/core/index.ts";
import {codecOf} from "../../../src/parameters/index.ts";
import {releaseUpdate} from "../../../src/privacy/index.ts";
import {sharedArithmetic} from "../../../src/simulation/engine/seals.ts";

describe("the arithmetic that members of a simulation share", () => {
  it("has another answer for the same bytes about another snapshot or under another rule", () => {
    const {mixRobustly} = sharedArithmetic();
    const median = {rule: "median", faulty: 1, adaptiveClipping: false, nearestNeighbours: false} as const;
    const codec = codecOf("f32");
    // What sites whose features are all 0 say of means, and then of deviations from them.
    const contributions = [0, 0, 4].map(
      (value) =>
        releaseUpdate({
          update: Float32Array.of(value),
          weight: 0.5,
          codec,
          dither: {key: [0, 0], first: 0},
          clipNorm: 10,
          hash: sha256,
        }).release.bytes,
    );
    const mix = (reference: readonly number[], rule: "median" | "trimmed-mean" = "median", faulty = 1) => {
      const shape = {codec, mixed: 1, reference: Float32Array.from(reference), maximumWeight: 1};
      return Array.from(mixRobustly({...median, rule, faulty}, shape, contributions).values);
    };
    expect(mix([7])).toEqual([7]);
    expect(mix([0, 9, 300])).toEqual([0, 9, 300]);
    expect(mix([0, 9, 300], "trimmed-mean", 0)[0]).toBeCloseTo(4 / 3, 6);
  });
});
