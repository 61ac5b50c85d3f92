import {chmod, mkdtemp, readFile, rm, stat, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, it} from "vitest";
import {createOrganisationKey, readOrganisationKey} from "../../src/storage/organisation-key.ts";

const PASSPHRASE = "a passphrase of some length";
/** Little work for scrypt, so that the tests are quick. */
const QUICK = {costBits: 4};

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "consilium-key-"));
  path = join(folder, "organisation.key");
});
afterEach(() => rm(folder, {recursive: true}));

describe("an organisation key", () => {
  it("is read back with its passphrase, and its file does not hold the seed", async () => {
    expect(await readOrganisationKey(path, PASSPHRASE)).toBeUndefined();
    const seed = await createOrganisationKey(path, PASSPHRASE, QUICK);
    expect(seed).toHaveLength(32);
    expect(await readOrganisationKey(path, PASSPHRASE)).toEqual(seed);
    const sealed = await readFile(path);
    expect(sealed.includes(Buffer.from(seed))).toBe(false);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("is never overwritten", async () => {
    await createOrganisationKey(path, PASSPHRASE, QUICK);
    await expect(createOrganisationKey(path, PASSPHRASE, QUICK)).rejects.toMatchObject({
      code: "STORAGE_KEY_EXISTS",
    });
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ["another passphrase", async () => {}, "STORAGE_KEY_PASSPHRASE"],
    ["a changed byte", async () => flip(60), "STORAGE_KEY_MALFORMED"],
    ["other bytes", () => writeFile(path, "no key", {mode: 0o600}), "STORAGE_KEY_MALFORMED"],
    ["open permissions", () => chmod(path, 0o644), "STORAGE_UNSAFE_PERMISSIONS"],
  ])("is refused with %s", async (what, spoil, code) => {
    await createOrganisationKey(path, PASSPHRASE, QUICK);
    await spoil();
    const passphrase = what === "another passphrase" ? "another one of some length" : PASSPHRASE;
    await expect(readOrganisationKey(path, passphrase)).rejects.toMatchObject({code});
  });
});

/** Changes a byte that far from the end. */
async function flip(fromEnd: number): Promise<void> {
  const bytes = await readFile(path);
  const at = bytes.length - fromEnd;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(path, bytes);
}
