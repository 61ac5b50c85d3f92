import type * as Tfjs from "@tensorflow/tfjs-core";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {expectSame, openWasmAndCpu, type WasmAndCpu} from "./wasm-and-cpu.ts";

type Pair = [number, number];
type Shape4 = [number, number, number, number];
type Shape5 = [number, number, number, number, number];
type Pad = "same" | "valid";

const PADS: readonly Pad[] = ["same", "valid"];

/** Images, filter and stride: odd sizes, batches, strides beyond the filter and remainders that no result meets. */
const IMAGES: readonly {readonly x: Shape4; readonly filter: Shape4; readonly stride: number | Pair}[] = [
  {x: [1, 7, 7, 1], filter: [3, 3, 1, 1], stride: 1},
  {x: [2, 9, 8, 3], filter: [3, 3, 3, 5], stride: 1},
  {x: [2, 9, 8, 3], filter: [3, 3, 3, 5], stride: 2},
  {x: [3, 10, 11, 2], filter: [3, 2, 2, 4], stride: 3},
  {x: [2, 11, 7, 4], filter: [5, 3, 4, 2], stride: [2, 1]},
  {x: [2, 7, 9, 3], filter: [1, 1, 3, 6], stride: 1},
  {x: [2, 8, 5, 3], filter: [1, 1, 3, 2], stride: 2},
  {x: [1, 8, 9, 2], filter: [2, 2, 2, 3], stride: 3},
  {x: [4, 5, 5, 17], filter: [4, 4, 17, 9], stride: 1},
];

const DEPTHWISE: readonly {
  readonly x: Shape4;
  readonly filter: Shape4;
  readonly stride: number | Pair;
}[] = [
  {x: [1, 7, 7, 1], filter: [3, 3, 1, 1], stride: 1},
  {x: [2, 9, 8, 5], filter: [3, 3, 5, 1], stride: 1},
  {x: [2, 9, 8, 5], filter: [3, 3, 5, 1], stride: 2},
  {x: [3, 10, 11, 3], filter: [3, 2, 3, 2], stride: 3},
  {x: [2, 12, 9, 4], filter: [5, 3, 4, 3], stride: [1, 2]},
  {x: [2, 8, 5, 3], filter: [1, 1, 3, 2], stride: 2},
];

const VOLUMES: readonly {
  readonly x: Shape5;
  readonly filter: Shape5;
  readonly stride: number | [number, number, number];
}[] = [
  {x: [1, 5, 5, 5, 1], filter: [3, 3, 3, 1, 1], stride: 1},
  {x: [2, 5, 6, 7, 3], filter: [3, 2, 3, 3, 4], stride: 1},
  {x: [2, 7, 6, 5, 2], filter: [3, 3, 3, 2, 3], stride: 2},
  {x: [1, 8, 7, 6, 2], filter: [2, 3, 1, 2, 3], stride: [3, 1, 2]},
  {x: [2, 4, 3, 5, 3], filter: [1, 1, 1, 3, 2], stride: 2},
];

