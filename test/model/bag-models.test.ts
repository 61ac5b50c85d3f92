import {describe, expect, it} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import {
  type BagModelSpec,
  initialParameters,
  isBagModel,
  layoutOf,
  type Model,
  openBackend,
} from "../../src/model/index.ts";
import {layoutSize} from "../../src/parameters/index.ts";
import {describeBagModels} from "./bag-contract.ts";
import {PRESENT_BACKENDS} from "./present-backends.ts";
import {relativeDistance} from "./reference-model.ts";
import {layBags, sampleBags, type Tiles} from "./sample-bags.ts";
import {valueAt} from "./value-at.ts";

const PAPER_HEAD: BagModelSpec = {
  architecture: "tile-mlp",
  hidden: [512, 256, 256, 128],
  activation: "relu",
  tiles: 16,
};
const ATTENTION: BagModelSpec = {
  architecture: "gated-attention-mil",
  embedding: 32,
  attention: 16,
  tiles: 16,
};

for (const name of PRESENT_BACKENDS) describeBagModels(name);

it("the paper's head on 512 features has the paper's 492,930 parameters", () => {
  expect(layoutSize(layoutOf(PAPER_HEAD, 512))).toBe(492_930);
});

it("models of bags are told from models of rows", () => {
  expect([PAPER_HEAD, ATTENTION].every(isBagModel)).toBe(true);
  expect(isBagModel({architecture: "logistic"})).toBe(false);
  expect(isBagModel({architecture: "mlp", hidden: [4], activation: "relu"})).toBe(false);
});

it.each([
  {name: "the paper's head", spec: PAPER_HEAD, width: 512},
  {name: "gated attention", spec: ATTENTION, width: 64},
])("all backends agree to 1e-4 on $name", async ({spec, width}) => {
  const parameters = initialParameters(spec, width, 5);
  const {bags, labels} = sampleBags({n: 3, most: 16, width, seed: 5});
  const batch = layBags(bags, labels, 16);
  const results = [];
  for (const name of PRESENT_BACKENDS) {
    const {backend} = await openBackend(name);
    const gradient = new Float32Array(parameters.length);
    const model = backend.build(spec, width);
    const loss = model.lossAndGradient(parameters, batch, gradient);
    results.push({name, loss, gradient, scores: model.predict(parameters, batch)});
    backend.close();
  }
  const [first, ...others] = results;
  expect(others.length).toBeGreaterThan(0);
  for (const {name, loss, gradient, scores} of others) {
    expect(Math.abs(loss - (first?.loss ?? Number.NaN)), name).toBeLessThan(1e-6);
    expect(relativeDistance(gradient, first?.gradient ?? []), name).toBeLessThan(1e-4);
    expect(relativeDistance(scores, first?.scores ?? []), name).toBeLessThan(1e-4);
  }
});

/** Bags of 12 standard normal tiles; in those of label 1 tile 5 and sometimes tile 8 are moved along one direction. */
function toyBags(count: number, seed: number): {bags: Tiles[]; labels: Uint8Array; signals: number[][]} {
  const random = createRandom({seed, site: "test", round: 0, purpose: "toy bags"});
  const labels = Uint8Array.from({length: count}, (_, bag) => bag % 2);
  const signals = [...labels].map((label) => {
    if (label === 0) return [];
    return random.below(2) === 0 ? [5] : [5, 8];
  });
  const bags = signals.map((moved) =>
    Array.from({length: 12}, (_, tile) =>
      Array.from(
        {length: 8},
        (__, column) => random.normal() + (moved.includes(tile) && column < 4 ? 2.5 : 0),
      ),
    ),
  );
  return {bags, labels, signals};
}

function trained(model: Model, spec: BagModelSpec): Float32Array {
  const {bags, labels} = toyBags(64, 1);
  const batch = layBags(bags, labels, 12);
  const parameters = initialParameters(spec, 8, 1);
  const gradient = new Float32Array(parameters.length);
  const velocity = new Float64Array(parameters.length);
  for (let step = 0; step < 150; step++) {
    model.lossAndGradient(parameters, batch, gradient);
    gradient.forEach((slope, index) => {
      velocity[index] = 0.9 * valueAt(velocity, index) + slope;
      parameters[index] = valueAt(parameters, index) - 0.1 * valueAt(velocity, index);
    });
  }
  return parameters;
}

/** Share of the pairs of one bag of each label that are in order. */
function rankedRight(scores: Float32Array, labels: Uint8Array): number {
  const of = (label: number): number[] => [...scores].filter((_, index) => labels[index] === label);
  const pairs = of(1).flatMap((yes) => of(0).map((no) => Number(yes > no)));
  return pairs.reduce((sum, right) => sum + right, 0) / pairs.length;
}

describe("a signal in one or two of twelve tiles", () => {
  it("is learned by gated attention, which ranks those tiles first", async () => {
    const spec: BagModelSpec = {architecture: "gated-attention-mil", embedding: 16, attention: 8, tiles: 12};
    const {backend} = await openBackend("wasm");
    const model = backend.build(spec, 8);
    const parameters = trained(model, spec);
    const {bags, labels, signals} = toyBags(100, 2);
    const scores = model.predict(parameters, layBags(bags, labels, 12));
    let found = 0;
    bags.forEach((bag, index) => {
      const {attention} = model.explain(parameters, {n: 12, d: 8, values: Float32Array.from(bag.flat())});
      const order = [...(attention ?? [])].map((_, tile) => tile);
      order.sort((left, right) => valueAt(attention ?? [], right) - valueAt(attention ?? [], left));
      const signal = signals[index] ?? [];
      if (signal.length > 0 && order.slice(0, signal.length).every((tile) => signal.includes(tile))) found++;
    });
    backend.close();
    expect(rankedRight(scores, labels)).toBeGreaterThan(0.95);
    expect(found).toBeGreaterThanOrEqual(45);
  });

  it("raises the scores of those tiles in the tile network", async () => {
    const spec: BagModelSpec = {architecture: "tile-mlp", hidden: [16, 8], activation: "relu", tiles: 12};
    const {backend} = await openBackend("wasm");
    const model = backend.build(spec, 8);
    const parameters = trained(model, spec);
    const {bags, labels} = toyBags(100, 2);
    const scores = model.predict(parameters, layBags(bags, labels, 12));
    const values = Float32Array.from(bags.filter((_, index) => labels[index] === 1).flat(2));
    const tiles = model.explain(parameters, {n: values.length / 8, d: 8, values}).scores;
    backend.close();
    const mean = (at: (tile: number) => boolean): number => {
      const chosen = [...tiles].filter((_, index) => at(index % 12));
      return chosen.reduce((sum, score) => sum + score, 0) / chosen.length;
    };
    expect(rankedRight(scores, labels)).toBeGreaterThan(0.85);
    expect(mean((tile) => tile === 5)).toBeGreaterThan(mean((tile) => tile !== 5 && tile !== 8) + 0.1);
  });
});
