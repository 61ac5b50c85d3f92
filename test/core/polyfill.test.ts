import "../../src/core/polyfill.ts";
import {describe, expect, it} from "vitest";

interface Resolvers {
  readonly promise: Promise<unknown>;
  resolve(value: unknown): void;
  reject(reason: unknown): void;
}

function withResolvers(): Resolvers {
  const make: unknown = Reflect.get(Promise, "withResolvers");
  if (typeof make !== "function") throw new TypeError("there is no Promise.withResolvers");
  return Reflect.apply(make, Promise, []);
}

function setMethod(name: string, set: Set<number>, other: unknown): unknown {
  const method: unknown = Reflect.get(set, name);
  if (typeof method !== "function") throw new TypeError(`there is no Set.prototype.${name}`);
  return Reflect.apply(method, set, [other]);
}

// js-libp2p 3 uses these, and Node 20 lacks them: without the polyfill a dial fails in the middle of a run.
describe("what js-libp2p expects of the platform", () => {
  it("has Promise.withResolvers, which resolves and rejects", async () => {
    const kept = withResolvers();
    kept.resolve(7);
    await expect(kept.promise).resolves.toBe(7);
    const broken = withResolvers();
    broken.reject(new RangeError("no"));
    await expect(broken.promise).rejects.toThrow("no");
    expect(kept.promise).toBeInstanceOf(Promise);
  });

  it("has the Set methods, in the order of the standard, for sets and for maps", () => {
    const set = new Set([3, 1, 2]);
    const cases: [string, unknown, number[]][] = [
      ["difference", new Set([1]), [3, 2]],
      ["difference", new Map([[2, "two"]]), [3, 1]],
      ["union", new Set([9, 1]), [3, 1, 2, 9]],
      ["intersection", new Set([9, 3, 2, 5]), [3, 2]],
    ];
    for (const [name, other, members] of cases) {
      const result = setMethod(name, set, other);
      expect(result, name).toBeInstanceOf(Set);
      expect([...(result as Set<number>)], name).toEqual(members);
    }
    expect([...set]).toEqual([3, 1, 2]);
  });

  it("is not seen when the members of a set or a promise are listed", () => {
    expect(Object.keys(Set.prototype)).toEqual([]);
    expect(Object.keys(Promise)).toEqual([]);
  });
});
