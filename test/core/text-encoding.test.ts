import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {createTextReader, decodeText, errorLine} from "../../src/core/index.ts";
import {thrownBy} from "../data/workspace.ts";

const lineFor = async (bytes: Uint8Array): Promise<string> =>
  errorLine(await thrownBy(() => decodeText(bytes, "t.csv", "DATA_FILE_ENCODING")));

/** `text` in pieces of `size` bytes through one reader. */
function inPieces(bytes: Uint8Array, size: number): string {
  const reader = createTextReader("t.csv", "DATA_FILE_ENCODING");
  let text = "";
  for (let at = 0; at < bytes.length; at += size) text += reader.read(bytes.subarray(at, at + size));
  reader.end();
  return text;
}

function utf16(text: string, isLittle: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * text.length + 2));
  [0xfeff, ...Array.from({length: text.length}, (_, at) => text.charCodeAt(at))].forEach((unit, at) =>
    view.setUint16(2 * at, unit, isLittle),
  );
  return new Uint8Array(view.buffer);
}

describe("the text of a file", () => {
  it("is what was written, in UTF-8 and in UTF-16 with its mark, in pieces of any size", () => {
    const text = fc
      .string({unit: "binary", minLength: 1})
      .filter((written) => !/^\ufeff|\0|\p{Surrogate}/u.test(written));
    fc.assert(
      fc.property(text, fc.integer({min: 2, max: 9}), (written, size) => {
        const plain = new TextEncoder().encode(written);
        expect(inPieces(plain, size)).toBe(written);
        expect(inPieces(Uint8Array.of(0xef, 0xbb, 0xbf, ...plain), 3 * size)).toBe(written);
        for (const isLittle of [true, false]) expect(inPieces(utf16(written, isLittle), size)).toBe(written);
      }),
    );
  });

  // Bytes by hand from the tables of the encodings (Unicode consortium, MAPPINGS).
  it.each([
    ["Latin-1", [0x61, 0x0a, 0x62, 0xc4, 0x31], "byte 0xC4 on line 2), most likely Windows-1252 or Latin-1"],
    ["Windows-1252 with a euro sign", [0x80, 0xe4, 0x0a], "byte 0x80 on line 1), most likely Windows-1252."],
    [
      "code page 850",
      [0x6d, 0x84, 0x6e],
      "byte 0x84 on line 1), most likely an MS-DOS code page such as 850",
    ],
    ["a character cut off", [0x61, 0xe2, 0x82], "byte 0xE2 on line 1), "],
    [
      "UTF-16 without its mark",
      [0x61, 0x00, 0x62, 0x00],
      "t.csv: is no text, or UTF-16 without its byte order mark",
    ],
    ["half a UTF-16", [0xff, 0xfe, 0x61], "t.csv: begins as UTF-16 and is not"],
  ])("in another encoding is refused: %s", async (_, bytes, expected) => {
    const line = await lineFor(Uint8Array.from(bytes));
    expect(line).toContain(expected);
    expect(line).toMatch(
      /^DATA_FILE_ENCODING: t\.csv: .* Save it as UTF-8; in Excel, as the file type "CSV UTF-8"\.$/,
    );
  });

  it("has its fault where an independent decoder first fails, in pieces of any size", () => {
    const bytes = fc
      .uint8Array({minLength: 2, maxLength: 60})
      .filter((all) => !all.includes(0) && (all[0] ?? 0) < 0xc0);
    fc.assert(
      fc.property(bytes, fc.integer({min: 2, max: 9}), (all, size) => {
        const isText = (): boolean => {
          try {
            decodeURIComponent([...all].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""));
            return true;
          } catch {
            return false;
          }
        };
        const read = (): boolean => {
          try {
            inPieces(all, size);
            return true;
          } catch {
            return false;
          }
        };
        expect(read()).toBe(isText());
      }),
    );
  });

  it("finds the wrong byte behind any number of lost characters in one pass", async () => {
    const lost = Uint8Array.from({length: 3 * 500_000 + 2}, (_, at) => [0xef, 0xbf, 0xbd][at % 3] ?? 0);
    lost.set([0xc4, 0x31], lost.length - 2);
    const start = performance.now();
    expect(await lineFor(lost)).toContain("byte 0xC4 on line 1");
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
