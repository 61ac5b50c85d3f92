import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {bagSource} from "../../src/training/bag-source.ts";
import {sampleTiles} from "./sample-rows.ts";

const D = 3;
const sizes = fc.array(fc.integer({min: 1, max: 12}), {minLength: 1, maxLength: 6});
const tilesOfBag = fc.integer({min: 1, max: 8});

/** The tiles of one example that are not padding, as text, and all of them. */
function tilesOf(values: Float32Array): {readonly real: string[]; readonly padding: number[][]} {
  const all = Array.from({length: values.length / (D + 1)}, (_, tile) => [
    ...values.subarray(tile * (D + 1), (tile + 1) * (D + 1)),
  ]);
  return {
    real: all.filter((tile) => tile[D] === 1).map((tile) => tile.slice(0, D).join(" ")),
    padding: all.filter((tile) => tile[D] !== 1),
  };
}

describe("bags", () => {
  it("have one size, tiles of their own patient only, none twice, and zeros for padding", () => {
    fc.assert(
      fc.property(sizes, tilesOfBag, fc.nat(), (counts, tiles, step) => {
        const rows = sampleTiles(counts, D, 5);
        const source = bagSource(rows, {tiles, seed: 1, site: "north"});
        expect(source.n).toBe(counts.length);
        const patients = Uint32Array.from(counts.keys());
        const batch = source.batch(patients, step);
        expect(batch.d).toBe(tiles * (D + 1));
        counts.forEach((count, patient) => {
          const {real, padding} = tilesOf(batch.values.subarray(patient * batch.d, (patient + 1) * batch.d));
          const own = new Set<string>();
          rows.patientOf.forEach((owner, row) => {
            if (owner === patient) own.add([...rows.values.subarray(row * D, (row + 1) * D)].join(" "));
          });
          expect(real, `tiles of patient ${patient}`).toHaveLength(Math.min(tiles, count));
          expect(new Set(real).size, "no tile twice").toBe(real.length);
          expect(
            real.every((tile) => own.has(tile)),
            "its own",
          ).toBe(true);
          expect(
            padding.flat().every((value) => value === 0),
            "padding",
          ).toBe(true);
          expect(batch.labels[patient]).toBe(patient % 2);
        });
      }),
    );
  });

  it("are a function of seed, site and step, and drawn anew in each step", () => {
    const rows = sampleTiles([40, 40], D, 5);
    const draw = (seed: number, site: string, step: number): string =>
      bagSource(rows, {tiles: 8, seed, site}).batch(Uint32Array.of(0, 1), step).values.join();
    expect(draw(1, "north", 3)).toBe(draw(1, "north", 3));
    const others = [draw(1, "north", 4), draw(2, "north", 3), draw(1, "south", 3)];
    expect(new Set([...others, draw(1, "north", 3)]).size).toBe(4);
  });

  it("take each of a patient's tiles equally often", () => {
    const rows = sampleTiles([20], D, 5);
    const source = bagSource(rows, {tiles: 5, seed: 1, site: "north"});
    const counts = new Map<string, number>();
    for (let step = 0; step < 2000; step++) {
      for (const tile of tilesOf(source.batch(Uint32Array.of(0), step).values).real) {
        counts.set(tile, (counts.get(tile) ?? 0) + 1);
      }
    }
    // Binomial(2000, 1/4): standard deviation 19.4, so five of them.
    for (const count of counts.values())
      expect(Math.abs(count - 500), `drawn ${count} times`).toBeLessThan(97);
    expect(counts.size).toBe(20);
  });
});