describe("convolutions on wasm", () => {
  let both: WasmAndCpu;
  beforeAll(async () => {
    both = await openWasmAndCpu();
  });
  afterAll(() => both.close());

  /** The gradients by `x` and `filter` of a weighted sum of the results, with weights that no symmetry hides behind. */
  const gradients = <T extends Tfjs.Tensor>(
    sample: (shape: readonly number[]) => Tfjs.Tensor,
    forward: (x: T, filter: T) => Tfjs.Tensor,
    [x, filter]: readonly [T, T],
  ): Tfjs.Tensor[] => {
    const {tf} = both;
    const weights = sample(forward(x, filter).shape);
    return tf.grads((...inputs: Tfjs.Tensor[]) => {
      const [images = x, taps = filter] = inputs;
      return tf.sum(tf.mul(forward(images as T, taps as T), weights));
    })([x, filter]);
  };

  it.each(PADS)("have the cpu's gradients by images and filter, padding %s", (pad) => {
    for (const {x, filter, stride} of IMAGES) {
      const name = `[${x.join(", ")}] by [${filter.join(", ")}], stride ${stride}`;
      expectSame(both, name, (tf, sample) => {
        const inputs = [
          tf.reshape<Tfjs.Rank.R4>(sample(x), x),
          tf.reshape<Tfjs.Rank.R4>(sample(filter), filter),
        ] as const;
        return gradients<Tfjs.Tensor4D>(sample, (a, b) => tf.conv2d(a, b, stride, pad), inputs);
      });
    }
  });

  it("have them with explicit padding, less and more than the filter reaches", () => {
    const pads: Parameters<typeof Tfjs.conv2d>[3][] = [
      [
        [0, 0],
        [2, 0],
        [0, 1],
        [0, 0],
      ],
      [
        [0, 0],
        [3, 4],
        [5, 3],
        [0, 0],
      ],
    ];
    for (const pad of pads) {
      for (const stride of [1, 2]) {
        expectSame(both, `${JSON.stringify(pad)}, stride ${stride}`, (tf, sample) => {
          const inputs = [
            tf.reshape<Tfjs.Rank.R4>(sample([2, 7, 6, 3]), [2, 7, 6, 3]),
            tf.reshape<Tfjs.Rank.R4>(sample([3, 3, 3, 4]), [3, 3, 3, 4]),
          ] as const;
          return gradients<Tfjs.Tensor4D>(
            sample,
            (a, b) => tf.conv2d(a, b, stride, pad, "NHWC", 1, "floor"),
            inputs,
          );
        });
      }
    }
  });

  it.each(PADS)("have them when depthwise, padding %s", (pad) => {
    for (const {x, filter, stride} of DEPTHWISE) {
      const name = `[${x.join(", ")}] by [${filter.join(", ")}], stride ${stride}`;
      expectSame(both, name, (tf, sample) => {
        const images = tf.reshape<Tfjs.Rank.R4>(sample(x), x);
        const taps = tf.reshape<Tfjs.Rank.R4>(sample(filter), filter);
        const dy = sample(tf.depthwiseConv2d(images, taps, stride, pad).shape);
        const strides = typeof stride === "number" ? [stride, stride] : stride;
        const attributes = {strides, pad, dilations: [1, 1]};
        const run = (kernelName: string, inputs: Record<string, Tfjs.Tensor>, own: Tfjs.NamedAttrMap) =>
          tf.engine().runKernel<Tfjs.Tensor>(kernelName, inputs, {...attributes, ...own});
        return [
          run("DepthwiseConv2dNativeBackpropInput", {dy, filter: taps}, {inputShape: x}),
          run("DepthwiseConv2dNativeBackpropFilter", {x: images, dy}, {filterShape: filter}),
        ];
      });
    }
  });

  it.each(PADS)("have them for volumes, padding %s, which are convolved alike", (pad) => {
    for (const {x, filter, stride} of VOLUMES) {
      const name = `[${x.join(", ")}] by [${filter.join(", ")}], stride ${stride}`;
      expectSame(both, name, (tf, sample) => {
        const inputs = [
          tf.reshape<Tfjs.Rank.R5>(sample(x), x),
          tf.reshape<Tfjs.Rank.R5>(sample(filter), filter),
        ] as const;
        const forward = (a: Tfjs.Tensor5D, b: Tfjs.Tensor5D) => tf.conv3d(a, b, stride, pad);
        return [forward(...inputs), ...gradients<Tfjs.Tensor5D>(sample, forward, inputs)];
      });
    }
  });
});

