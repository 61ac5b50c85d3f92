import {describe, expect, it} from "vitest";
import {sha256, toHex} from "../../src/core/index.ts";
import {type CodecName, codecOf} from "../../src/parameters/index.ts";

function encoded(name: CodecName, values: Float32Array): Uint8Array {
  const codec = codecOf(name);
  const bytes = new Uint8Array(codec.sizeOf(values.length));
  codec.encode(values, bytes, {key: [17, 4], first: 0});
  return bytes;
}

/** Worked out by hand from the formats in docs/wire.md. */
describe("golden bytes", () => {
  const values = Float32Array.of(1, -0.5, 0, 0.25, -2, 1.5, 0.125, -1);
  it.each([
    ["int8", "823c3fe00010825f08c1"],
    ["sign", "4c3f92"],
    ["top10", "0400c0"],
    ["top1", "0400c0"],
  ] as const)("of %s", (name, bytes) => {
    expect(toHex(encoded(name, values))).toBe(bytes);
  });
});

/** Sizes, first bytes and SHA-256 by a program in Python, written from the formats and sharing no code with these. */
describe("golden bytes of several blocks, the last one shorter", () => {
  const values = Float32Array.from(
    {length: 600},
    (_, index) => ((((index * 7919) % 1021) - 510) / 64) * 2 ** -(index % 9),
  );
  it.each([
    ["f32", 2400, "0000ffc00000034000", "0af071b7ab72aab05b3db75ff10fa6a1898a1238f898b529efbc5da548a4b85c"],
    ["fp16", 1200, "f8c71840802a60b794", "dac683b133ee91ffcdd192bb3499a1231413b1421cf4406707ef0eed4ea0ff14"],
    ["int8", 606, "813d812001f9f90200", "8132b319e2ea91d5085130956fc447d3daa386531e0d5cb3febb29cc6e92f554"],
    ["sign", 81, "653f99999999993333", "01c2e2a87928efc5d185081171a31757f7b626a43e5bb17c5e016dc97c3b880b"],
    ["top10", 183, "000924252d3651525a", "d148e4d23380969023b442a247850a185672fabcb9d90a416e4fac9dd261b286"],
    ["top1", 24, "002d5af8c790c728c7", "4268f6ec6e6123269debccedfbe0e65fa49f58d9171f348d1c2710c77c6f93d1"],
  ] as const)("of %s", (name, size, start, hash) => {
    const bytes = encoded(name, values);
    expect(bytes).toHaveLength(size);
    expect(toHex(bytes.subarray(0, 9))).toBe(start);
    expect(toHex(sha256(bytes))).toBe(hash);
  });
});
