import {open, readdir, stat} from "node:fs/promises";
import {join} from "node:path";
import {decode} from "cborg";
import {z} from "zod";
import {type CertificateBody, decodeCertificate} from "../../../src/rounds/index.ts";

const HEADER_BYTES = 20;
/** Where the length of a frame's payload lies in its header. */
const LENGTH_AT = 12;
const MAGIC_BYTES = "consilium/journal/1\n".length;

const recordsSchema = z.array(z.instanceof(Uint8Array));
const lineSchema = z.object({kind: z.string(), certificate: z.instanceof(Uint8Array).optional()});

/** Reads the certificates that a node writes to its journal, from outside, as they come. */
export interface JournalWatch {
  /** The bodies of those that were written since the last look. */
  look(): Promise<readonly CertificateBody[]>;
}

async function journalIn(state: string): Promise<string | null> {
  try {
    const [run] = await readdir(join(state, "runs"));
    return run === undefined ? null : join(state, "runs", run, "journal");
  } catch {
    return null;
  }
}

/** The whole frames at the beginning of `bytes`: their payloads, and how long they are. */
function framesOf(bytes: Buffer): {readonly payloads: readonly Buffer[]; readonly length: number} {
  const payloads: Buffer[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length) {
    const end = at + HEADER_BYTES + bytes.readUInt32LE(at + LENGTH_AT);
    if (end > bytes.length) break;
    payloads.push(bytes.subarray(at + HEADER_BYTES, end));
    at = end;
  }
  return {payloads, length: at};
}

/** Watches the journal of the one run in a state directory. */
export function watchJournal(state: string): JournalWatch {
  let offset = MAGIC_BYTES;
  return {
    async look() {
      const path = await journalIn(state);
      const size =
        path === null
          ? 0
          : await stat(path).then(
              (file) => file.size,
              () => 0,
            );
      if (path === null || size <= offset) return [];
      const file = await open(path);
      try {
        const {buffer, bytesRead} = await file.read(Buffer.alloc(size - offset), 0, size - offset, offset);
        const {payloads, length} = framesOf(buffer.subarray(0, bytesRead));
        offset += length;
        return payloads.flatMap((payload) =>
          recordsSchema.parse(decode(payload)).flatMap((record) => {
            const {kind, certificate} = lineSchema.parse(decode(record));
            return kind === "certificate" && certificate !== undefined
              ? [decodeCertificate(certificate).body]
              : [];
          }),
        );
      } finally {
        await file.close();
      }
    },
  };
}
