import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {shuffledOrder} from "../../src/training/index.ts";

const key = {seed: 5, site: "north"};

describe("the order of batches", () => {
  it("takes each example once in each pass, passes laid end to end", () => {
    fc.assert(
      fc.property(fc.integer({min: 2, max: 40}), fc.integer({min: 1, max: 12}), (n, batchSize) => {
        fc.pre(batchSize < n);
        const order = shuffledOrder({...key, n, batchSize});
        const stream = Array.from({length: 3 * n}, (_, step) => [...order(step)]).flat();
        for (let pass = 0; pass < 3; pass++) {
          const rows = stream.slice(pass * n, (pass + 1) * n).sort((left, right) => left - right);
          expect(rows, `pass ${pass}`).toEqual(Array.from({length: n}, (_, row) => row));
        }
      }),
    );
  });

  it("is a function of the step alone: any step can be found first", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({max: 200}), {minLength: 1, maxLength: 20}), (steps) => {
        const order = shuffledOrder({...key, n: 17, batchSize: 5});
        for (const step of steps) {
          const afresh = shuffledOrder({...key, n: 17, batchSize: 5});
          expect([...order(step)], `step ${step}`).toEqual([...afresh(step)]);
        }
      }),
    );
  });

  it("differs by pass, site and seed", () => {
    const passOf = (order: ReturnType<typeof shuffledOrder>, pass: number): string =>
      Array.from({length: 5}, (_, step) => [...order(5 * pass + step)]).join(" ");
    const order = shuffledOrder({...key, n: 50, batchSize: 10});
    const others = [
      passOf(order, 0),
      passOf(order, 1),
      passOf(shuffledOrder({...key, site: "south", n: 50, batchSize: 10}), 0),
      passOf(shuffledOrder({...key, seed: 6, n: 50, batchSize: 10}), 0),
    ];
    expect(new Set(others).size).toBe(4);
  });

  it.each(["all", 3, 4] as const)("takes the three rows as they are with batch size %s", (batchSize) => {
    const order = shuffledOrder({...key, n: 3, batchSize});
    expect([...order(0)]).toEqual([0, 1, 2]);
    expect([...order(9)]).toEqual([0, 1, 2]);
  });
});
