import {createPrivateKey} from "node:crypto";
import {describe, expect, it} from "vitest";
import {ensureModelSigningKey, openStateDirectory} from "../../src/storage/index.ts";
import {createCrashFileSystem} from "./crash-file-system.ts";

const FILE = "/state/model-signing.key";

describe("the key that signs models", () => {
  it("is a P-256 key, drawn once, and there after a loss of power", async () => {
    const disk = createCrashFileSystem();
    await (await openStateDirectory("/state", disk)).close();
    const pem = await ensureModelSigningKey("/state", disk);
    expect(createPrivateKey(pem).asymmetricKeyDetails).toEqual({namedCurve: "prime256v1"});
    expect(await disk.permissions(FILE)).toBe(0o600);
    disk.restart(() => 0);
    expect(await ensureModelSigningKey("/state", disk)).toBe(pem);
    // A daemon starts on a directory that holds it.
    await (await openStateDirectory("/state", disk)).close();
  });

  it("is never replaced: one of another kind, or open to others, is refused", async () => {
    const disk = createCrashFileSystem();
    await (await openStateDirectory("/state", disk)).close();
    const file = await disk.create(FILE, 0o600);
    await file.write(new TextEncoder().encode("something else"));
    await expect(ensureModelSigningKey("/state", disk)).rejects.toMatchObject({
      code: "STORAGE_KEY_MALFORMED",
    });
    await disk.remove(FILE);
    await disk.create(FILE, 0o644);
    await expect(ensureModelSigningKey("/state", disk)).rejects.toMatchObject({
      code: "STORAGE_UNSAFE_PERMISSIONS",
    });
  });

  it("is not told when the disk is full, as nothing keeps it", async () => {
    const disk = createCrashFileSystem();
    await (await openStateDirectory("/state", disk)).close();
    disk.failAt(1, "ENOSPC");
    await expect(ensureModelSigningKey("/state", disk)).rejects.toMatchObject({code: "STORAGE_FULL"});
    expect(await disk.permissions(FILE)).toBeUndefined();
  });
});