describe("networks on wasm", () => {
  let both: WasmAndCpu;
  beforeAll(async () => {
    both = await openWasmAndCpu();
  });
  afterAll(() => both.close());

  it("have the cpu's gradients by every weight, through convolutions, pooling and a dense layer", () => {
    expectSame(both, "separable network", (tf, sample) => {
      const images = tf.reshape<Tfjs.Rank.R4>(sample([3, 13, 12, 3]), [3, 13, 12, 3]);
      const shapes: Shape4[] = [
        [3, 3, 3, 6],
        [3, 3, 6, 1],
        [1, 1, 6, 8],
      ];
      // Small enough that tanh is nowhere 1 in f32: where it is, the pooling has ties, and each backend its own choice.
      const filters = shapes.map((shape) => tf.mul(sample(shape), 0.1));
      const dense = sample([3 * 3 * 8, 2]);
      return tf.grads((...weights: Tfjs.Tensor[]) => {
        const [full, deep, point, last] = weights as [
          Tfjs.Tensor4D,
          Tfjs.Tensor4D,
          Tfjs.Tensor4D,
          Tfjs.Tensor2D,
        ];
        const first = tf.relu(tf.conv2d(images, full, 2, "same"));
        const second = tf.tanh(tf.separableConv2d(first, deep, point, 1, "same"));
        const pooled = tf.maxPool(second, 2, 2, "valid");
        return tf.sum(tf.softplus(tf.matMul(tf.reshape(pooled, [3, -1]), last)));
      })([...filters, dense]);
    });
  });

  it("have them through a convolution of volumes", () => {
    expectSame(both, "volumes", (tf, sample) => {
      const volumes = tf.reshape<Tfjs.Rank.R5>(sample([2, 7, 8, 9, 1]), [2, 7, 8, 9, 1]);
      const filters = [sample([3, 3, 3, 1, 4]), tf.mul(sample([3, 3, 3, 4, 3]), 0.2)];
      return tf.grads((...weights: Tfjs.Tensor[]) => {
        const [first, second] = weights as [Tfjs.Tensor5D, Tfjs.Tensor5D];
        const hidden = tf.relu(tf.conv3d(volumes, first, 2, "same"));
        return tf.sum(tf.square(tf.mean(tf.conv3d(hidden, second, 1, "valid"), [1, 2, 3])));
      })(filters);
    });
  });

  it("have them through a transposed convolution and one of signals", () => {
    expectSame(both, "transposed and one-dimensional", (tf, sample) => {
      const [up, along] = [sample([3, 3, 4, 5]), sample([3, 9, 2])];
      return tf.grads((...weights: Tfjs.Tensor[]) => {
        const [first, second] = weights as [Tfjs.Tensor4D, Tfjs.Tensor3D];
        const images = tf.reshape<Tfjs.Rank.R4>(sample([2, 4, 5, 5]), [2, 4, 5, 5]);
        const larger = tf.conv2dTranspose(images, first, [2, 8, 9, 4], 2, "same");
        const signals = tf.reshape<Tfjs.Rank.R3>(larger, [2, 32, 9]);
        return tf.sum(tf.square(tf.conv1d(signals, second, 2, "same")));
      })([up, along]);
    });
  });
});

describe("the largest of a window on wasm", () => {
  it("takes the cpu's gradient, where all values are negative and where they are equal too", async () => {
    const both = await openWasmAndCpu();
    const sizes = [
      {shape: [2, 8, 6, 3], size: 2, stride: 2},
      {shape: [1, 7, 9, 2], size: 3, stride: 1},
      {shape: [2, 9, 8, 4], size: 2, stride: 3},
    ] as const;
    for (const {shape, size, stride} of sizes) {
      for (const pad of PADS) {
        expectSame(both, `[${shape.join(", ")}], size ${size}, stride ${stride}, ${pad}`, (tf, sample) => {
          const x = tf.round(tf.sub(tf.mul(sample(shape), 2), 3));
          const pooled = (images: Tfjs.Tensor) => tf.maxPool(images as Tfjs.Tensor4D, size, stride, pad);
          const weights = sample(pooled(x).shape);
          const volume = tf.sub(sample([...shape.slice(0, 3), 4, shape[3]]), 2);
          const pooled3d = (volumes: Tfjs.Tensor) =>
            tf.maxPool3d(volumes as Tfjs.Tensor5D, size, stride, pad);
          return [
            pooled(x),
            pooled3d(volume),
            tf.grad((images) => tf.sum(tf.mul(pooled(images), weights)))(x),
            tf.grad((volumes) => tf.sum(tf.square(pooled3d(volumes))))(volume),
          ];
        });
      }
    }
    expect(both.tf.memory().numTensors).toBe(0);
    both.close();
  });
});

describe("the sum of segments on wasm", () => {
  it("is the cpu's, and leaves out rows of no segment", async () => {
    const both = await openWasmAndCpu();
    for (const shape of [[7], [7, 3], [7, 2, 5]]) {
      expectSame(both, `[${shape.join(", ")}]`, (tf, sample) => [
        tf.unsortedSegmentSum(sample(shape), tf.tensor1d([4, 0, 1, -1, 5, 1, 4], "int32"), 5),
      ]);
    }
    expectSame(both, "gradient of a gather", (tf, sample) => {
      const weights = sample([5, 4]);
      const indices = tf.tensor1d([3, 0, 3, 2, 3], "int32");
      return [tf.grad((x) => tf.sum(tf.mul(tf.gather(x, indices), weights)))(sample([6, 4]))];
    });
    expect(both.tf.memory().numTensors).toBe(0);
    both.close();
  });
});
