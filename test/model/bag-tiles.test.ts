import fc from "fast-check";
import {expect, it} from "vitest";
import {bagRuns, bagTilesOf, gatherTiles} from "../../src/model/bag-tiles.ts";
import {valueAt} from "./value-at.ts";

it("tiles are found by their masks and gathered in order", () => {
  const values = Float32Array.of(1, 2, 1, 9, 9, 0, 3, 4, 1, 9, 9, 0, 9, 9, 0, 5, 6, 1);
  const {positions, starts} = bagTilesOf({n: 2, d: 9, values}, 2);
  expect([...positions]).toEqual([0, 2, 5]);
  expect([...starts]).toEqual([0, 2, 3]);
  expect([...gatherTiles(values, 2, positions)]).toEqual([1, 2, 3, 4, 5, 6]);
});

it("runs of bags hold each bag once, in order, within the bound or alone", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({min: 1, max: 30}), {minLength: 1, maxLength: 20}),
      fc.integer({min: 1, max: 40}),
      (sizes, most) => {
        const starts = Uint32Array.from({length: sizes.length + 1}, (_, bag) =>
          sizes.slice(0, bag).reduce((sum, size) => sum + size, 0),
        );
        const runs = bagRuns(starts, most);
        const bags = runs.flatMap(({first, end}) => Array.from({length: end - first}, (_, at) => first + at));
        expect(bags).toEqual(sizes.map((_, bag) => bag));
        for (const {first, end} of runs) {
          const tiles = valueAt(starts, end) - valueAt(starts, first);
          expect(tiles <= most || end === first + 1, `bags ${first} to ${end}`).toBe(true);
        }
      },
    ),
  );
});
