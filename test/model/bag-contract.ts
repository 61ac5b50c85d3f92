import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {
  type BackendName,
  type BagModelSpec,
  type ComputeBackend,
  type GatedAttentionMilSpec,
  initialParameters,
  openBackend,
  type TileExplanation,
  type Unlabelled,
} from "../../src/model/index.ts";
import {centralDifferences} from "./central-differences.ts";
import {gatedAttention, referenceBagLoss, referenceBagScore} from "./reference-bag-model.ts";
import {relativeDistance} from "./reference-model.ts";
import {layBags, sampleBags} from "./sample-bags.ts";
import {sampleBatch} from "./sample-batch.ts";
import {valueAt} from "./value-at.ts";

const WIDTH = 5;
const ATTENTION: GatedAttentionMilSpec = {
  architecture: "gated-attention-mil",
  embedding: 6,
  attention: 4,
  tiles: 8,
};
const SPECS: {readonly name: string; readonly spec: BagModelSpec}[] = [
  {name: "relu tiles", spec: {architecture: "tile-mlp", hidden: [7, 4], activation: "relu", tiles: 8}},
  {name: "tanh tiles", spec: {architecture: "tile-mlp", hidden: [6], activation: "tanh", tiles: 8}},
  {name: "gated attention", spec: ATTENTION},
];

const sample = (n: number, seed: number) => sampleBags({n, most: 8, width: WIDTH, seed});

const rowsOf = ({n, d, values}: Unlabelled): number[][] =>
  Array.from({length: n}, (_, row) => [...values.subarray(row * d, (row + 1) * d)]);

/** The score of a bag by what its slices explain, as the type's docstring says. */
function scoreOfSlices(slices: readonly TileExplanation[]): number {
  const scores = slices.flatMap((slice) => [...slice.scores]);
  const attention = slices.flatMap((slice) => [...(slice.attention ?? [])]);
  if (attention.length === 0) return scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const total = attention.reduce((sum, logit) => sum + Math.exp(logit), 0);
  const logit = scores.reduce(
    (sum, score, tile) => sum + (Math.exp(valueAt(attention, tile)) / total) * Math.log(score / (1 - score)),
    0,
  );
  return 1 / (1 + Math.exp(-logit));
}

