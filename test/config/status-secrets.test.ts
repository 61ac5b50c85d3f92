import {chmod, chown, mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, it} from "vitest";
import {isGuarded} from "../../src/config/guarded-file.ts";
import {readStatusSecrets} from "../../src/config/index.ts";
import {errorLine} from "../../src/core/index.ts";

const TOKEN = "0123456789abcdef".repeat(2);
const PLAIN = {host: "127.0.0.1", port: 0, probes: {host: "127.0.0.1", port: 0}, allowedHosts: []};

let root: string;
let tokenFile: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "consilium secrets "));
  tokenFile = join(root, "token");
});
afterEach(() => rm(root, {recursive: true, force: true}));

/** Whoever runs the tests, the files are not root's. */
const giveAway = (path: string): Promise<void> =>
  process.getuid?.() === 0 ? chown(path, 65_534, 65_534) : Promise.resolve();

const lineOf = (text: string, mode: number): Promise<string> =>
  writeFile(tokenFile, text)
    .then(() => chmod(tokenFile, mode))
    .then(() => giveAway(tokenFile))
    .then(() => readStatusSecrets({...PLAIN, tokenFile}))
    .then(({token}) => `accepted ${token}`, errorLine);

describe("the secrets of the status server", () => {
  it("are none where none are named", async () => {
    expect(await readStatusSecrets(PLAIN)).toEqual({token: null, tls: null});
  });

  it("hold the token without the line's end", async () => {
    expect(await lineOf(`${TOKEN}\n`, 0o600)).toBe(`accepted ${TOKEN}`);
    expect(await lineOf(TOKEN, 0o400)).toBe(`accepted ${TOKEN}`);
  });

  it("are refused when others can read them, or when they are easy to guess", async () => {
    for (const mode of [0o640, 0o604, 0o660, 0o644]) {
      expect(await lineOf(TOKEN, mode), mode.toString(8)).toBe(
        `CONFIG_SECRET_UNSAFE: ${tokenFile} is open to other people than its owner. Run: chmod 600 ${tokenFile}`,
      );
    }
    for (const text of ["", "short", "x".repeat(31), `${"x".repeat(20)} ${"x".repeat(20)}`, "é".repeat(40)]) {
      expect(await lineOf(text, 0o600), text).toMatch(/^CONFIG_TOKEN_INVALID: .* holds no token/);
    }
    await rm(tokenFile);
    const missing = await readStatusSecrets({...PLAIN, tokenFile}).catch(errorLine);
    expect(missing).toBe(
      `CONFIG_TOKEN_MISSING: there is no token at ${tokenFile}. \`consilium init\` makes one in the state directory, ` +
        "and so does a daemon's first start; elsewhere: openssl rand -hex 32.",
    );
  });

  it("may be root's own, read by a group and nobody else, as service managers hand them out", () => {
    for (const mode of [0o600, 0o400, 0o440, 0o640])
      expect(isGuarded({mode, uid: 0}), mode.toString(8)).toBe(true);
    for (const mode of [0o660, 0o444, 0o644, 0o450, 0o441]) {
      expect(isGuarded({mode, uid: 0}), mode.toString(8)).toBe(false);
    }
    for (const mode of [0o440, 0o640]) expect(isGuarded({mode, uid: 1000}), mode.toString(8)).toBe(false);
  });

  it("hold certificates and a key that only its owner reads", async () => {
    const tls = {cert: join(root, "cert"), key: join(root, "key"), clientCa: join(root, "ca")};
    for (const [name, file] of Object.entries(tls)) await writeFile(file, name, {mode: 0o600});
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    expect((await readStatusSecrets({...PLAIN, tls})).tls).toEqual({
      cert: bytes("cert"),
      key: bytes("key"),
      clientCa: bytes("clientCa"),
    });
    const {clientCa: _, ...withoutClients} = tls;
    expect((await readStatusSecrets({...PLAIN, tls: withoutClients})).tls?.clientCa).toBeNull();
    await chmod(tls.key, 0o644);
    expect(await readStatusSecrets({...PLAIN, tls}).catch(errorLine)).toMatch(/^CONFIG_SECRET_UNSAFE: /);
  });
});
