import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {createRandom, philox4x32, toHex} from "../../src/core/index.ts";
import {HALF_VALUES} from "../../src/parameters/index.ts";
import type {Kernels} from "../../src/parameters/kernels/kernels.ts";
import {plainKernels} from "../../src/parameters/kernels/plain.ts";
import {kernels} from "../../src/parameters/kernels/selection.ts";
import {openWasmKernels, type WasmKernels} from "../../src/parameters/kernels/wasm.ts";

const opened = openWasmKernels(1 << 20);
const wasm: WasmKernels = opened ?? {...plainKernels, vector: (length) => new Float32Array(length)};
const SIZES = [0, 1, 3, 15, 16, 17, 255, 256, 257, 4095, 4096, 4097, 10_000];

const hexOf = (array: ArrayBufferView): string =>
  toHex(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));

/** Values of every kind: ordinary ones, subnormal, huge, both zeros. */
function valuesOf(length: number, seed: number): Float32Array {
  const random = createRandom({seed, site: "", round: 0, purpose: "values"});
  const odd = [0, -0, 1e-45, -1e-40, 6e-8, 6.1e-5, 65_504, -65_520, 3e38, 1e-38, 0.1, -127];
  return Float32Array.from({length}, () =>
    random.below(4) === 0
      ? (odd[random.below(odd.length)] ?? 0)
      : random.normal() * 10 ** (random.below(9) - 4),
  );
}

/** The same values at an address that is no multiple of 8. */
function shifted(values: Float32Array): Float32Array {
  const copy = new Float32Array(values.length + 1).subarray(1);
  copy.set(values);
  return copy;
}

/** All that a kernel does to values, as bytes. */
const DEEDS: Readonly<Record<string, (by: Kernels, x: Float32Array) => string>> = {
  weightedMean(by, x) {
    const into = new Float32Array(x.length);
    by.weightedMean([x, x.toReversed(), shifted(x)], [0.25, -1 / 3, 0.7], into);
    return hexOf(into);
  },
  addSingles(by, x) {
    const into = Float64Array.from(x, (_, index) => index / 7);
    return `${by.addSingles(shifted(x), into)} ${hexOf(into)}`;
  },
  mix(by, x) {
    const [values, own] = [Float64Array.from(x, (value) => value / 3), Float64Array.from(shifted(x))];
    const isFinite = by.mix(values, own, own.toReversed(), 1 / 3);
    return `${isFinite} ${hexOf(values)}`;
  },
  isWithin(by, x) {
    const doubles = Float64Array.from(x);
    const bounds = [0, 1, ...x.subarray(0, 20)].map(Math.abs);
    return bounds.map((bound) => by.isWithin(doubles, bound)).join(" ");
  },
  round(by, x) {
    const into = new Float32Array(x.length);
    by.round(
      Float64Array.from(x, (value) => value * (1 + 2 ** -24)),
      into,
    );
    return hexOf(into);
  },
  sumOfSquares: (by, x) => hexOf(Float64Array.of(by.sumOfSquares(shifted(x)))),
  scale(by, x) {
    const into = new Float32Array(x.length);
    by.scale(x, 0.1, into);
    return hexOf(into);
  },
  encodeHalves(by, x) {
    const into = new Uint16Array(x.length);
    return `${by.encodeHalves(shifted(x), into)} ${hexOf(into)}`;
  },
  addHalves(by, x) {
    const into = new Float64Array(x.length);
    const isFinite = by.addHalves(new Uint16Array(x.buffer, x.byteOffset, x.length), into);
    // Sums with what is not finite are of no use, and need not be alike.
    return isFinite ? hexOf(into) : "not finite";
  },
  decodeHalves(by, x) {
    const into = Float64Array.from(x);
    const isFinite = by.decodeHalves(new Uint16Array(x.buffer, x.byteOffset, x.length), into);
    return isFinite ? hexOf(into) : "not finite";
  },
  largestHalf: (by, x) => String(by.largestHalf(new Uint16Array(x.buffer, x.byteOffset, x.length))),
  largestMagnitude: (by, x) => String(by.largestMagnitude(x)),
  encodeLevels(by, x) {
    const into = new Uint8Array(x.length);
    by.encodeLevels(x, {scale: 0.03125, key: [5, 0xffff_fff0], first: 512}, into);
    return hexOf(into);
  },
  addLevels(by, x) {
    const into = Float64Array.from(x);
    by.addLevels(new Uint8Array(x.buffer, x.byteOffset, x.length), 0.0078125, into);
    return hexOf(into);
  },
  largestPlaces(by, x) {
    const block = shifted(x.subarray(0, 256));
    const into = new Uint8Array(Math.ceil((26 * block.length) / 256));
    if (block.length > 0) by.largestPlaces(block, into);
    return hexOf(into);
  },
};

