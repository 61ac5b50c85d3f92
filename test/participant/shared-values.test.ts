import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {layoutSize} from "../../src/parameters/index.ts";
import {sharedValues} from "../../src/participant/shared-values.ts";
import {drawn, LAYOUT, SIZE} from "./three-tensors.ts";

describe("a mask over tensors", () => {
  const names = fc.subarray(["first", "norm", "second"], {maxLength: 2});

  it("gives back what was shared, and leaves the site's own in place", () => {
    fc.assert(
      fc.property(names, fc.integer(), (local, seed) => {
        const shared = sharedValues(LAYOUT, local);
        const [model, own] = [drawn(seed, SIZE), drawn(seed + 1, SIZE)];
        const both = shared.scatter(shared.gather(model), own);
        let offset = 0;
        for (const {name, shape} of LAYOUT.tensors) {
          const end = offset + shape.reduce((product, length) => product * length, 1);
          const from = local.includes(name) ? own : model;
          expect(both.subarray(offset, end)).toEqual(from.subarray(offset, end));
          offset = end;
        }
        expect(shared.gather(both)).toEqual(shared.gather(model));
        expect(shared.size).toBe(layoutSize(shared.layout));
      }),
    );
  });

  it("over nothing is the whole model", () => {
    const shared = sharedValues(LAYOUT, []);
    const model = drawn(1, SIZE);
    expect(shared.isWhole).toBe(true);
    expect(shared.gather(model)).toEqual(model);
    expect(shared.scatter(model, new Float32Array(SIZE))).toEqual(model);
  });

  it.each([[["third"]], [["first", "norm", "second"]]])("over %j is refused", (local) => {
    expect(() => sharedValues(LAYOUT, local)).toThrow(
      expect.objectContaining({code: "NODE_LOCAL_TENSORS_INVALID"}),
    );
  });
});
