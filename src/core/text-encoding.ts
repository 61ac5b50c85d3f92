import {at} from "./at.ts";
import {CodedError} from "./errors.ts";
import {toHex} from "./hash.ts";

/** Decodes the bytes of a text piece by piece. */
export interface TextReader {
  /**
   * Returns the characters of the next bytes. A character that is cut off at their end is kept for the next
   * call.
   */
  read(bytes: Uint8Array): string;
  /** Must be called after the last bytes. */
  end(): void;
}

/** A decoder of the platform. */
type Decoder = InstanceType<typeof TextDecoder>;

const REPLACEMENT = [0xef, 0xbf, 0xbd];

/**
 * Bytes of letters of German, French and Spanish in MS-DOS code page 850 that are not letters in
 * Windows-1252.
 */
const DOS_LETTERS = new Set([0x81, 0x84, 0x8e, 0x94, 0x99, 0x9a, 0x82, 0x85, 0x87]);

/** Number of bytes in a character, by its first byte. */
function lengthOfCharacter(first: number): number {
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  return first >= 0xc0 ? 2 : 1;
}

/** Number of bytes before the character, if any, that the end of `bytes` cuts off. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = at(bytes, bytes.length - back);
    if ((byte & 0xc0) === 0x80) continue;
    return lengthOfCharacter(byte) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** Offset of the first byte that is not valid UTF-8. Some byte in `bytes` must be invalid. */
function firstWrongByte(bytes: Uint8Array): number {
  const text = new TextDecoder("utf-8", {ignoreBOM: true}).decode(bytes);
  const encoder = new TextEncoder();
  let offset = 0;
  let from = 0;
  for (let at = text.indexOf("\ufffd"); at !== -1; at = text.indexOf("\ufffd", from)) {
    if (at > from) offset += encoder.encode(text.slice(from, at)).length;
    if (REPLACEMENT.some((byte, index) => bytes[offset + index] !== byte)) return offset;
    offset += REPLACEMENT.length;
    from = at + 1;
  }
  throw new Error("no byte is wrong");
}

function likelyEncoding(bytes: Uint8Array): string {
  const high = bytes.filter((byte) => byte >= 0x80);
  const isDos =
    high.every((byte) => byte < 0xa0 || byte === 0xe1) && high.some((byte) => DOS_LETTERS.has(byte));
  if (isDos) return "an MS-DOS code page such as 850";
  return high.some((byte) => byte < 0xa0) ? "Windows-1252" : "Windows-1252 or Latin-1";
}

const HINT = 'Save it as UTF-8; in Excel, as the file type "CSV UTF-8".';

/** Reads text in UTF-8, or in UTF-16 with a byte order mark. */
class StrictReader<Code extends string> implements TextReader {
  readonly #name: string;
  readonly #code: Code;
  /** Decoder of UTF-16; null for UTF-8; undefined before the first bytes. */
  #wide: Decoder | null | undefined = undefined;
  #rest: Uint8Array = new Uint8Array();
  #line = 1;

  constructor(name: string, code: Code) {
    this.#name = name;
    this.#code = code;
  }

  read(bytes: Uint8Array): string {
    const isFirst = this.#wide === undefined;
    if (isFirst) this.#wide = this.#wideDecoder(bytes);
    if (this.#wide instanceof TextDecoder) return this.#readWide(this.#wide, bytes, true);
    const all = this.#rest.length === 0 ? bytes : Uint8Array.from([...this.#rest, ...bytes]);
    const whole = wholeCharacters(all);
    this.#rest = all.slice(whole);
    return this.#decode(all.subarray(0, whole), isFirst);
  }

  end(): void {
    if (this.#wide instanceof TextDecoder) this.#readWide(this.#wide, new Uint8Array(), false);
    else this.#decode(this.#rest, false);
  }

  #wideDecoder([first, second]: Uint8Array): Decoder | null {
    if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le", {fatal: true});
    if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be", {fatal: true});
    return null;
  }

  #readWide(decoder: Decoder, bytes: Uint8Array, stream: boolean): string {
    try {
      return decoder.decode(bytes, {stream});
    } catch {
      return this.#refuse("begins as UTF-16 and is not", HINT);
    }
  }

  #decode(bytes: Uint8Array, isFirst: boolean): string {
    if (bytes.includes(0)) this.#refuse("is no text, or UTF-16 without its byte order mark", HINT);
    try {
      // A byte order mark belongs only at the beginning.
      const text = new TextDecoder("utf-8", {fatal: true, ignoreBOM: !isFirst}).decode(bytes);
      for (const byte of bytes) if (byte === 0x0a) this.#line += 1;
      return text;
    } catch {
      const at = firstWrongByte(bytes);
      for (const byte of bytes.subarray(0, at)) if (byte === 0x0a) this.#line += 1;
      const byte = toHex(bytes.subarray(at, at + 1)).toUpperCase();
      const where = `byte 0x${byte} on line ${this.#line}`;
      return this.#refuse(`is not UTF-8 (${where}), most likely ${likelyEncoding(bytes)}`, HINT);
    }
  }

  #refuse(what: string, hint: string): never {
    throw new CodedError(this.#code, `${this.#name}: ${what}`, {hint, data: {file: this.#name}});
  }
}

/**
 * Creates a reader of UTF-8 with or without a byte order mark, or of UTF-16 with one. It refuses bytes of
 * another encoding and never invents a character.
 * @param name the file's name in messages
 * @throws {CodedError} from both methods: `code`, one line with the byte, its line and the most likely
 * encoding
 */
export function createTextReader<Code extends string>(name: string, code: Code): TextReader {
  return new StrictReader(name, code);
}

/** Decodes all of `bytes`, as {@link createTextReader} reads it. @throws {CodedError} `code` */
export function decodeText<Code extends string>(bytes: Uint8Array, name: string, code: Code): string {
  const reader = createTextReader(name, code);
  const text = reader.read(bytes);
  reader.end();
  return text;
}
