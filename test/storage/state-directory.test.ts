import {type ChildProcess, spawn} from "node:child_process";
import {createPrivateKey, generateKeyPairSync} from "node:crypto";
import {once} from "node:events";
import {chmod, mkdtemp, readdir, readFile, rm, stat, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {fromString} from "uint8arrays";
import {afterEach, beforeEach, describe, expect, it} from "vitest";
import {errorLine, isCoded, sha256, toHex} from "../../src/core/index.ts";
import {openStateDirectory} from "../../src/storage/index.ts";

const RUN = "0123456789abcdef0123456789abcdef";

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "consilium-storage-"));
});
afterEach(async () => {
  await rm(root, {recursive: true, force: true});
});

async function holdFromProcess(path: string): Promise<ChildProcess> {
  const script = fileURLToPath(new URL("./hold-directory.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", script, path], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await once(child.stdout ?? child, "data");
  return child;
}

describe("the lock of a state directory", () => {
  it.each([
    ["a short path", "state"],
    ["a path too long for a socket's address", join("long".repeat(20), "path".repeat(20), "state")],
  ])("refuses a second daemon and survives kill -9 of the first, with %s", async (_, name) => {
    const path = join(root, name);
    const child = await holdFromProcess(path);
    await expect(openStateDirectory(path)).rejects.toMatchObject({code: "STORAGE_LOCKED"});
    child.kill("SIGSTOP");
    await expect(openStateDirectory(path)).rejects.toMatchObject({code: "STORAGE_LOCKED"});
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    const state = await openStateDirectory(path);
    await state.close();
    expect(await readdir(path)).toEqual(["formatVersion"]);
  });

  it("admits at most one of many that start at once, and one after they are gone", async () => {
    for (let round = 0; round < 20; round++) {
      const opened = await Promise.allSettled(Array.from({length: 6}, () => openStateDirectory(root)));
      const held = opened.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
      expect(held.length, `round ${round}`).toBeLessThanOrEqual(1);
      const failures: unknown[] = opened.flatMap((result) =>
        result.status === "rejected" && !isCoded(result.reason, "STORAGE_LOCKED") ? [result.reason] : [],
      );
      expect(failures, `round ${round}`).toEqual([]);
      await Promise.all(held.map((state) => state.close()));
      await (await openStateDirectory(root)).close();
    }
  });

  it("is told in one line", async () => {
    const state = await openStateDirectory(root);
    const line = await openStateDirectory(root).catch(errorLine);
    expect(line).toBe(
      `STORAGE_LOCKED: another daemon runs on the state directory ${root}. ` +
        "Stop that daemon first (its run goes on when it is started again); two nodes need a state directory each.",
    );
    await state.close();
    await state.close();
  });
});

describe("the state directory", () => {
  it("is open to its owner alone, with all that is in it", async () => {
    const path = join(root, "a", "state");
    const state = await openStateDirectory(path);
    await state.createNodeKey();
    const run = await state.openRun(RUN);
    await run.models.put(toHex(sha256(fromString("model"))), fromString("model"));
    await state.close();
    const names = ["", "node.key", "formatVersion", `runs/${RUN}/models`, `runs/${RUN}/journal`];
    for (const name of names) {
      expect((await stat(join(path, name))).mode & 0o077, `file "${name}"`).toBe(0);
    }
  });

  it.each([
    ["3\n", /has format 3, this version knows 2\. Update consilium/],
    ["", /holds no format version\. Restore/],
  ])("with the format marker %j is refused", async (marker, line) => {
    await writeFile(join(root, "formatVersion"), marker);
    const failure = await openStateDirectory(root).catch(errorLine);
    expect(failure).toMatch(/^STORAGE_VERSION: /);
    expect(failure).toMatch(line);
    // The refusal gives the directory back.
    await rm(join(root, "formatVersion"));
    await (await openStateDirectory(root)).close();
  });

  it("that is a file is refused", async () => {
    await writeFile(join(root, "file"), "");
    await expect(openStateDirectory(join(root, "file"))).rejects.toMatchObject({code: "STORAGE_UNWRITABLE"});
  });

  it("sweeps away what an interrupted write has left", async () => {
    await writeFile(join(root, "node.key.0123456789ab.tmp"), "half a k");
    const state = await openStateDirectory(root);
    expect((await readdir(root)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    expect(await state.readNodeKey()).toBeUndefined();
    await state.close();
  });

  it("never lets a name lead out of it", async () => {
    const state = await openStateDirectory(root);
    await expect(state.openRun("../../0123456789abcdef0123456789")).rejects.toMatchObject({
      code: "STORAGE_NAME_INVALID",
    });
    const {models} = await state.openRun(RUN);
    const name = "../".repeat(21) + "a";
    await expect(models.get(name)).rejects.toMatchObject({code: "STORAGE_NAME_INVALID"});
    await expect(models.put(name, fromString("x"))).rejects.toMatchObject({code: "STORAGE_NAME_INVALID"});
    await expect(models.remove(name)).rejects.toMatchObject({code: "STORAGE_NAME_INVALID"});
    await state.close();
  });
});

describe("the node key", () => {
  it("is in the form that other tools read, and stays the same", async () => {
    const state = await openStateDirectory(root);
    const seed = await state.createNodeKey();
    expect(seed).toHaveLength(32);
    expect(await state.readNodeKey()).toEqual(seed);
    await expect(state.createNodeKey()).rejects.toMatchObject({code: "STORAGE_KEY_EXISTS"});
    const pem = await readFile(join(root, "node.key"), "utf8");
    expect(pem).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    const der = createPrivateKey(pem).export({format: "der", type: "pkcs8"});
    // RFC 8410 section 7: a version 0 PKCS#8 structure of 48 bytes that ends in the seed.
    expect(toHex(der)).toBe(`302e020100300506032b657004220420${toHex(seed)}`);
    await state.close();
  });

  it.each([0o640, 0o604, 0o622])("with mode %o is refused, at opening too", async (mode) => {
    const state = await openStateDirectory(root);
    await state.createNodeKey();
    await chmod(join(root, "node.key"), mode);
    await expect(state.readNodeKey()).rejects.toMatchObject({code: "STORAGE_UNSAFE_PERMISSIONS"});
    await state.close();
    await expect(openStateDirectory(root)).rejects.toMatchObject({code: "STORAGE_UNSAFE_PERMISSIONS"});
  });

  it.each([
    ["empty", ""],
    ["no key", "hello"],
    [
      "of another kind",
      String(generateKeyPairSync("x25519").privateKey.export({format: "pem", type: "pkcs8"})),
    ],
  ])("that is %s is refused in one line that does not show it", async (_, text) => {
    await writeFile(join(root, "node.key"), text, {mode: 0o600});
    const state = await openStateDirectory(root);
    const line = await state.readNodeKey().catch(errorLine);
    expect(line).toBe(
      `STORAGE_KEY_MALFORMED: ${join(root, "node.key")} is not an Ed25519 private key in PKCS#8 PEM. ` +
        "Restore it from a backup; a new key needs a new entry in the roster.",
    );
    expect(await readFile(join(root, "node.key"), "utf8")).toBe(text);
    await state.close();
  });
});

describe("the models of a run", () => {
  it("come back by their hash, and a damaged one is told", async () => {
    const state = await openStateDirectory(root);
    const {models} = await state.openRun(RUN);
    const bytes = Uint8Array.from({length: 100_000}, (_, index) => index % 251);
    const hash = toHex(sha256(bytes));
    expect(await models.get(hash)).toBeUndefined();
    await models.put(hash, bytes);
    expect(toHex((await models.get(hash)) ?? new Uint8Array())).toBe(toHex(bytes));
    await writeFile(join(root, "runs", RUN, "models", `${hash}.0123456789ab.tmp`), "half a model");
    expect(await models.list()).toEqual([hash]);
    await writeFile(join(root, "runs", RUN, "models", hash), bytes.subarray(1));
    await expect(models.get(hash)).rejects.toMatchObject({code: "STORAGE_MODEL_CORRUPT"});
    await models.put(hash, bytes);
    expect(await models.get(hash)).toHaveLength(100_000);
    await models.remove(hash);
    await models.remove(hash);
    expect(await models.list()).toEqual([]);
    await state.close();
  });

  it("are checked by the hash that the run names", async () => {
    const state = await openStateDirectory(root);
    const layout = fromString("layout");
    const hashOf = (bytes: Uint8Array): string => toHex(sha256(layout, bytes));
    const {models} = await state.openRun(RUN, hashOf);
    const bytes = fromString("parameters");
    await models.put(hashOf(bytes), bytes);
    expect(toHex((await models.get(hashOf(bytes))) ?? new Uint8Array())).toBe(toHex(bytes));
    await models.put(toHex(sha256(bytes)), bytes);
    await expect(models.get(toHex(sha256(bytes)))).rejects.toMatchObject({code: "STORAGE_MODEL_CORRUPT"});
    await state.close();
  });
});

describe("the address cache", () => {
  it("is replaced as a whole, and left aside with a warning when damaged", async () => {
    const state = await openStateDirectory(root);
    expect(await state.readAddresses()).toEqual({addresses: {}});
    await state.writeAddresses({peer: ["/ip4/127.0.0.1/tcp/1"]});
    await state.writeAddresses({other: ["/ip4/127.0.0.1/tcp/2"]});
    expect(await state.readAddresses()).toEqual({addresses: {other: ["/ip4/127.0.0.1/tcp/2"]}});
    await writeFile(join(root, "addresses.json"), '{"formatVersion": 1, "peers": ');
    const cached = await state.readAddresses();
    expect(cached.addresses).toEqual({});
    expect(cached.warning).toMatch(/addresses\.json is damaged and was ignored$/);
    await state.close();
  });

  it("is left aside when it holds more than this program ever writes", async () => {
    const state = await openStateDirectory(root);
    const many = Array.from({length: 17}, (_, index) => `/ip4/10.0.0.1/tcp/${index}`);
    const peers = Object.fromEntries(Array.from({length: 1025}, (_, index) => [`peer ${index}`, []]));
    for (const tooMuch of [{peer: many}, {peer: ["/".repeat(257)]}, peers]) {
      await state.writeAddresses(tooMuch);
      expect(await state.readAddresses()).toMatchObject({
        addresses: {},
        warning: expect.stringContaining("ignored"),
      });
    }
    await state.close();
  });
});
