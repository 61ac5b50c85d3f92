import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {sha256, toHex} from "../../src/core/index.ts";
import {
  codecOf,
  contributionSize,
  createSnapshot,
  NO_DITHER,
  partition,
  sumChunk,
  weightOf,
} from "../../src/parameters/index.ts";
import {
  clipFactor,
  isRelease,
  l2Norm,
  type Release,
  releaseAgain,
  releaseMixture,
  releaseSnapshot,
  releaseUpdate,
} from "../../src/privacy/index.ts";

/** A site's update, in f32 and unclipped unless told. */
function release(
  values: readonly number[],
  options: {weight?: number; clipNorm?: number; effort?: number} = {},
) {
  const update = Float32Array.from(values);
  const coding = {codec: codecOf("f32"), dither: NO_DITHER, hash: sha256};
  return releaseUpdate({update, weight: 0.5, clipNorm: 1e6, ...coding, ...options});
}

function decodedNorm(name: "f32" | "fp16", {bytes}: Release, values: number): number {
  const sums = new Float64Array(values);
  codecOf(name).accumulate(bytes, 0, sums);
  return Math.hypot(...sums);
}

const updates = fc.float32Array({minLength: 1, maxLength: 60, noNaN: true, noDefaultInfinity: true});
const weights = fc.integer({min: 1, max: 1024}).map((patients) => patients / 1024);

describe("the clip factor", () => {
  it("is 1 within the bound and the bound's share beyond it", () => {
    expect(clipFactor(3, 4)).toBe(1);
    expect(clipFactor(4, 4)).toBe(1);
    expect(clipFactor(8, 4)).toBe(0.5);
    expect(clipFactor(0, 4)).toBe(1);
  });

  it("brings every vector within the bound", () => {
    const positive = fc.double({min: 1e-6, max: 1e30, noNaN: true});
    fc.assert(
      fc.property(positive, positive, (norm, bound) => {
        const factor = clipFactor(norm, bound);
        expect(factor).toBeLessThanOrEqual(1);
        expect(factor * norm).toBeLessThanOrEqual(bound * (1 + 2 ** -52));
      }),
    );
  });

  it("is of a norm that no binary32 vector overflows", () => {
    expect(l2Norm(Float32Array.of(3, -4))).toBe(5);
    expect(l2Norm(new Float32Array())).toBe(0);
    const largest = 2 ** 127;
    expect(l2Norm(new Float32Array(4).fill(largest))).toBe(2 * largest);
  });
});