describe("the kernels in WebAssembly", () => {
  it("are there, and chosen", () => {
    expect(opened).not.toBeNull();
    expect(kernels.name).toBe("wasm");
  });

  it.each(Object.keys(DEEDS))("do %s as the plain ones do, to the bit", (deed) => {
    const act = DEEDS[deed] ?? (() => "");
    for (const size of SIZES) {
      const values = valuesOf(size, size);
      expect(act(wasm, values), `${size} values`).toBe(act(plainKernels, values));
    }
    fc.assert(
      fc.property(fc.array(fc.float({noNaN: true, noDefaultInfinity: true}), {maxLength: 80}), (list) => {
        const values = Float32Array.from(list);
        expect(act(wasm, values)).toBe(act(plainKernels, values));
      }),
    );
  });

  it("do what they do in their own memory as elsewhere, to the bit", () => {
    const {singles, doubles} = wasm.scratch;
    const [first, second, third] = doubles;
    for (const size of SIZES.filter((count) => count <= singles.length)) {
      const x = valuesOf(size, size);
      const halves = new Uint16Array(x.buffer, x.byteOffset, size);
      const [own, theirs, sums] = [first, second, third].map((array) => array.subarray(0, size));
      if (own === undefined || theirs === undefined || sums === undefined) throw new Error("no scratch");
      const act = (
        by: Kernels,
        places: readonly [Float64Array, Float64Array, Float64Array, Float32Array],
      ) => {
        const [a, b, c, rounded] = places;
        by.decodeHalves(
          halves.map((half) => half & 0xbfff),
          a,
        );
        b.fill(0.5);
        by.addSingles(x, b);
        c.fill(-0.25);
        by.addLevels(new Uint8Array(x.buffer, x.byteOffset, size), 0.125, c);
        const isFinite = by.mix(c, a, b, 0.3);
        by.round(c, rounded);
        by.scale(rounded, 1.5, rounded);
        const encoded = new Uint16Array(size);
        const saturated = by.encodeHalves(rounded, encoded);
        const levels = new Uint8Array(size);
        by.encodeLevels(rounded, {scale: 0.5, key: [1, 2], first: 0}, levels);
        const told = [isFinite, by.isWithin(c, 3), by.largestMagnitude(rounded), by.sumOfSquares(rounded)];
        return [...told, saturated, ...[a, b, c, rounded, encoded, levels].map(hexOf)];
      };
      const elsewhere = [own, theirs, sums].map(() => new Float64Array(size));
      const [a, b, c] = elsewhere;
      if (a === undefined || b === undefined || c === undefined) throw new Error("no arrays");
      expect(act(wasm, [own, theirs, sums, singles.subarray(0, size)]), `${size} values`).toEqual(
        act(plainKernels, [a, b, c, new Float32Array(size)]),
      );
    }
  });

  it("take the mean of any number of vectors, wherever they live", () => {
    for (const count of [1, 2, 7, 8, 9, 40]) {
      const size = 1000 + count;
      const vectors = Array.from({length: count}, (_, index) => valuesOf(size, index));
      const weights = vectors.map((_, index) => 1 / (index + 3));
      const [expected, copied] = [new Float32Array(size), new Float32Array(size)];
      plainKernels.weightedMean(vectors, weights, expected);
      wasm.weightedMean(vectors, weights, copied);
      expect(hexOf(copied), `${count} vectors`).toBe(hexOf(expected));
      if (count > 9) continue;
      const here = openWasmKernels((count + 1) * 4200);
      const moved = vectors.map((vector) => {
        const own = here?.vector(size) ?? new Float32Array(size);
        own.set(vector);
        return own;
      });
      const into = here?.vector(size) ?? new Float32Array(size);
      here?.weightedMean(moved, weights, into);
      expect(hexOf(into), `${count} vectors in place`).toBe(hexOf(expected));
    }
  });
});

