import fc from "fast-check";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import {
  type ComputeBackend,
  type Examples,
  initialParameters,
  layoutOf,
  openBackend,
} from "../../src/model/index.ts";
import {partialLikelihood} from "../../src/model/partial-likelihood.ts";
import {matrixSource} from "../../src/training/index.ts";
import {centralDifferences} from "./central-differences.ts";
import {PRESENT_BACKENDS} from "./present-backends.ts";
import {relativeDistance} from "./reference-model.ts";
import {sampleBatch} from "./sample-batch.ts";
import {valueAt} from "./value-at.ts";

const COX = {architecture: "cox"} as const;
const WIDTH = 5;

/** FLamby's loss, term by term as its description says, by plain exponentials. */
function termByTerm(scores: ArrayLike<number>, times: readonly number[], events: ArrayLike<number>): number {
  const order = times.map((_, row) => row).toSorted((a, b) => valueAt(times, b) - valueAt(times, a));
  let sum = 0;
  order.forEach((row, place) => {
    if (place === 0 || events[row] !== 1) return;
    const own = valueAt(scores, row);
    const risk = order
      .slice(0, place + 1)
      .reduce((total, at) => total + Math.exp(valueAt(scores, at) - own), 0);
    sum += Math.log(risk);
  });
  return sum / times.length;
}

const survivals = fc
  .array(fc.record({time: fc.nat(8), event: fc.nat(1), score: fc.double({min: -5, max: 5, noNaN: true})}), {
    minLength: 1,
    maxLength: 20,
  })
  .map((rows) => ({
    scores: rows.map(({score}) => score),
    times: rows.map(({time}) => time),
    events: rows.map(({event}) => event),
  }));

function batchOf(n: number, seed: number): Examples & {readonly times: Float64Array} {
  const random = createRandom({seed, site: "test", round: 0, purpose: "times"});
  return {...sampleBatch(n, WIDTH, seed), times: Float64Array.from({length: n}, () => random.below(n))};
}

describe("the partial likelihood", () => {
  it("is log 2 for two patients of equal risk, of whom the first to die is known", () => {
    const {loss, gradient} = partialLikelihood([0, 0], {times: [1, 2], events: [1, 0]});
    expect(loss).toBeCloseTo(Math.LN2 / 2, 15);
    expect([...gradient]).toEqual([-0.25, 0.25]);
  });

  it("is FLamby's sum over events, ties in time included", () => {
    fc.assert(
      fc.property(survivals, ({scores, times, events}) => {
        expect(partialLikelihood(scores, {times, events}).loss).toBeCloseTo(
          termByTerm(scores, times, events),
          10,
        );
      }),
    );
  });

  it("has the gradient of central differences, which sums to 0", () => {
    fc.assert(
      fc.property(survivals, ({scores, times, events}) => {
        const {gradient} = partialLikelihood(scores, {times, events});
        const expected = centralDifferences(scores, (moved) => termByTerm(moved, times, events));
        gradient.forEach((slope, row) => expect(slope, `row ${row}`).toBeCloseTo(valueAt(expected, row), 6));
        expect(gradient.reduce((sum, slope) => sum + slope, 0)).toBeCloseTo(0, 6);
      }),
    );
  });

  it("stays finite where exponentials do not, and does not see a shift of all scores", () => {
    const times = [4, 3, 2, 1];
    const events = [1, 1, 0, 1];
    const large = partialLikelihood([2000, -3000, 1e6, 900], {times, events});
    expect(large.loss).toBe((5000 + 1e6 - 900) / 4);
    expect([...large.gradient]).toEqual([0.25, -0.25, 0.25, -0.25]);
    const scores = [0.5, -1, 2, 0.25];
    const shifted = partialLikelihood(
      scores.map((score) => score + 4096),
      {times, events},
    );
    const unshifted = partialLikelihood(scores, {times, events});
    expect(shifted.loss).toBeCloseTo(unshifted.loss, 10);
    expect(relativeDistance(shifted.gradient, unshifted.gradient)).toBeLessThan(1e-6);
  });

  it("is 0 without an event", () => {
    expect(partialLikelihood([3, 1], {times: [1, 2], events: [0, 0]})).toEqual({
      loss: 0,
      gradient: new Float32Array(2),
    });
  });
});

describe("proportional hazards", () => {
  const opened: ComputeBackend[] = [];
  beforeAll(async () => {
    for (const name of PRESENT_BACKENDS) opened.push((await openBackend(name)).backend);
  });
  afterAll(() => {
    for (const backend of opened) backend.close();
  });

  it("have one weight a feature and no intercept, begun within 1/sqrt(features)", () => {
    expect(layoutOf(COX, 39)).toEqual({tensors: [{name: "risk.weight", shape: [39, 1]}]});
    const initial = initialParameters(COX, 39, 42);
    expect(Math.max(...initial.map(Math.abs)) * Math.sqrt(39)).toBeLessThanOrEqual(1);
  });

  it("have the gradient of central differences, in the same bytes on every backend", () => {
    const parameters = initialParameters(COX, WIDTH, 1);
    const batch = batchOf(30, 1);
    const risks = (at: ArrayLike<number>): number[] =>
      Array.from({length: batch.n}, (_, row) =>
        Array.from(at, (weight, column) => weight * valueAt(batch.values, row * WIDTH + column)).reduce(
          (sum, term) => sum + term,
          0,
        ),
      );
    const lossAt = (at: ArrayLike<number>): number => termByTerm(risks(at), [...batch.times], batch.labels);
    const results = opened.map((backend) => {
      const gradient = new Float32Array(WIDTH);
      const loss = backend.build(COX, WIDTH).lossAndGradient(parameters, batch, gradient);
      return {loss, gradient};
    });
    const [first] = results;
    for (const result of results) expect(result).toEqual(first);
    expect(first?.loss).toBeCloseTo(lossAt(parameters), 6);
    expect(relativeDistance(first?.gradient ?? [], centralDifferences(parameters, lossAt))).toBeLessThan(
      1e-6,
    );
  });

  it("score by the log risk, and explain a row by the same", () => {
    for (const backend of opened) {
      const model = backend.build(COX, 2);
      const rows = {n: 2, d: 2, values: Float32Array.of(1, 2, 3, 4)};
      expect([...model.predict(Float32Array.of(1, -0.5), rows)]).toEqual([0, 1]);
      expect(model.explain(Float32Array.of(1, -0.5), rows)).toEqual({
        attention: null,
        scores: Float32Array.of(0, 1),
      });
    }
  });

  it("need a time for each example", () => {
    const {times: _, ...timeless} = batchOf(4, 2);
    const short = {...batchOf(4, 2), times: new Float64Array(3)};
    for (const backend of opened) {
      const model = backend.build(COX, WIDTH);
      for (const batch of [timeless, short]) {
        expect(() => model.lossAndGradient(new Float32Array(WIDTH), batch, new Float32Array(WIDTH))).toThrow(
          expect.objectContaining({code: "MODEL_WRONG_LENGTH"}),
        );
      }
    }
  });

  it("are given the times of the rows of a batch", () => {
    const source = matrixSource(batchOf(6, 3));
    const all = source.batch(Uint32Array.of(0, 1, 2, 3, 4, 5), 0);
    const some = source.batch(Uint32Array.of(4, 1), 0);
    expect([...(some.times ?? [])]).toEqual([all.times?.[4], all.times?.[1]]);
  });
});
