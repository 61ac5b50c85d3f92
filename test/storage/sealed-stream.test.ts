import fc from "fast-check";
import {concat, equals, fromString} from "uint8arrays";
import {describe, expect, it} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import {seal, unseal} from "../../src/storage/backup/sealed-stream.ts";

/** So cheap that a test can try many; real backups take 2^17. */
const COST_BITS = 4;
const PASSPHRASE = "a passphrase of some length";
const SEGMENT = 64 * 1024;
const HEADER = "consilium/backup/1\n".length + 1 + 32 + 32;

async function* inParts(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let index = 0; at < bytes.length; index++) {
    const size = Math.max(1, sizes[index % Math.max(1, sizes.length)] ?? bytes.length);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function collect(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part.slice());
  return concat(all);
}

const sealed = (bytes: Uint8Array, sizes: readonly number[] = []): Promise<Uint8Array> =>
  collect(seal(inParts(bytes, sizes), PASSPHRASE, COST_BITS));
const opened = (
  bytes: Uint8Array,
  passphrase = PASSPHRASE,
  sizes: readonly number[] = [],
): Promise<Uint8Array> => collect(unseal(inParts(bytes, sizes), passphrase));

function bytesOf(length: number): Uint8Array {
  const random = createRandom({seed: length, site: "", round: 0, purpose: "plain"});
  return Uint8Array.from({length}, () => random.below(256));
}

describe("a sealed stream", () => {
  it.each([0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 3 * SEGMENT])("gives back %i bytes", async (length) => {
    const plain = bytesOf(length);
    const secret = await sealed(plain);
    const segments = Math.max(1, Math.ceil(length / SEGMENT));
    expect(secret.length).toBe(HEADER + length + 16 * segments);
    expect(equals(await opened(secret), plain)).toBe(true);
  });

  it("does so in whatever parts it comes and goes", async () => {
    const plain = bytesOf(2 * SEGMENT + 77);
    const sizes = fc.array(fc.integer({min: 1, max: 2 * SEGMENT}), {minLength: 1, maxLength: 5});
    await fc.assert(
      fc.asyncProperty(sizes, sizes, async (given, taken) => {
        const big = (list: number[]): number[] => list.map((size) => Math.max(size, 1000));
        return equals(await opened(await sealed(plain, big(given)), PASSPHRASE, big(taken)), plain);
      }),
      {numRuns: 20},
    );
  });

  it("is another one each time, and shows nothing of what it holds", async () => {
    const plain = fromString("-----BEGIN PRIVATE KEY-----".repeat(100));
    const [first, second] = [await sealed(plain), await sealed(plain)];
    expect(equals(first, second)).toBe(false);
    expect(Buffer.from(first).includes("PRIVATE")).toBe(false);
  });

  it("is opened by its passphrase alone, in whichever form its accents are written", async () => {
    const secret = await sealed(bytesOf(100));
    await expect(opened(secret, "another passphrase")).rejects.toMatchObject({
      code: "STORAGE_BACKUP_PASSPHRASE",
    });
    const accented = await collect(seal(inParts(bytesOf(9), []), "H\u00f4pital nord", COST_BITS));
    expect(equals(await opened(accented, "Ho\u0302pital nord"), bytesOf(9))).toBe(true);
  });

  it("refuses every changed byte", async () => {
    const secret = await sealed(bytesOf(300));
    for (let at = 0; at < secret.length; at++) {
      const changed = secret.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      const code = await opened(changed).then(
        () => "opened",
        (error: {code: string}) => error.code,
      );
      expect(code, `byte ${at}`).toMatch(/^STORAGE_BACKUP_(FOREIGN|PASSPHRASE|CORRUPT)$/);
    }
  });

  it("refuses what was cut off, added, left out or moved", async () => {
    const secret = await sealed(bytesOf(3 * SEGMENT));
    const segment = (index: number): Uint8Array =>
      secret.subarray(HEADER + index * (SEGMENT + 16), HEADER + (index + 1) * (SEGMENT + 16));
    const head = secret.subarray(0, HEADER);
    const others = {
      "without its last segment": concat([head, segment(0), segment(1)]),
      "without its first segment": concat([head, segment(1), segment(2)]),
      "with two segments swapped": concat([head, segment(1), segment(0), segment(2)]),
      "with a segment twice": concat([head, segment(0), segment(1), segment(2), segment(2)]),
      "with a byte more": concat([secret, Uint8Array.of(0)]),
      "with a byte less": secret.subarray(0, secret.length - 1),
      "without any segment": head,
      "cut off in its header": secret.subarray(0, HEADER - 40),
    };
    for (const [what, bytes] of Object.entries(others)) {
      await expect(opened(bytes), what).rejects.toMatchObject({code: "STORAGE_BACKUP_CORRUPT"});
    }
  });

  it("tells a newer format from something else", async () => {
    const secret = await sealed(bytesOf(3));
    const newer = concat([fromString("consilium/backup/2\n"), secret.subarray(19)]);
    await expect(opened(newer)).rejects.toMatchObject({
      code: "STORAGE_BACKUP_FOREIGN",
      hint: expect.stringMatching(/Update/),
    });
    await expect(opened(fromString("PK"))).rejects.toMatchObject({
      code: "STORAGE_BACKUP_FOREIGN",
      hint: expect.stringMatching(/path/),
    });
  });

  it("does not try as hard as a stranger's header asks for", async () => {
    const secret = await sealed(bytesOf(3));
    for (const costBits of [0, 19, 255]) {
      const changed = secret.slice();
      changed[19] = costBits;
      await expect(opened(changed)).rejects.toMatchObject({code: "STORAGE_BACKUP_CORRUPT"});
    }
  });
});
