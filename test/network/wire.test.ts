import {encode, rfc8949EncodeOptions} from "cborg";
import fc from "fast-check";
import {fromString} from "uint8arrays/from-string";
import {toString} from "uint8arrays/to-string";
import {describe, expect, it} from "vitest";
import {
  createHeaderReader,
  decodeBlobRequest,
  decodeBlobResponse,
  encodeBlobHeader,
  MAX_BLOB_HEADER_BYTES,
} from "../../src/network/blobs/blob-wire.ts";
import {createFrameReader, encodeLinkFrame, FRAME_KINDS, type FrameKind} from "../../src/network/frame.ts";
import {
  decodeHello,
  decodeRefused,
  decodeWelcome,
  differingField,
  encodeHandshake,
} from "../../src/network/handshake.ts";

const hex = (bytes: Uint8Array): string => toString(bytes, "base16");

const HASH = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const HELLO = {minor: 0, session: 7, window: 1_048_576, terms: {consortium: "c0ffee", run: "r1"}};

/**
 * Bytes of wire format 1.0, encoded by hand after RFC 8949 4.2.1 (keys in the order of their encoded bytes).
 * A change here is a new wire version.
 */
const GOLDEN = {
  hello:
    "0000003e01" +
    "a4656d696e6f7200657465726d73a26372756e6272316a636f6e736f727469756d66633066666565" +
    "6677696e646f771a001000006773657373696f6e07",
  welcome: "0000000b02" + "a16773657373696f6e07",
  refused: "0000001803" + "a2656669656c64666c61796f75746773657373696f6e07",
  data: "0000000404" + "010203",
  heartbeat: "0000000105",
  request:
    "0000005e" +
    "a36468617368784062613738313662663866303163666561343134313430646535646165323232336230303336316133393631373761396362343130666636316632303031356164666c656e6774681903e8666f66667365741a00010000",
  response: "00000020" + "a365746f74616c1a000186a0666c656e6774681903e866737461747573626f6b",
};