describe.each([
  ["wasm", wasm],
  ["plain", plainKernels],
] as const)("kernels (%s)", (_, by) => {
  it("notice NaN and infinities at every place", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (const place of [0, 5, 15, 16, 30]) {
        const singles = new Float32Array(31);
        singles[place] = value;
        expect(by.addSingles(singles, new Float64Array(31))).toBe(false);
        const halves = new Uint16Array(31);
        halves[place] = Number.isNaN(value) ? 0x7e00 : value > 0 ? 0x7c00 : 0xfc00;
        expect(by.addHalves(halves, new Float64Array(31))).toBe(false);
        expect(by.decodeHalves(halves, new Float64Array(31))).toBe(false);
        expect(by.largestHalf(halves)).toBe(Number.isNaN(value) ? 0x7e00 : 0x7c00);
        expect(by.largestMagnitude(singles)).toBe(Math.abs(value));
        const doubles = new Float64Array(31);
        doubles[place] = value;
        expect(by.isWithin(doubles, Number.MAX_VALUE)).toBe(false);
        expect(by.mix(doubles, new Float64Array(31), new Float64Array(31), 0.5)).toBe(false);
        expect(by.mix(new Float64Array(31), doubles, new Float64Array(31), 0.5)).toBe(false);
      }
    }
    expect(by.addSingles(new Float32Array(31), new Float64Array(31))).toBe(true);
  });

  it("find a magnitude above the bound at every place", () => {
    for (const place of [0, 1, 15, 16, 30]) {
      const doubles = Float64Array.from({length: 31}, (_, index) => (index === place ? -2 : 1));
      expect([by.isWithin(doubles, 2), by.isWithin(doubles, 1.999)]).toEqual([true, false]);
    }
  });

  it("keep the lower of equal magnitudes, zeros of both signs among them", () => {
    const [x, into] = [new Float32Array(32), new Uint8Array(5)];
    x[9] = -2;
    x[20] = 1;
    x[31] = 2;
    x[0] = -0;
    by.largestPlaces(x, into);
    expect([...into]).toEqual([0, 1, 9, 20, 31]);
    by.largestPlaces(x.fill(-3, 4), into);
    expect([...into]).toEqual([4, 5, 6, 7, 8]);
    const all = new Uint8Array(256);
    by.largestPlaces(new Float32Array(256), all);
    expect([...all]).toEqual(Array.from({length: 256}, (_, place) => place));
  });

  it("draw value v's fraction from word v mod 4 of Philox at counter v / 4", () => {
    const [first, key] = [4 * 0x3fff_fff0, [0xa409_3822, 0x299f_31d0]] as const;
    const units = Array.from({length: 64}, (_, index) => {
      const words = philox4x32([(first + index) >>> 2, 0, 0, 0], key);
      return ((words[index % 4] ?? 0) >>> 8) * 2 ** -24;
    });
    const at = Float32Array.from(units, (unit) => 1 - unit);
    const below = Float32Array.from(at, (value) => value - 2 ** -23);
    const levels = new Uint8Array(64);
    by.encodeLevels(at, {scale: 1, key, first}, levels);
    expect([...levels]).toEqual(units.map(() => 1));
    by.encodeLevels(below, {scale: 1, key, first}, levels);
    expect([...levels]).toEqual(units.map(() => 0));
  });

  it("read every binary16 number", () => {
    const halves = Uint16Array.from({length: 0x10000}, (_, half) => half);
    const into = new Float64Array(0x10000);
    by.addHalves(halves, into);
    const wrong = halves.filter((half) => {
      const value = HALF_VALUES[half] ?? Number.NaN;
      return Number.isFinite(value) && value !== into[half];
    });
    expect(wrong).toHaveLength(0);
  });

  it("write every binary16 number back, and the middle between two to the even one", () => {
    const finite = Array.from({length: 0x7c00}, (_, half) => half);
    const values = Float32Array.from(finite, (half) => HALF_VALUES[half] ?? 0);
    const into = new Uint16Array(values.length);
    by.encodeHalves(values, into);
    expect([...into]).toEqual(finite);
    const middles = Float32Array.from(
      finite.slice(0, -1),
      (half) => ((HALF_VALUES[half] ?? 0) + (HALF_VALUES[half + 1] ?? 0)) / 2,
    );
    const rounded = new Uint16Array(middles.length);
    by.encodeHalves(middles, rounded);
    expect([...rounded]).toEqual(finite.slice(0, -1).map((half) => half + (half & 1)));
  });
});
