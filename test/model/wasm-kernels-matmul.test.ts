import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {openBackend} from "../../src/model/index.ts";
import {expectSame, openWasmAndCpu, type WasmAndCpu} from "./wasm-and-cpu.ts";

/** `[m, k, n]`: below and above where the plain loop gives way to XNNPACK, odd sizes, rows and columns. */
const SIZES = [
  [1, 1, 1],
  [3, 5, 2],
  [1, 65, 33],
  [40, 65, 33],
  [97, 1, 101],
  [128, 200, 1],
  [65, 130, 97],
] as const;

const TRANSPOSES = [
  {transposeA: false, transposeB: false},
  {transposeA: true, transposeB: false},
  {transposeA: false, transposeB: true},
  {transposeA: true, transposeB: true},
];

/** Batch of the left and of the right. */
const BATCHES = [
  [[], []],
  [[1], [1]],
  [[3], [3]],
  [[3], []],
  [[3], [1]],
  [[1], [4]],
  [
    [2, 3],
    [2, 3],
  ],
] as const;

const stored = (rows: number, columns: number, isTransposed: boolean): number[] =>
  isTransposed ? [columns, rows] : [rows, columns];

describe("the matrix product on wasm", () => {
  let both: WasmAndCpu;
  beforeAll(async () => {
    both = await openWasmAndCpu();
  });
  afterAll(() => both.close());

  it.each(TRANSPOSES)("is the cpu's, and so is its gradient, for %o", ({transposeA, transposeB}) => {
    for (const [m, k, n] of SIZES) {
      const name = `[${m}, ${k}] by [${k}, ${n}]`;
      expectSame(both, name, (tf, sample) => {
        const [a, b] = [sample(stored(m, k, transposeA)), sample(stored(k, n, transposeB))];
        const weights = sample([m, n]);
        const gradients = tf.grads((x, y) =>
          tf.sum(tf.mul(tf.matMul(x, y, transposeA, transposeB), weights)),
        );
        return [tf.matMul(a, b, transposeA, transposeB), ...gradients([a, b])];
      });
    }
  });

  it.each(TRANSPOSES)("takes a batch on either side or both for %o", ({transposeA, transposeB}) => {
    for (const [batchA, batchB] of BATCHES) {
      for (const [m, k, n] of [
        [2, 3, 4],
        [33, 40, 35],
      ] as const) {
        const shapeA = [...batchA, ...stored(m, k, transposeA)];
        const shapeB = [...batchB, ...stored(k, n, transposeB)];
        expectSame(both, `[${shapeA.join(", ")}] by [${shapeB.join(", ")}]`, (tf, sample) => [
          tf.matMul(sample(shapeA), sample(shapeB), transposeA, transposeB),
        ]);
      }
    }
  });

  it("has the gradient of a batch of matrices", () => {
    expectSame(both, "batched gradient", (tf, sample) => {
      const gradients = tf.grads((a, b) => tf.sum(tf.square(tf.matMul(a, b))));
      return gradients([sample([3, 40, 33]), sample([3, 33, 37])]);
    });
  });

  it("multiplies the same data under another shape as what it is now", () => {
    expectSame(both, "reshaped", (tf, sample) => {
      const data = sample([30, 70]);
      return [[30, 70] as const, [70, 30] as const, [30, 70] as const].map(([rows, columns]) =>
        tf.matMul(sample([50, rows]), tf.reshape(data, [rows, columns])),
      );
    });
  });

  it("refuses matrices that do not fit, and numbers that are no floats", () => {
    const {tf} = both;
    void tf.setBackend("wasm");
    tf.tidy(() => {
      expect(() => tf.matMul(tf.ones([40, 50]), tf.ones([60, 70]))).toThrow("inner shapes");
      expect(() => tf.matMul(tf.ones([40, 50]), tf.ones([60, 70]), true, true)).toThrow("inner shapes");
    });
  });

  it("stays registered once when the backend is opened twice and opened again", async () => {
    const {tf} = both;
    const registered = () => tf.getKernelsForBackend("wasm").map(({kernelFunc}) => kernelFunc);
    const before = registered();
    (await openBackend("wasm")).backend.close();
    expect(registered()).toEqual(before);
    both.close();
    both = await openWasmAndCpu();
    expect(registered()).toEqual(before);
    expectSame(both, "after the backend was opened again", (_, sample) => [
      tf.matMul(sample([40, 65]), sample([40, 33]), true),
    ]);
  });
});
