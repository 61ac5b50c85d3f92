import {constants, gunzipSync, inflateRawSync, inflateSync} from "node:zlib";

/** Something that left a node or could be read about it. */
export interface Outgoing {
  /** Where it was found, for messages. */
  readonly where: string;
  readonly bytes: Uint8Array;
}

const PARTIAL = {finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 64 * 1024 * 1024};

/** The parts of the base64 of `text` that do not hang on what stands before and after it, one for each alignment. */
function base64Parts(text: string): string[] {
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]).toString("base64");
    const whole = Math.floor((shift + text.length) / 3) * 4;
    return encoded.slice(shift === 0 ? 0 : 4, whole);
  });
}

function utf16(text: string): [Buffer, Buffer] {
  const little = Buffer.from(text, "utf16le");
  return [little, Buffer.from(little).swap16()];
}

/** Every form in which `text` is looked for in plain bytes. */
function formsOf(text: string): ReadonlyMap<string, Buffer> {
  const hex = Buffer.from(text).toString("hex");
  const [little, big] = utf16(text);
  const forms: [string, Buffer][] = [
    ["plain", Buffer.from(text)],
    ["hex", Buffer.from(hex)],
    ["HEX", Buffer.from(hex.toUpperCase())],
    ["UTF-16LE", little],
    ["UTF-16BE", big],
  ];
  for (const [shift, part] of base64Parts(text).entries()) {
    forms.push([`base64 ${shift}`, Buffer.from(part)]);
    forms.push([`base64url ${shift}`, Buffer.from(part.replaceAll("+", "-").replaceAll("/", "_"))]);
  }
  return new Map(forms);
}

function attempt(unpack: () => Buffer): Buffer[] {
  try {
    const unpacked = unpack();
    return unpacked.length > 0 ? [unpacked] : [];
  } catch {
    return [];
  }
}

/** What can be inflated of `bytes`: from its beginning, and from wherever a zlib or gzip header stands. */
function inflated(bytes: Buffer): Buffer[] {
  const found = attempt(() => inflateRawSync(bytes, PARTIAL));
  for (let at = 0; at + 2 < bytes.length; at++) {
    const first = bytes[at] ?? 0;
    const second = bytes[at + 1] ?? 0;
    const isZlib = first === 0x78 && (first * 256 + second) % 31 === 0;
    if (isZlib) found.push(...attempt(() => inflateSync(bytes.subarray(at), PARTIAL)));
    if (first === 0x1f && second === 0x8b)
      found.push(...attempt(() => gunzipSync(bytes.subarray(at), PARTIAL)));
  }
  return found;
}

/** Where any of `markers` is in `outgoing`: plain, as base64, hexadecimal or UTF-16, also deflated. */
export function findLeaks(outgoing: Iterable<Outgoing>, markers: readonly string[]): string[] {
  const forms = markers.flatMap((marker) =>
    [...formsOf(marker)].map(([form, pattern]) => ({name: `${marker}, ${form}`, pattern})),
  );
  return [...outgoing].flatMap(({where, bytes}) => {
    const plain = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return [plain, ...inflated(plain)].flatMap((part) =>
      forms.filter(({pattern}) => part.includes(pattern)).map(({name}) => `${where}: ${name}`),
    );
  });
}
