import {readFileSync} from "node:fs";
import {encode} from "cborg";
import fc from "fast-check";
import {fromString} from "uint8arrays/from-string";
import {toString} from "uint8arrays/to-string";
import {describe, expect, it} from "vitest";
import {createRandom, isCoded, type Random, sha256, toHex} from "../../src/core/index.ts";
import {bodyHash, genesisHash, readyBytes, voteBytes} from "../../src/rounds/certificate.ts";
import {
  canonicalBytes,
  decodeBody,
  decodeCertificate,
  decodeFrame,
  encodeFrame,
} from "../../src/rounds/index.ts";
import {RUN} from "./consortium.ts";
import {BODY, BODY_HASH, CERTIFICATE, FRAMES} from "./frame-examples.ts";

interface Golden {
  readonly frames: Readonly<Record<string, string>>;
  readonly voteBytes: string;
  readonly readyBytes: string;
  readonly body: string;
  readonly bodyHash: string;
  readonly genesisHash: string;
  readonly certificate: string;
}

/**
 * Bytes of wire format 1, made by another encoder of deterministic CBOR (RFC 8949, 4.2.3: shortest numbers, keys
 * by length, then by bytes), written for this in Python. A change here is a new wire version.
 */
const golden: Golden = JSON.parse(readFileSync(new URL("./golden-frames.json", import.meta.url), "utf8"));

const hex = (bytes: Uint8Array): string => toString(bytes, "base16");

/** Decodes, and tells what came of it: nothing but a frame or the coded refusal may. */
function fateOf(bytes: Uint8Array): "frame" | "refused" {
  try {
    const frame = decodeFrame(bytes);
    // Whatever passes must be safe to hash and to send on.
    decodeFrame(encodeFrame(frame));
    return "frame";
  } catch (error) {
    if (isCoded(error, "GOSSIP_FRAME_MALFORMED")) return "refused";
    throw error;
  }
}

/** One of: a bit flipped, a byte set, bytes cut out, bytes doubled, or the end cut off. */
function mutate(random: Random, original: Uint8Array): Uint8Array {
  const bytes = [...original];
  for (let change = 1 + random.below(3); change > 0; change--) {
    const at = random.below(Math.max(1, bytes.length));
    const length = 1 + random.below(8);
    const kind = random.below(5);
    if (kind === 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    else if (kind === 1) bytes[at] = random.below(256);
    else if (kind === 2) bytes.splice(at, length);
    else if (kind === 3) bytes.splice(at, 0, ...bytes.slice(at, at + length));
    else bytes.length = at;
  }
  return Uint8Array.from(bytes);
}

describe("the bytes of the wire format", () => {
  it("exist for every frame type", () => {
    const types = new Set(Object.values(FRAMES).map(({type}) => type));
    expect(types.size).toBe(27);
    expect(Object.keys(golden.frames).sort()).toEqual(Object.keys(FRAMES).sort());
  });

  it.each(Object.entries(FRAMES))("of a frame %s are as recorded, and read back", (name, frame) => {
    const bytes = encodeFrame(frame);
    expect(hex(bytes)).toBe(golden.frames[name]);
    expect(decodeFrame(fromString(golden.frames[name] ?? "", "base16"))).toEqual(frame);
  });

  it("of a body and its hash are as recorded", () => {
    expect(hex(canonicalBytes(BODY))).toBe(golden.body);
    expect(bodyHash(sha256, BODY)).toBe(golden.bodyHash);
    expect(golden.bodyHash).toBe(BODY_HASH);
    expect(decodeBody(fromString(golden.body, "base16"))).toEqual(BODY);
    expect(genesisHash(sha256, RUN)).toBe(golden.genesisHash);
  });

  it("that a vote and a word of readiness sign are as recorded", () => {
    const content = {run: RUN, round: 7, ballot: 3, step: "commit", body: BODY_HASH} as const;
    expect(hex(voteBytes(content))).toBe(golden.voteBytes);
    const word = {run: RUN, round: 7, contribution: "01".repeat(32)};
    expect(hex(readyBytes(word))).toBe(golden.readyBytes);
  });

  it("of a certificate are as recorded", () => {
    expect(hex(canonicalBytes(CERTIFICATE))).toBe(golden.certificate);
    expect(decodeCertificate(fromString(golden.certificate, "base16"))).toEqual(CERTIFICATE);
  });

  it("do not depend on the order in which a body's fields were written", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(Object.entries(BODY), {minLength: 10}), (entries) => {
        expect(toHex(sha256(canonicalBytes(Object.fromEntries(entries))))).toBe(BODY_HASH);
      }),
    );
  });
});