/** What the models of bags must do on every compute backend. */
export function describeBagModels(name: BackendName): void {
  describe(`models of bags on the backend ${name}`, () => {
    let backend: ComputeBackend;
    beforeAll(async () => {
      backend = (await openBackend(name)).backend;
    });
    afterAll(() => backend.close());

    const opened = (spec: BagModelSpec) => {
      const parameters = initialParameters(spec, WIDTH, 3).map((value) => 2 * value);
      return {model: backend.build(spec, WIDTH), parameters, gradient: new Float32Array(parameters.length)};
    };

    it.each(SPECS)("give the loss and the gradient of the textbook: $name", ({spec}) => {
      const {model, parameters, gradient} = opened(spec);
      const {bags, labels} = sample(9, 1);
      const loss = model.lossAndGradient(parameters, layBags(bags, labels, 8), gradient);
      const reference = (at: ArrayLike<number>): number => referenceBagLoss(spec, at, {bags, labels});
      expect(loss).toBeCloseTo(reference(parameters), 5);
      expect(relativeDistance(gradient, centralDifferences(parameters, reference))).toBeLessThan(1e-5);
    });

    it.each(SPECS)("predict the textbook's scores: $name", ({spec}) => {
      const {model, parameters} = opened(spec);
      const {bags, labels} = sample(7, 2);
      const scores = model.predict(parameters, layBags(bags, labels, 8));
      expect(scores.length).toBe(7);
      bags.forEach((bag, index) => {
        const expected = referenceBagScore(spec, parameters, bag);
        expect(scores[index], `bag ${index}`).toBeCloseTo(expected, 6);
      });
    });

    it.each(SPECS)("never read padding: $name", ({spec}) => {
      const {model, parameters, gradient} = opened(spec);
      const {bags, labels} = sample(5, 3);
      const plain = layBags(bags, labels, 8);
      const loss = model.lossAndGradient(parameters, plain, gradient);
      const scores = model.predict(parameters, plain);
      for (const [padding, tiles] of [
        [Number.NaN, 8],
        [Number.POSITIVE_INFINITY, 8],
        [1e30, 8],
        [7, 20],
      ] as const) {
        const padded = layBags(bags, labels, tiles, padding);
        const again = new Float32Array(gradient.length);
        expect(model.lossAndGradient(parameters, padded, again), `${padding}`).toBe(loss);
        expect(again, `${padding}`).toEqual(gradient);
        expect(model.predict(parameters, padded), `${padding}`).toEqual(scores);
      }
    });

    it.each(SPECS)("do not mind the order of a bag's tiles: $name", ({spec}) => {
      const {model, parameters, gradient} = opened(spec);
      const {bags, labels} = sample(5, 4);
      const loss = model.lossAndGradient(parameters, layBags(bags, labels, 8), gradient);
      const turned = layBags(
        bags.map((bag) => bag.toReversed()),
        labels,
        8,
      );
      const again = new Float32Array(gradient.length);
      expect(model.lossAndGradient(parameters, turned, again)).toBeCloseTo(loss, 6);
      expect(relativeDistance(again, gradient)).toBeLessThan(1e-6);
    });

    it.each(SPECS)("do not learn from the number of tiles: $name", ({spec}) => {
      const {model, parameters, gradient} = opened(spec);
      const {bags, labels} = sample(5, 5);
      const batch = layBags(bags, labels, 8);
      const loss = model.lossAndGradient(parameters, batch, gradient);
      const scores = model.predict(parameters, batch);
      // Each bag is repeated another number of times: its score and its share of the loss stay.
      const repeated = layBags(
        bags.map((bag, index) => Array.from({length: 2 + index}, () => bag).flat()),
        labels,
        48,
      );
      const again = new Float32Array(gradient.length);
      expect(model.lossAndGradient(parameters, repeated, again)).toBeCloseTo(loss, 6);
      expect(relativeDistance(again, gradient)).toBeLessThan(1e-6);
      model.predict(parameters, repeated).forEach((score, index) => {
        expect(score, `bag ${index}`).toBeCloseTo(valueAt(scores, index), 6);
      });
    });

    it.each(SPECS)(
      "give per-bag gradients whose mean is the batch's, also of many tiles: $name",
      ({spec}) => {
        const {model, parameters, gradient} = opened(spec);
        const {bags, labels} = sample(3, 6);
        // More tiles than are computed together, so that the batch is cut.
        const long = bags.map((bag) => Array.from({length: 2000}, (_, tile) => bag[tile % bag.length] ?? []));
        const mean = new Float64Array(parameters.length);
        let loss = 0;
        long.forEach((bag, index) => {
          const one = layBags([bag], labels.slice(index, index + 1), 2000);
          loss += model.lossAndGradient(parameters, one, gradient) / 3;
          gradient.forEach((value, at) => {
            mean[at] = valueAt(mean, at) + value / 3;
          });
        });
        const batch = layBags(long, labels, 2000);
        expect(model.lossAndGradient(parameters, batch, gradient)).toBeCloseTo(loss, 6);
        // cpu sums products in f64; the others sum thousands of terms in f32, measured at 2e-5 with and without a cut.
        expect(relativeDistance(gradient, mean)).toBeLessThan(name === "cpu" ? 1e-6 : 1e-4);
      },
    );

    it.each(SPECS)("explain each tile by the score of a patient with that tile alone: $name", ({spec}) => {
      const {model, parameters} = opened(spec);
      const batch = sampleBatch(20, WIDTH, 7);
      const {scores, attention} = model.explain(parameters, batch);
      const alone = layBags(
        rowsOf(batch).map((tile) => [tile]),
        batch.labels,
        1,
      );
      expect(attention === null).toBe(spec.architecture === "tile-mlp");
      model.predict(parameters, alone).forEach((score, row) => {
        expect(scores[row], `tile ${row}`).toBeCloseTo(score, 6);
      });
    });

    it.each(SPECS)("make a large bag's score of its slices: $name", ({spec}) => {
      const {model, parameters} = opened(spec);
      const {n, d, values} = sampleBatch(5000, WIDTH, 7);
      const tiles = rowsOf({n, d, values});
      const slices = [0, 1, 4500].map((start, index) => {
        const end = [1, 4500, n][index] ?? n;
        return model.explain(parameters, {n: end - start, d, values: values.subarray(start * d, end * d)});
      });
      const whole = model.predict(parameters, layBags([tiles], new Uint8Array(1), n))[0] ?? Number.NaN;
      expect(whole).toBeCloseTo(referenceBagScore(spec, parameters, tiles), 6);
      expect(scoreOfSlices(slices)).toBeCloseTo(whole, 6);
    });

    it("give the attention whose softmax the textbook has", () => {
      const {model, parameters} = opened(ATTENTION);
      const batch = sampleBatch(50, WIDTH, 11);
      const attention = model.explain(parameters, batch).attention ?? new Float32Array(0);
      const total = attention.reduce((sum, logit) => sum + Math.exp(logit), 0);
      const {weights} = gatedAttention(ATTENTION, parameters, rowsOf(batch));
      expect(
        relativeDistance(
          attention.map(Math.exp),
          weights.map((weight) => weight * total),
        ),
      ).toBeLessThan(1e-6);
    });

    it.each(SPECS)("change no argument but the gradient, and give the same bytes again: $name", ({spec}) => {
      const {model, parameters, gradient} = opened(spec);
      const {bags, labels} = sample(4, 8);
      const batch = layBags(bags, labels, 8);
      const kept = {parameters: parameters.slice(), values: batch.values.slice(), labels: labels.slice()};
      const loss = model.lossAndGradient(parameters, batch, gradient);
      const first = gradient.slice();
      model.predict(parameters, batch);
      gradient.fill(Number.NaN);
      expect(model.lossAndGradient(parameters, batch, gradient)).toBe(loss);
      expect(gradient).toEqual(first);
      expect({parameters, values: batch.values, labels: batch.labels}).toEqual(kept);
    });

    it.each(SPECS)("keep no tensor: $name", async ({spec}) => {
      const tf = await import("@tensorflow/tfjs-core");
      const {model, parameters, gradient} = opened(spec);
      const {bags, labels} = sample(4, 9);
      const batch = layBags(bags, labels, 8);
      const before = tf.memory();
      for (let step = 0; step < 30; step++) model.lossAndGradient(parameters, batch, gradient);
      model.predict(parameters, batch);
      model.explain(parameters, sampleBatch(3, WIDTH, 9));
      expect(tf.memory().numTensors).toBe(before.numTensors);
      expect(tf.memory().numBytes).toBe(before.numBytes);
    });

    it("refuse what does not fit", () => {
      const {model, parameters, gradient} = opened(ATTENTION);
      const {bags, labels} = sample(4, 10);
      const batch = layBags(bags, labels, 8);
      const code = (action: () => unknown, expected: string): void =>
        expect(action, expected).toThrow(expect.objectContaining({code: expected}));
      const empty = {n: 0, d: WIDTH + 1, values: new Float32Array(0), labels: new Uint8Array(0)};
      const padding = layBags([[[1, 2, 3, 4, 5]], []], new Uint8Array(2), 2);
      code(() => model.lossAndGradient(parameters, empty, gradient), "MODEL_EMPTY_BATCH");
      code(() => model.lossAndGradient(parameters, padding, gradient), "MODEL_EMPTY_BAG");
      code(() => model.predict(parameters, padding), "MODEL_EMPTY_BAG");
      code(() => model.predict(parameters, sampleBatch(2, WIDTH, 1)), "MODEL_WRONG_WIDTH");
      code(() => model.predict(parameters, {...empty, d: 0}), "MODEL_WRONG_WIDTH");
      code(() => model.explain(parameters, sampleBatch(2, WIDTH + 1, 1)), "MODEL_WRONG_WIDTH");
      code(() => model.predict(parameters.slice(1), batch), "MODEL_WRONG_LENGTH");
      code(() => model.predict(parameters, {...batch, n: 5}), "MODEL_WRONG_LENGTH");
      code(() => model.lossAndGradient(parameters, batch, gradient.slice(1)), "MODEL_WRONG_LENGTH");
      code(
        () => model.lossAndGradient(parameters, {...batch, labels: new Uint8Array(3)}, gradient),
        "MODEL_WRONG_LENGTH",
      );
      expect(model.predict(parameters, empty)).toEqual(new Float32Array(0));
      expect(model.explain(parameters, sampleBatch(0, WIDTH, 1))).toEqual({
        attention: new Float32Array(0),
        scores: new Float32Array(0),
      });
    });
  });
}
