import {describe, expect, it} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import {codecOf, encodeContribution, keptBack, NO_DITHER} from "../../src/parameters/index.ts";

const VALUES = 600;

describe.each(["sign", "top10", "top1"] as const)("what %s keeps back", (name) => {
  it("is sent later: what was sent and what is kept add up to all that was meant, and stays bounded", () => {
    const codec = codecOf(name);
    const random = createRandom({seed: 2, site: "", round: 0, purpose: "updates"});
    const meant = new Float64Array(VALUES);
    const sent = new Float64Array(VALUES);
    let kept = new Float32Array(VALUES);
    const weight = 0.25;
    const sizes: number[] = [];
    for (let round = 0; round < 400; round++) {
      const update = Float32Array.from({length: VALUES}, () => random.normal());
      const intended = update.map((value, index) => value + (kept[index] ?? 0));
      const {bytes} = encodeContribution(codec, intended, [weight], {factor: weight, dither: NO_DITHER});
      const own = new Float64Array(VALUES);
      codec.accumulate(bytes, 0, own);
      own.forEach((value, index) => {
        sent[index] = (sent[index] ?? 0) + value / weight;
        meant[index] = (meant[index] ?? 0) + (update[index] ?? 0);
      });
      kept = Float32Array.from(keptBack(codec, intended, {factor: 1, contribution: bytes}));
      sizes.push(Math.sqrt(kept.reduce((sum, value) => sum + value * value, 0) / VALUES));
    }
    meant.forEach((value, index) => {
      expect(Math.abs(value - (sent[index] ?? 0) - (kept[index] ?? 0))).toBeLessThan(1e-2);
    });
    // A codec that sends the share delta holds about 1 / delta rounds back, not more and more.
    expect(sizes[399]).toBeLessThan(1.5 * (sizes[199] ?? 0));
  });
});
