import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {sha256, toHex} from "../../src/core/index.ts";
import {initialParameters, type ModelSpec} from "../../src/model/index.ts";

const MLP: ModelSpec = {architecture: "mlp", hidden: [64, 32], activation: "relu"};

function hashOf(parameters: Float32Array): string {
  const view = new DataView(new ArrayBuffer(4 * parameters.length));
  parameters.forEach((value, index) => {
    view.setFloat32(4 * index, value, true);
  });
  return toHex(sha256(new Uint8Array(view.buffer)));
}

describe("initial parameters", () => {
  it("are the same bytes on every machine", () => {
    // Committed from the first run of this code: a change here breaks the reproduction of every earlier run.
    expect(hashOf(initialParameters(MLP, 30, 42))).toBe(
      "f0fed29a977e80a6a0bb8240a288f0af3c62518f66b82d42710cd441bea227c9",
    );
    expect(hashOf(initialParameters({architecture: "logistic"}, 13, 42))).toBe(
      "5c6300a4987beeb08b525be47ae53029e1a211f12606d07121dede7513eaad14",
    );
  });

  it("are uniform in +-1/sqrt(fanIn), biases too", () => {
    const parameters = initialParameters(MLP, 30, 7);
    let offset = 0;
    for (const [fanIn, count] of [
      [30, 30 * 64 + 64],
      [64, 64 * 32 + 32],
      [32, 33],
    ] as const) {
      const part = parameters.subarray(offset, offset + count);
      offset += count;
      const largest = Math.max(...part.map(Math.abs)) * Math.sqrt(fanIn);
      const meanSquare = part.reduce((sum, value) => sum + value * value, 0) / count;
      expect(largest, `largest, fanIn ${fanIn}`).toBeLessThanOrEqual(1);
      expect(largest, `largest, fanIn ${fanIn}`).toBeGreaterThan(0.9);
      // Variance bound^2 / 3, and a tolerance of about four standard errors.
      const deviation = Math.abs(meanSquare * 3 * fanIn - 1);
      expect(deviation, `variance, fanIn ${fanIn}`).toBeLessThan(4 * Math.sqrt(0.8 / count));
    }
  });

  it("take each tensor's own fan-in, the attention's too", () => {
    const spec: ModelSpec = {architecture: "gated-attention-mil", embedding: 100, attention: 400, tiles: 8};
    const parameters = initialParameters(spec, 900, 7);
    let offset = 0;
    for (const [name, fanIn, count] of [
      ["embedding", 900, 900 * 100 + 100],
      ["tanh", 100, 100 * 400 + 400],
      ["sigmoid", 100, 100 * 400 + 400],
      ["score", 400, 400],
      ["classifier", 100, 101],
    ] as const) {
      const part = parameters.subarray(offset, offset + count);
      offset += count;
      const largest = Math.max(...part.map(Math.abs)) * Math.sqrt(fanIn);
      expect(largest, name).toBeLessThanOrEqual(1);
      expect(largest, name).toBeGreaterThan(0.9);
    }
    expect(offset).toBe(parameters.length);
  });

  it("depend on the seed", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (seed, other) => {
        fc.pre(seed !== other);
        const spec: ModelSpec = {architecture: "logistic"};
        expect(initialParameters(spec, 4, seed)).toEqual(initialParameters(spec, 4, seed));
        expect(initialParameters(spec, 4, seed)).not.toEqual(initialParameters(spec, 4, other));
      }),
    );
  });
});
