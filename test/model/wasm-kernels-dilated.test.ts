import type * as Tfjs from "@tensorflow/tfjs-core";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {openWasmAndCpu, type WasmAndCpu} from "./wasm-and-cpu.ts";

type Shape4 = [number, number, number, number];

const SHAPES: {readonly x: Shape4; readonly filter: Shape4; readonly dilation: number}[] = [
  {x: [2, 11, 12, 6], filter: [3, 3, 6, 1], dilation: 2},
  {x: [2, 11, 12, 2], filter: [2, 3, 2, 2], dilation: 3},
];

describe("a dilated depthwise convolution on wasm", () => {
  let both: WasmAndCpu;
  beforeAll(async () => {
    both = await openWasmAndCpu();
  });
  afterAll(() => both.close());

  // The cpu's gradients know no dilation. The results are linear in the images and in the filter, hence the law.
  it.each(["same", "valid"] as const)("keeps <dy, y> = <dx, x> = <dw, w>, padding %s", (pad) => {
    const {tf} = both;
    void tf.setBackend("wasm");
    for (const {x, filter, dilation} of SHAPES) {
      const products = tf.tidy(() => {
        const images = tf.randomNormal<Tfjs.Rank.R4>(x, 0, 1, "float32", 1);
        const taps = tf.randomNormal<Tfjs.Rank.R4>(filter, 0, 1, "float32", 2);
        const y = tf.depthwiseConv2d(images, taps, 1, pad, "NHWC", dilation);
        const dy = tf.randomNormal(y.shape, 0, 1, "float32", 3);
        const attributes = {strides: [1, 1], pad, dilations: [dilation, dilation]};
        const run = (kernelName: string, inputs: Record<string, Tfjs.Tensor>, shape: Tfjs.NamedAttrMap) =>
          tf.engine().runKernel<Tfjs.Tensor>(kernelName, inputs, {...attributes, ...shape});
        const dx = run("DepthwiseConv2dNativeBackpropInput", {dy, filter: taps}, {inputShape: x});
        const dw = run("DepthwiseConv2dNativeBackpropFilter", {x: images, dy}, {filterShape: filter});
        const product = (left: Tfjs.Tensor, right: Tfjs.Tensor): number =>
          tf.sum(tf.mul(left, right)).dataSync<"float32">()[0] ?? Number.NaN;
        return {results: product(dy, y), images: product(dx, images), filter: product(dw, taps)};
      });
      expect(products.images / products.results, `dilation ${dilation}, images`).toBeCloseTo(1, 4);
      expect(products.filter / products.results, `dilation ${dilation}, filter`).toBeCloseTo(1, 4);
    }
  });
});