describe("the wire format 1.0", () => {
  it("writes the golden bytes of every frame", () => {
    expect(hex(encodeLinkFrame("hello", encodeHandshake(HELLO)))).toBe(GOLDEN.hello);
    expect(hex(encodeLinkFrame("welcome", encodeHandshake({session: 7})))).toBe(GOLDEN.welcome);
    expect(hex(encodeLinkFrame("refused", encodeHandshake({session: 7, field: "layout"})))).toBe(
      GOLDEN.refused,
    );
    expect(hex(encodeLinkFrame("data", Uint8Array.of(1, 2, 3)))).toBe(GOLDEN.data);
    expect(hex(encodeLinkFrame("heartbeat", new Uint8Array(0)))).toBe(GOLDEN.heartbeat);
    expect(hex(encodeBlobHeader({hash: HASH, offset: 65_536, length: 1000}))).toBe(GOLDEN.request);
    expect(hex(encodeBlobHeader({status: "ok", length: 1000, total: 100_000}))).toBe(GOLDEN.response);
  });

  it("reads the golden bytes of every frame", () => {
    const read: {kind: FrameKind; payload: Uint8Array}[] = [];
    const reader = createFrameReader(
      () => 1000,
      (kind, payload) => read.push({kind, payload}),
    );
    for (const kind of Object.keys(FRAME_KINDS) as FrameKind[])
      reader.push(fromString(GOLDEN[kind], "base16"));
    const [hello, welcome, refused, data, heartbeat] = read.map(({payload}) => payload);
    expect(read.map(({kind}) => kind)).toEqual(Object.keys(FRAME_KINDS));
    expect(decodeHello(hello ?? new Uint8Array())).toEqual(HELLO);
    expect(decodeWelcome(welcome ?? new Uint8Array())).toEqual({session: 7});
    expect(decodeRefused(refused ?? new Uint8Array())).toEqual({session: 7, field: "layout"});
    expect(data).toEqual(Uint8Array.of(1, 2, 3));
    expect(heartbeat).toEqual(new Uint8Array(0));
    const header = (golden: string): Uint8Array =>
      createHeaderReader().push(fromString(golden, "base16"))?.header ?? new Uint8Array();
    expect(decodeBlobRequest(header(GOLDEN.request))).toEqual({hash: HASH, offset: 65_536, length: 1000});
    expect(decodeBlobResponse(header(GOLDEN.response))).toEqual({status: "ok", length: 1000, total: 100_000});
  });

  it("cuts frames out of a stream wherever it is broken", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({maxLength: 300}), {maxLength: 20}),
        fc.array(fc.integer({min: 1, max: 97}), {minLength: 1}),
        (payloads, cuts) => {
          const stream = Buffer.concat(payloads.map((payload) => encodeLinkFrame("data", payload)));
          const read: Uint8Array[] = [];
          const reader = createFrameReader(
            () => 300,
            (_, payload) => read.push(payload),
          );
          for (let at = 0, turn = 0; at < stream.length; turn++) {
            const size = cuts[turn % cuts.length] ?? 1;
            reader.push(stream.subarray(at, at + size));
            at += size;
          }
          expect(read).toEqual(payloads);
        },
      ),
    );
  });

  it("refuses a frame above the limit at its header, before its payload", () => {
    const reader = createFrameReader(
      () => 300,
      () => {},
    );
    const header = encodeLinkFrame("data", new Uint8Array(301)).subarray(0, 5);
    expect(() => reader.push(header)).toThrow(expect.objectContaining({code: "NETWORK_FRAME_TOO_LARGE"}));
  });

  it.each(["0000000000", "0000000106", "0000000100"])("refuses the malformed frame %s", (bytes) => {
    const reader = createFrameReader(
      () => 300,
      () => {},
    );
    expect(() => reader.push(fromString(bytes, "base16"))).toThrow(
      expect.objectContaining({code: "NETWORK_FRAME_MALFORMED"}),
    );
  });

  it.each([
    ["an unknown key", "a26773657373696f6e076178f5"],
    ["a duplicate key", "a26773657373696f6e076773657373696f6e08"],
    ["an integer longer than needed", "a16773657373696f6e1807"],
    ["an indefinite length", "bf6773657373696f6e07ff"],
    ["a wrong type", "a16773657373696f6e6137"],
    ["bytes after the item", "a16773657373696f6e0700"],
    ["nothing", ""],
  ])("refuses a message with %s", (_, bytes) => {
    expect(() => decodeWelcome(fromString(bytes, "base16"))).toThrow(
      expect.objectContaining({code: "NETWORK_FRAME_MALFORMED"}),
    );
  });

  it("survives any bytes: a reader takes them or throws a coded error", () => {
    const isCodedOrNothing = (action: () => void): boolean => {
      try {
        action();
        return true;
      } catch (error) {
        return Reflect.get(Object(error), "name") === "CodedError";
      }
    };
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 600}), (bytes) => {
        const reader = createFrameReader(
          () => 100,
          () => {},
        );
        expect(isCodedOrNothing(() => reader.push(bytes))).toBe(true);
        expect(isCodedOrNothing(() => createHeaderReader().push(bytes))).toBe(true);
        for (const decode of [
          decodeHello,
          decodeWelcome,
          decodeRefused,
          decodeBlobRequest,
          decodeBlobResponse,
        ]) {
          expect(isCodedOrNothing(() => decode(bytes))).toBe(true);
        }
      }),
      {numRuns: 500},
    );
  });

  it("refuses a blob header above the limit at its length", () => {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, MAX_BLOB_HEADER_BYTES + 1);
    expect(() => createHeaderReader().push(length)).toThrow(
      expect.objectContaining({code: "NETWORK_FRAME_TOO_LARGE"}),
    );
  });

  it("names the first field that differs, is missing or is surplus", () => {
    const terms = {consortium: "1", run: "2"};
    expect(differingField(terms, {run: "2", consortium: "1"})).toBeUndefined();
    expect(differingField({...terms, layout: "3"}, {...terms, run: "9", layout: "9"})).toBe("layout");
    expect(differingField(terms, {consortium: "1"})).toBe("run");
    expect(differingField({run: "1"}, {run: "1", roster: "2"})).toBe("roster");
    for (const name of ["constructor", "__proto__", "\u001b]0;PWNED\u0007"])
      expect(differingField(terms, {...terms, [name]: "x"}), name).toBe("other");
  });

  it("takes a refusal's field from a closed list alone, so that no peer's text is shown", () => {
    for (const field of ["layout\u001b[2J", "password", ""]) {
      const bytes = encode({session: 7, field}, rfc8949EncodeOptions);
      expect(() => decodeRefused(bytes), field).toThrow(
        expect.objectContaining({code: "NETWORK_FRAME_MALFORMED"}),
      );
    }
  });
});