describe("a released update", () => {
  it("is never longer than the bound times the weight, but for the codec's last bit", () => {
    const bounds = fc.double({min: 1e-3, max: 1e4, noNaN: true});
    fc.assert(
      fc.property(
        updates,
        weights,
        bounds,
        fc.constantFrom("f32", "fp16"),
        (update, weight, clipNorm, name) => {
          const released = releaseUpdate({
            update,
            weight,
            clipNorm,
            codec: codecOf(name),
            dither: NO_DITHER,
            hash: sha256,
          });
          // Each value is rounded by at most half a unit of its last place, or of the smallest one.
          const [relative, absolute] = name === "f32" ? [2 ** -23, 2 ** -149] : [2 ** -10, 2 ** -24];
          const limit = clipNorm * weight * (1 + relative) + Math.sqrt(update.length) * absolute;
          expect(decodedNorm(name, released.release, update.length)).toBeLessThanOrEqual(limit);
          expect(released.isClipped).toBe(released.norm > clipNorm);
        },
      ),
      {numRuns: 500},
    );
  });

  it("within the bound is the update times the weight, then the weight itself", () => {
    const released = release([1, -2, 4], {weight: 0.25});
    const values = new Float64Array(3);
    codecOf("f32").accumulate(released.release.bytes, 0, values);
    expect([...values]).toEqual([0.25, -0.5, 1]);
    expect(weightOf(released.release.bytes)).toBe(0.25);
    expect(released).toMatchObject({isClipped: false, saturated: 0, norm: Math.sqrt(21)});
  });

  it("beyond the bound keeps its direction, and its weight stays whole", () => {
    const {release: clipped, isClipped} = release([30, -40], {weight: 0.5, clipNorm: 5});
    const values = new Float64Array(2);
    codecOf("f32").accumulate(clipped.bytes, 0, values);
    expect([...values]).toEqual([1.5, -2]);
    expect(weightOf(clipped.bytes)).toBe(0.5);
    expect(isClipped).toBe(true);
  });

  it("at the bound itself is not clipped", () => {
    expect(release([3, -4], {clipNorm: 5})).toMatchObject({norm: 5, isClipped: false});
  });

  it("of a site with more steps is divided by its effort, whose product with the weight it carries", () => {
    const {release: divided} = release([6, -3], {weight: 0.5, effort: 4});
    expect(new Float32Array(divided.bytes.buffer)).toEqual(Float32Array.of(0.75, -0.375, 2, 0.5));
  });

  it("is named by the hash of its bytes and cannot be exchanged for others", () => {
    const {release: released} = release([1, 2]);
    expect(released.hash).toBe(toHex(sha256(released.bytes)));
    expect(released.bytes).toHaveLength(contributionSize(codecOf("f32"), 2));
    expect(Reflect.set(released, "bytes", new Uint8Array(12))).toBe(false);
  });

  it("leaves the site's own update as it was", () => {
    fc.assert(
      fc.property(updates, (update) => {
        const before = update.slice();
        releaseUpdate({
          update,
          weight: 0.5,
          clipNorm: 1,
          codec: codecOf("fp16"),
          dither: NO_DITHER,
          hash: sha256,
        });
        expect(update).toEqual(before);
      }),
    );
  });

  it("tells how many values were too large for the codec", () => {
    const update = Float32Array.of(1e6, -1e6, 1);
    const options = {update, weight: 1, clipNorm: 1e9, dither: NO_DITHER, hash: sha256};
    expect(releaseUpdate({...options, codec: codecOf("fp16")}).saturated).toBe(2);
    expect(releaseUpdate({...options, codec: codecOf("f32")}).saturated).toBe(0);
  });

  it.each([
    ["NaN", Number.NaN],
    ["an infinity", Number.POSITIVE_INFINITY],
    ["a negative infinity", Number.NEGATIVE_INFINITY],
  ])("never holds %s", (_, value) => {
    for (const place of [0, 1, 2]) {
      const values = [1, 2, 3];
      values[place] = value;
      expect(() => release(values), `at ${place}`).toThrow(
        expect.objectContaining({
          code: "PRIVACY_NOT_FINITE",
          message: "the site's update holds NaN or infinite values",
          hint: "Lower training.optimizer.learningRate in the plan.",
        }),
      );
    }
  });

  it.each([0, -0.5, 1.5, 0.1, Number.NaN, Number.POSITIVE_INFINITY])("never has the weight %d", (weight) => {
    expect(() => release([1], {weight})).toThrow(
      expect.objectContaining({
        code: "PRIVACY_WRONG_WEIGHT",
        message: "the site's weight is not an exact share in (0, 1]",
        hint: "Raise weights.reference in the plan to a power of two of at least the largest site.",
      }),
    );
  });
});

describe("what may leave", () => {
  it("is what this room made", () => {
    const {release: released} = release([1, 2, 3]);
    const codec = codecOf("f32");
    const [chunk] = partition(codec, 3, 1);
    if (chunk === undefined) throw new RangeError("no chunk");
    const mixture = sumChunk(sha256, {codec, chunk, dither: NO_DITHER}, [released.bytes]);
    const snapshot = createSnapshot(sha256, new Uint8Array(32), Float32Array.of(1));
    for (const made of [
      released,
      releaseMixture(mixture),
      releaseSnapshot(snapshot),
      releaseAgain(sha256, released.bytes, released.hash),
    ]) {
      expect(isRelease(made)).toBe(true);
      expect(made.hash).toBe(toHex(sha256(made.bytes)));
    }
    expect(isRelease(mixture)).toBe(false);
    expect(isRelease(snapshot)).toBe(false);
  });

  it("is nothing that only looks like it", () => {
    const {release: released} = release([1, 2, 3]);
    const copies: unknown[] = [
      {...released},
      structuredClone({hash: released.hash, bytes: released.bytes}),
      Object.create(released),
      new Proxy(released, {}),
      released.bytes,
      released.hash,
      null,
      undefined,
      7,
    ];
    copies.forEach((copy, index) => expect(isRelease(copy), `copy ${index}`).toBe(false));
  });

  it("again after a restart only if not one bit has changed", () => {
    const {bytes, hash} = release([1, 2, 3]).release;
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const changed = bytes.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => releaseAgain(sha256, changed, hash), `bit ${bit}`).toThrow(
        expect.objectContaining({code: "PRIVACY_NOT_RELEASED"}),
      );
    }
    expect(() => releaseAgain(sha256, bytes.slice(1), hash)).toThrow(
      expect.objectContaining({
        code: "PRIVACY_NOT_RELEASED",
        message: "stored bytes differ from the release the journal records",
      }),
    );
  });
});
