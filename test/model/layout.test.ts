import {expect, it} from "vitest";
import {layoutOf, type ModelSpec} from "../../src/model/index.ts";
import {layoutSize} from "../../src/parameters/index.ts";

it("logistic regression is one dense layer", () => {
  expect(layoutOf({architecture: "logistic"}, 13)).toEqual({
    tensors: [
      {name: "dense0.weight", shape: [13, 1]},
      {name: "dense0.bias", shape: [1]},
    ],
  });
});

it("an MLP lies layer by layer, weights before biases", () => {
  const layout = layoutOf({architecture: "mlp", hidden: [64, 32], activation: "relu"}, 30);
  expect(layout.tensors.map(({name, shape}) => `${name} ${shape.join("x")}`)).toEqual([
    "dense0.weight 30x64",
    "dense0.bias 64",
    "dense1.weight 64x32",
    "dense1.bias 32",
    "dense2.weight 32x1",
    "dense2.bias 1",
  ]);
  expect(layoutSize(layout)).toBe(4097);
});

it("a tile network ends in two outputs", () => {
  const layout = layoutOf({architecture: "tile-mlp", hidden: [4], activation: "relu", tiles: 9}, 3);
  expect(layout.tensors.map(({name, shape}) => `${name} ${shape.join("x")}`)).toEqual([
    "dense0.weight 3x4",
    "dense0.bias 4",
    "dense1.weight 4x2",
    "dense1.bias 2",
  ]);
});

it("gated attention lies in the order of the computation", () => {
  const layout = layoutOf(
    {architecture: "gated-attention-mil", embedding: 256, attention: 128, tiles: 9},
    1024,
  );
  expect(layout.tensors.map(({name, shape}) => `${name} ${shape.join("x")}`)).toEqual([
    "embedding.weight 1024x256",
    "embedding.bias 256",
    "attention.tanh.weight 256x128",
    "attention.tanh.bias 128",
    "attention.sigmoid.weight 256x128",
    "attention.sigmoid.bias 128",
    "attention.score.weight 128x1",
    "classifier.weight 256x1",
    "classifier.bias 1",
  ]);
  expect(layoutSize(layout)).toBe(328_577);
});

it.each<[string, ModelSpec, number]>([
  ["no input", {architecture: "logistic"}, 0],
  ["half an input", {architecture: "logistic"}, 1.5],
  ["no hidden layer", {architecture: "mlp", hidden: [], activation: "relu"}, 3],
  [
    "nine hidden layers",
    {architecture: "mlp", hidden: Array.from({length: 9}, () => 2), activation: "relu"},
    3,
  ],
  ["an empty layer", {architecture: "mlp", hidden: [4, 0], activation: "tanh"}, 3],
  ["a tile network of no layer", {architecture: "tile-mlp", hidden: [], activation: "relu", tiles: 2}, 3],
  ["a bag of no tile", {architecture: "tile-mlp", hidden: [2], activation: "relu", tiles: 0}, 3],
  ["no embedding", {architecture: "gated-attention-mil", embedding: 0, attention: 2, tiles: 2}, 3],
  ["half an attention", {architecture: "gated-attention-mil", embedding: 2, attention: 0.5, tiles: 2}, 3],
])("%s cannot be built", (_, spec, inputWidth) => {
  expect(() => layoutOf(spec, inputWidth)).toThrow(expect.objectContaining({code: "MODEL_SPEC_INVALID"}));
});

it.each<[string, ModelSpec, number]>([
  ["two layers of all widths", {architecture: "mlp", hidden: [65_536, 65_536], activation: "relu"}, 10],
  ["tiles of all widths", {architecture: "tile-mlp", hidden: [65_536], activation: "relu", tiles: 1}, 65_536],
  [
    "an attention of all widths",
    {architecture: "gated-attention-mil", embedding: 65_536, attention: 65_536, tiles: 1},
    4,
  ],
])(
  "%s are more values than any site can hold, which is told before anything is made of them",
  (...[, spec, inputWidth]) => {
    expect(() => layoutOf(spec, inputWidth)).toThrow(
      /^a model ".*" of \d+ values is larger than 134217728 values$/,
    );
  },
);
