import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {attentionPooling} from "../../src/model/attention-pooling.ts";
import type {FiguredBags} from "../../src/model/bag-pooling.ts";
import {meanPooling} from "../../src/model/mean-pooling.ts";
import {valueAt} from "./value-at.ts";

const figure = fc.double({min: -6, max: 6, noNaN: true});
const bagged = fc
  .array(fc.array(fc.tuple(figure, figure), {minLength: 1, maxLength: 5}), {minLength: 1, maxLength: 4})
  .map((bags): FiguredBags => {
    const tiles = bags.flat();
    const starts = Uint32Array.from({length: bags.length + 1}, (_, bag) => bags.slice(0, bag).flat().length);
    const figures = {
      attention: Float32Array.from(tiles, ([attention]) => attention),
      logits: Float32Array.from(tiles, ([, logit]) => logit),
    };
    return {figures, starts};
  });

const labelsOf = ({starts}: FiguredBags): Uint8Array =>
  Uint8Array.from({length: starts.length - 1}, (_, bag) => bag % 2);

describe.each([
  {name: "attention", pooling: attentionPooling},
  {name: "the mean", pooling: meanPooling},
])("pooling by $name", ({pooling}) => {
  it("has the slopes of its central differences", () => {
    fc.assert(
      fc.property(bagged, (bags) => {
        const labels = labelsOf(bags);
        const {slopes} = pooling.loss(bags, labels, 0.5);
        for (const which of ["attention", "logits"] as const) {
          bags.figures[which]?.forEach((value, tile) => {
            const moved = (to: number): number => {
              const figures = {...bags.figures, [which]: bags.figures[which]?.with(tile, to)};
              return pooling.loss({figures, starts: bags.starts}, labels, 0.5).loss;
            };
            const [above, below] = [Math.fround(value + 0.01), Math.fround(value - 0.01)];
            const expected = (moved(above) - moved(below)) / (above - below);
            expect(slopes[which]?.[tile] ?? 0, `${which} ${tile}`).toBeCloseTo(expected, 3);
          });
        }
      }),
    );
  });

  it("gives a bag of one tile that tile's score", () => {
    const figures = {attention: Float32Array.of(-80, 90), logits: Float32Array.of(0, 1)};
    const scores = pooling.scores({figures, starts: Uint32Array.of(0, 1, 2)});
    expect([...scores]).toEqual([0.5, Math.fround(1 / (1 + Math.exp(-1)))]);
  });

  it("stays finite far out", () => {
    const figures = {attention: Float32Array.of(1e30, -1e30, 0), logits: Float32Array.of(1e30, -1e30, 5)};
    const bags = {figures, starts: Uint32Array.of(0, 3)};
    const {slopes} = pooling.loss(bags, Uint8Array.of(1), 1);
    expect(
      [...slopes.logits, ...(slopes.attention ?? []), ...pooling.scores(bags)].every(Number.isFinite),
    ).toBe(true);
  });
});

it("the attention's slopes of a bag sum to 0, as a common shift changes nothing", () => {
  fc.assert(
    fc.property(bagged, (bags) => {
      const {slopes} = attentionPooling.loss(bags, labelsOf(bags), 1);
      bags.starts.subarray(1).forEach((end, bag) => {
        const part = slopes.attention?.subarray(valueAt(bags.starts, bag), end) ?? new Float32Array(0);
        expect(
          part.reduce((sum, slope) => sum + slope, 0),
          `bag ${bag}`,
        ).toBeCloseTo(0, 5);
      });
    }),
  );
});

it("attention weighs by the softmax", () => {
  // Weights 3/4 and 1/4 for attention logits log 3 and 0: logit 3/4 x 2 + 1/4 x -2 = 1.
  const figures = {attention: Float32Array.of(Math.log(3), 0), logits: Float32Array.of(2, -2)};
  const [score] = attentionPooling.scores({figures, starts: Uint32Array.of(0, 2)});
  expect(score).toBeCloseTo(0.7310585786300049, 6);
});