describe("bytes from a peer", () => {
  it("are a frame or are refused, whatever was done to them (10,000 mutations)", () => {
    const random = createRandom({seed: 7, site: "", round: 0, purpose: "mutations"});
    const originals = Object.values(FRAMES).map(encodeFrame);
    const counts = {frame: 0, refused: 0};
    const escaped: string[] = [];
    for (let trial = 0; trial < 10_000; trial++) {
      const original = originals[trial % originals.length] ?? new Uint8Array();
      const bytes = mutate(random, original);
      try {
        counts[fateOf(bytes)] += 1;
      } catch {
        escaped.push(hex(bytes));
      }
    }
    expect(escaped).toEqual([]);
    // Some hit a hash or a signature, whose content no schema can judge; most must not pass.
    expect(counts.refused).toBeGreaterThan(5000);
    expect(counts.frame).toBeGreaterThan(100);
  });

  it("are refused when they are noise", () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 300}), (bytes) => {
        expect(fateOf(bytes)).toBe("refused");
      }),
      {numRuns: 2000},
    );
  });

  const ready = FRAMES["ready"];
  const vote = FRAMES["vote"];
  const start = FRAMES["start"];
  const offer = FRAMES["offer"];
  it.each<[string, Uint8Array]>([
    ["an unknown key", encode({...ready, extra: 1})],
    ["a missing key", encode({type: "ready", run: RUN, round: 7})],
    ["an unknown type", encode({type: "gossip", run: RUN, round: 7})],
    ["a round that is no whole number", encode({...ready, round: 0.5})],
    ["a negative round", encode({...ready, round: -1})],
    ["a round beyond all plans", encode({...ready, round: 1_000_001})],
    ["a ballot beyond exact integers", encode({...vote, ballot: 2n ** 60n})],
    ["a hash in capitals", encode({...ready, contribution: "AB".repeat(32)})],
    ["a signature as text", encode({...vote, signature: "ab"})],
    ["a signature of 1 MiB", encode({...vote, signature: new Uint8Array(1 << 20)})],
    ["an attempt without participants", encode({...start, participants: []})],
    [
      "an attempt of too many",
      encode({
        ...start,
        participants: Array.from({length: 1025}, () => ({member: "m", contribution: "ab".repeat(32)})),
      }),
    ],
    [
      "a weight that is NaN",
      encode({type: "propose", run: RUN, round: 7, ballot: 0, body: {...BODY, weight: Number.NaN}}),
    ],
    ["a weight of 0", encode({type: "propose", run: RUN, round: 7, ballot: 0, body: {...BODY, weight: 0}})],
    ["a clock of too many", encode({...offer, clock: Array.from({length: 1025}, () => 0)})],
    ["a clock that runs backwards", encode({...offer, clock: [-1]})],
    ["a clock beyond all plans", encode({...offer, clock: [1e10]})],
    ["a clock that is NaN", encode({...offer, clock: [Number.NaN]})],
    ["an exchange without a number", encode({...offer, seq: null})],
    ["an exchange of half a number", encode({...offer, seq: 0.5})],
    ["a reason that is none", encode({...FRAMES["busy"], reason: "tired"})],
    ["an outcome that is none", encode({...FRAMES["commit"], outcome: "half"})],
    ["a phase that is no whole number", encode({...FRAMES["mass"], phase: 0.5})],
    ["a phase before the first", encode({...FRAMES["mass"], phase: -1})],
    ["a phase beyond all schedules", encode({...FRAMES["mass"], phase: 65_537})],
    ["a mass that is named by no hash", encode({...FRAMES["mass"], sum: "ef"})],
    ["a list", encode([ready])],
    ["nothing", new Uint8Array()],
    ["two frames in one", Uint8Array.from([...encode(ready), ...encode(ready)])],
    ["lists 100,000 deep", new Uint8Array(100_000).fill(0x81)],
    ["a list that claims 2^32 items", Uint8Array.of(0x9a, 0xff, 0xff, 0xff, 0xff)],
    [
      "a string that claims 2^53 bytes",
      Uint8Array.of(0x7b, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x61),
    ],
    ["a list without an end", Uint8Array.of(0x9f, 0x01, 0xff)],
    ["a key twice", fromString("a264747970656361736b64747970656361736b", "base16")],
    ["a key __proto__", fromString("a1695f5f70726f746f5f5fa0", "base16")],
  ])("with %s are refused", (_, bytes) => {
    expect(fateOf(bytes)).toBe("refused");
    expect(Reflect.get({}, "type")).toBeUndefined();
  });

  it("name the place of the fault, never its content", () => {
    const secret = "patient 4711";
    expect(() => decodeFrame(encode({...ready, contribution: secret}))).toThrow(
      expect.objectContaining({
        code: "GOSSIP_FRAME_MALFORMED",
        message: expect.stringMatching(/^(?!.*4711).*contribution/),
      }),
    );
  });
});
