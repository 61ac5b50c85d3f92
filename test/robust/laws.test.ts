import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {createRandom, permutation} from "../../src/core/index.ts";
import {applyRobustRule, leastVectors, type RobustRule} from "../../src/robust/index.ts";
import {runs} from "../setup/thorough.ts";
import {clustersFor, distance, meanOf, VARIANTS} from "./clusters.ts";

const named = VARIANTS.map((variant) => {
  const before = [
    ...(variant.adaptiveClipping ? ["adaptive clipping"] : []),
    ...(variant.nearestNeighbours ? ["nearest neighbours"] : []),
  ];
  return {name: [...before, variant.rule].join(", "), variant};
});
const answer = (rule: RobustRule, vectors: readonly Float64Array[]): Float64Array =>
  applyRobustRule(rule, vectors, 0).values;

/** Runs of a law that holds for vectors anywhere. */
const RUNS = runs(25, 100);
const CLUSTER_RUNS = runs(75, 300);

const shift = fc.double({min: -10, max: 10, noNaN: true});

/** The bytes of an array, which are compared much faster than its values. */
const hexOf = ({buffer, byteOffset, byteLength}: Float32Array | Float64Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString("hex");

function randomVectors(seed: number, count: number, values: number): readonly Float64Array[] {
  const random = createRandom({seed, site: "", round: 0, purpose: "vectors"});
  return Array.from({length: count}, () => Float64Array.from({length: values}, () => random.normal()));
}

describe.each(named)("$name", ({variant}) => {
  it(`is within 0.5 of the honest mean, wherever the bad vectors lie (${CLUSTER_RUNS} clusters)`, () => {
    fc.assert(
      fc.property(clustersFor(variant.rule), ({faulty, vectors, honest}) => {
        expect(distance(answer({...variant, faulty}, vectors), meanOf(vectors, honest))).toBeLessThan(0.5);
      }),
      {numRuns: CLUSTER_RUNS},
    );
  });

  it("is within 0.5 of 1 when all but one vector are 1 and that is 100", () => {
    const count = leastVectors({rule: variant.rule, faulty: 1});
    const vectors = Array.from({length: count}, (_, index) => Float64Array.of(index === count - 1 ? 100 : 1));
    expect(Math.abs((answer({...variant, faulty: 1}, vectors)[0] ?? 0) - 1)).toBeLessThan(0.5);
  });

  it("is as near when the bad vectors are as long as binary32 can say", () => {
    const count = leastVectors({rule: variant.rule, faulty: 2}) + 2;
    const vectors = Array.from({length: count}, (_, index) =>
      Float64Array.of(index < 2 ? 1 : index / 100, index < count - 2 ? 1 : (-1) ** index * 3.4e38),
    );
    expect(distance(answer({...variant, faulty: 2}, vectors), Float64Array.of(1, 1))).toBeLessThan(1.5);
  });

  it(`moves with its vectors, but for clipping about the common snapshot, which stays where it is (${RUNS} times)`, () => {
    if (variant.rule === "centred-clipping" || variant.adaptiveClipping) return;
    fc.assert(
      fc.property(fc.nat(), shift, (seed, by) => {
        const vectors = randomVectors(seed, 9, 4);
        const moved = vectors.map((vector) => vector.map((value) => value + by));
        const expected = answer({...variant, faulty: 2}, vectors).map((value) => value + by);
        expect(distance(answer({...variant, faulty: 2}, moved), expected)).toBeLessThan(1e-9);
      }),
      {numRuns: RUNS},
    );
  });

  it(`grows with its vectors, to the bit when they double (${RUNS} times)`, () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const vectors = randomVectors(seed, 9, 4);
        const doubled = vectors.map((vector) => vector.map((value) => 2 * value));
        const expected = answer({...variant, faulty: 2}, vectors).map((value) => 2 * value);
        expect(answer({...variant, faulty: 2}, doubled)).toEqual(expected);
      }),
      {numRuns: RUNS},
    );
  });

  it("is the vector that all are", () => {
    const vectors = Array.from({length: 9}, () => Float64Array.of(3, -1.5, 0));
    const {values, verdicts} = applyRobustRule({...variant, faulty: 2}, vectors, 0);
    expect(distance(values, Float64Array.of(3, -1.5, 0))).toBeLessThan(1e-12);
    expect(verdicts.some(({verdict}) => verdict === "clipped")).toBe(false);
  });

  it("gives the same bytes from binary32 as from the same numbers in binary64, and leaves both as they were", () => {
    const vectors = randomVectors(1, 9, 5000).map((vector) => Float32Array.from(vector));
    const copies = vectors.map((vector) => vector.slice());
    const rule = {...variant, faulty: 2};
    const from32 = applyRobustRule(rule, vectors, 0);
    expect(vectors.map(hexOf)).toEqual(copies.map(hexOf));
    const from64 = applyRobustRule(
      rule,
      vectors.map((vector) => Float64Array.from(vector)),
      0,
    );
    expect(hexOf(from64.values)).toBe(hexOf(from32.values));
    expect(from64.verdicts).toEqual(from32.verdicts);
  });
});

/** Krum's scores of rows mixed of the same neighbours are equal but for rounding, which decides between them. */
const unordered = named.filter(({variant}) => !(variant.nearestNeighbours && variant.rule.endsWith("krum")));

describe.each(unordered)("$name", ({variant}) => {
  it(`does not depend on the order of the vectors, and its verdicts go with them (${RUNS} orders)`, () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const rule = {...variant, faulty: 2};
        const vectors = randomVectors(seed, 9, 4);
        const random = createRandom({seed, site: "", round: 0, purpose: "order"});
        const order = [...permutation(random, vectors.length)];
        const before = applyRobustRule(rule, vectors, 0);
        const moved = order.map((index) => vectors[index] ?? new Float64Array(0));
        const after = applyRobustRule(rule, moved, order.indexOf(0));
        expect(distance(after.values, before.values)).toBeLessThan(1e-9);
        // Which of two mixed rows lies further out is likewise rounding's choice.
        if (rule.nearestNeighbours) return;
        const kinds = before.verdicts.map(({verdict}) => verdict);
        expect(after.verdicts.map(({verdict}) => verdict)).toEqual(order.map((index) => kinds[index]));
      }),
      {numRuns: RUNS},
    );
  });
});
