import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import {clipLongest} from "../../src/robust/adaptive-clipping.ts";
import {rowsOf} from "../../src/robust/rows.ts";

const counts = fc
  .record({
    faulty: fc.nat({max: 5}),
    spare: fc.nat({max: 5}),
    seed: fc.nat(),
    values: fc.integer({min: 1, max: 200}),
  })
  .map(({spare, ...rest}) => ({...rest, count: 2 * rest.faulty + 1 + spare}));

/** Vectors of very different lengths. */
function vectorsOf({seed, count, values}: {seed: number; count: number; values: number}) {
  const random = createRandom({seed, site: "", round: 0, purpose: "vectors"});
  return Array.from({length: count}, () => {
    const length = Math.exp(3 * random.normal());
    return Float64Array.from({length: values}, () => length * random.normal());
  });
}

const norm = (vector: Float64Array): number => Math.hypot(...vector);

function shortenedOf(vectors: readonly Float64Array[], faulty: number) {
  const {rows, factors} = clipLongest(rowsOf(vectors), faulty);
  const read = vectors.map((vector) => new Float64Array(vector.length));
  rows.read(0, read);
  return {read, factors};
}

describe("adaptive clipping", () => {
  it("lets nobody be longer than the (k + 1)-th longest, and shortens no other than the k longest", () => {
    fc.assert(
      fc.property(counts, ({faulty, ...shape}) => {
        const vectors = vectorsOf(shape);
        const {read, factors} = shortenedOf(vectors, faulty);
        const descending = vectors.map(norm).sort((a, b) => b - a);
        const clipped = Math.floor((2 * faulty * (vectors.length - faulty)) / vectors.length);
        const bound = descending[clipped] ?? Number.NaN;
        expect(factors.filter((factor) => factor < 1)).toHaveLength(clipped);
        read.forEach((row, index) => {
          const [vector, factor] = [vectors[index] ?? row, factors[index] ?? 1];
          expect(norm(row) / Math.min(bound, norm(vector))).toBeCloseTo(1, 12);
          expect(row).toEqual(factor === 1 ? vector : vector.map((value) => factor * value));
        });
      }),
    );
  });

  it("bounds everybody by a length that an honest vector has or exceeds, and one has or falls short of", () => {
    fc.assert(
      fc.property(counts, fc.constantFrom(0, 1, 1e9), ({faulty, ...shape}, lie) => {
        const vectors = vectorsOf(shape).map((vector, index) =>
          index < faulty ? vector.map((value) => lie * value) : vector,
        );
        const honest = vectors.slice(faulty).map(norm);
        const bound = Math.max(...shortenedOf(vectors, faulty).read.map(norm));
        expect(bound).toBeLessThanOrEqual(Math.max(...honest) * (1 + 1e-12));
        expect(bound).toBeGreaterThanOrEqual(Math.min(...honest) * (1 - 1e-12));
      }),
    );
  });

  it("changes nothing where nobody may be bad, or all are as long", () => {
    const unlike = [1, 20, 300].map((value) => Float64Array.of(value, -value));
    expect(shortenedOf(unlike, 0).read).toEqual(unlike);
    const alike = [
      [3, 4],
      [5, 0],
      [0, -5],
      [-4, 3],
      [5, 0],
    ].map((vector) => Float64Array.from(vector));
    expect(shortenedOf(alike, 2).read).toEqual(alike);
  });
});
