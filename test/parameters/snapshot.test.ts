import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {errorLine, sha256, toHex} from "../../src/core/index.ts";
import {
  createSnapshot,
  type Layout,
  layoutHash,
  layoutSize,
  openSnapshot,
  shapeSize,
  snapshotSize,
} from "../../src/parameters/index.ts";
import {asUnalignedBuffer, sameBits} from "./bits.ts";

const CONTRACT = "ab".repeat(32);
const LAYOUT: Layout = {
  tensors: [
    {name: "kernel", shape: [3, 2]},
    {name: "bias", shape: [2]},
  ],
};

describe("a layout's hash", () => {
  it("changes with a name, a shape, the order and the data contract", () => {
    const layouts: [string, Layout, string][] = [
      ["itself", LAYOUT, CONTRACT],
      ["a name", {tensors: [{name: "weights", shape: [3, 2]}, ...LAYOUT.tensors.slice(1)]}, CONTRACT],
      ["a shape", {tensors: [{name: "kernel", shape: [2, 3]}, ...LAYOUT.tensors.slice(1)]}, CONTRACT],
      ["a rank", {tensors: [{name: "kernel", shape: [6]}, ...LAYOUT.tensors.slice(1)]}, CONTRACT],
      ["the order", {tensors: [...LAYOUT.tensors].reverse()}, CONTRACT],
      ["the contract", LAYOUT, "cd".repeat(32)],
      ["a tensor less", {tensors: LAYOUT.tensors.slice(1)}, CONTRACT],
    ];
    const hashes = layouts.map(([, layout, contract]) => toHex(layoutHash(sha256, layout, contract)));
    expect(new Set(hashes).size).toBe(layouts.length);
  });

  // Python 3: hashlib.sha256(json.dumps(["consilium/layout/1", "ab" * 32, [["kernel", [3, 2]], ["bias", [2]]]],
  // separators=(",", ":")).encode()).hexdigest()
  it("is the known one of two tensors", () => {
    expect(toHex(layoutHash(sha256, LAYOUT, CONTRACT))).toBe(
      "3da776326ca1c55aa62eb4f8adf892e068460fa4a7df842868d0437f27ad1f1b",
    );
  });

  it("is that of equal content, wherever it comes from", () => {
    const copy: Layout = {tensors: LAYOUT.tensors.map(({name, shape}) => ({shape: [...shape], name}))};
    expect(layoutHash(sha256, copy, CONTRACT)).toEqual(layoutHash(sha256, LAYOUT, CONTRACT));
  });

  it("belongs to a vector of the sum of its tensors' sizes", () => {
    expect(layoutSize(LAYOUT)).toBe(8);
    expect(layoutSize({tensors: []})).toBe(0);
    expect(shapeSize([])).toBe(1);
  });
});

describe("a snapshot", () => {
  const layout = layoutHash(sha256, LAYOUT, CONTRACT);

  it("opens to what was frozen, with the hash of layout and little-endian values", () => {
    fc.assert(
      fc.property(fc.float32Array({noNaN: true, noDefaultInfinity: true}), (values) => {
        const snapshot = createSnapshot(sha256, layout, values);
        const littleEndian = new DataView(new ArrayBuffer(4 * values.length));
        values.forEach((value, index) => littleEndian.setFloat32(4 * index, value, true));
        expect(snapshot.hash).toBe(toHex(sha256(layout, new Uint8Array(littleEndian.buffer))));
        expect(snapshot.bytes).toHaveLength(snapshotSize(values.length));
        const expected = {layout, values: values.length};
        for (const bytes of [snapshot.bytes, asUnalignedBuffer(snapshot.bytes)]) {
          const opened = openSnapshot(sha256, bytes, expected);
          expect(opened.hash).toBe(snapshot.hash);
          expect(sameBits(opened.values, values)).toBe(true);
        }
      }),
    );
  });

  it("does not follow later changes of the vector it was made of", () => {
    const values = Float32Array.of(1, 2);
    const snapshot = createSnapshot(sha256, layout, values);
    values[0] = 9;
    expect([...snapshot.values]).toEqual([1, 2]);
  });

  it.each<[string, Uint8Array, string]>([
    ["too short", createSnapshot(sha256, layout, new Float32Array(7)).bytes, "PARAMETERS_WRONG_SIZE"],
    ["too long", createSnapshot(sha256, layout, new Float32Array(9)).bytes, "PARAMETERS_WRONG_SIZE"],
    ["empty", new Uint8Array(), "PARAMETERS_WRONG_SIZE"],
    [
      "of another layout",
      createSnapshot(sha256, layoutHash(sha256, LAYOUT, "cd".repeat(32)), new Float32Array(8)).bytes,
      "PARAMETERS_LAYOUT_FOREIGN",
    ],
    [
      "with NaN",
      createSnapshot(sha256, layout, new Float32Array(8).fill(Number.NaN, 7)).bytes,
      "PARAMETERS_NOT_FINITE",
    ],
    [
      "with an infinity",
      createSnapshot(sha256, layout, new Float32Array(8).fill(Number.NEGATIVE_INFINITY, 0, 1)).bytes,
      "PARAMETERS_NOT_FINITE",
    ],
  ])("that is %s is refused", (_, bytes, code) => {
    expect(() => openSnapshot(sha256, bytes, {layout, values: 8})).toThrow(expect.objectContaining({code}));
  });

  it("is refused in words that a person understands", () => {
    const layoutOf = (contract: string): Uint8Array => layoutHash(sha256, LAYOUT, contract);
    const messages = [
      new Uint8Array(),
      createSnapshot(sha256, layoutOf("cd".repeat(32)), new Float32Array(8)).bytes,
      createSnapshot(sha256, layout, new Float32Array(8).fill(Number.NaN)).bytes,
    ].map((bytes) => {
      try {
        return openSnapshot(sha256, bytes, {layout, values: 8}).hash;
      } catch (error) {
        return errorLine(error);
      }
    });
    expect(messages).toEqual([
      "PARAMETERS_WRONG_SIZE: a snapshot has not the size of this run's model.",
      "PARAMETERS_LAYOUT_FOREIGN: a snapshot belongs to another model or data contract.",
      "PARAMETERS_NOT_FINITE: a snapshot holds NaN or infinite values.",
    ]);
  });

  it("whose layout differs in any one byte is refused", () => {
    const {bytes} = createSnapshot(sha256, layout, new Float32Array(8));
    for (let place = 0; place < 32; place++) {
      const foreign = bytes.slice();
      foreign[place] = (foreign[place] ?? 0) ^ 1;
      expect(() => openSnapshot(sha256, foreign, {layout, values: 8}), `byte ${place}`).toThrow(
        expect.objectContaining({code: "PARAMETERS_LAYOUT_FOREIGN"}),
      );
    }
  });
});
