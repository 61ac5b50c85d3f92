import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {
  createJsonLogger,
  type LogFields,
  runningSha256,
  sha256,
  silentLogger,
  toHex,
} from "../../src/core/index.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("SHA-256", () => {
  it("gives the answers of FIPS 180-2, appendix B", () => {
    expect(toHex(sha256(bytesOf("abc")))).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
    expect(toHex(sha256(bytesOf("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")))).toBe(
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    );
  });

  it("does not depend on how the bytes are cut", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({maxLength: 200}), {maxLength: 6}), (parts) => {
        const whole = sha256(Uint8Array.from(parts.flatMap((part) => [...part])));
        const running = runningSha256();
        for (const part of parts) running.update(part);
        expect(sha256(...parts)).toEqual(whole);
        expect(running.digest()).toEqual(whole);
      }),
    );
  });
});

describe("a JSON log", () => {
  it("writes a line an entry, with the fields of its parents, at its level and above", () => {
    const lines: unknown[] = [];
    const log = createJsonLogger("info", {write: (line) => void lines.push(JSON.parse(line))});
    const child = log.child({room: "network"}).child({run: "ab"});
    child.info("link up", {peer: "north", round: 2, absent: ["east"]});
    child.debug("not shown");
    log.error("disk full");
    expect(lines).toMatchObject([
      {room: "network", run: "ab", peer: "north", round: 2, absent: ["east"], msg: "link up"},
      {msg: "disk full"},
    ]);
    expect(lines).toHaveLength(2);
  });

  it("withholds what stands under a name that it does not know, whoever let it in", () => {
    const lines: string[] = [];
    const log = createJsonLogger("debug", {write: (line) => void lines.push(line)});
    const secrets = [
      "token",
      "key",
      "path",
      "patient",
      "privateKeySeed",
      "password",
      "authorization",
      "count",
    ];
    for (const name of secrets) {
      const smuggled: LogFields = {...Object.fromEntries([[name, "CANARY"]]), round: 3};
      log.error("an error", smuggled);
      log.child(smuggled).debug("a child");
    }
    expect(lines).toHaveLength(2 * secrets.length);
    for (const line of lines) expect(line).not.toContain("CANARY");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({token: "[withheld]", round: 3, msg: "an error"});
  });

  it("that keeps nothing has children that keep nothing", () => {
    expect(silentLogger.child({room: "x"})).toBe(silentLogger);
  });
});
