import {decode, encode} from "cborg";
import {alloc, concat} from "uint8arrays";
import {z} from "zod";
import {byteReader} from "./byte-reader.ts";
import {damaged} from "./sealed-stream.ts";

/** More than the manifest of a hundred thousand files takes; a part is much smaller. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
const LENGTH_BYTES = 4;

const bytesSchema = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const fileSchema = z.strictObject({
  path: z.string(),
  sizeBytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
const messageSchema = z.discriminatedUnion("kind", [
  z.strictObject({kind: z.literal("file"), path: z.string()}),
  z.strictObject({kind: z.literal("part"), bytes: bytesSchema}),
  z.strictObject({kind: z.literal("end"), files: z.array(fileSchema)}),
]);

/** One file of a backup's manifest; its path is relative to the state directory. */
export type BackupFile = Readonly<z.infer<typeof fileSchema>>;

/** The elements of a backup: files, each followed by its parts, and their manifest at the end. */
export type BackupMessage = Readonly<z.infer<typeof messageSchema>>;

/** Encodes a message as canonical CBOR behind its length in four bytes, little-endian. */
export function encodeMessage(message: BackupMessage): Uint8Array {
  const bytes = encode(message);
  const length = alloc(LENGTH_BYTES);
  new DataView(length.buffer, length.byteOffset).setUint32(0, bytes.length, true);
  return concat([length, bytes]);
}

function parseMessage(bytes: Uint8Array): BackupMessage {
  try {
    return messageSchema.parse(decode(bytes, {strict: true, rejectDuplicateMapKeys: true}));
  } catch {
    throw damaged("it holds what this version does not write");
  }
}

/** Reads the messages of a backup, up to its end. @throws STORAGE_BACKUP_CORRUPT */
export async function* readMessages(plain: AsyncIterable<Uint8Array>): AsyncGenerator<BackupMessage> {
  const reader = byteReader(plain);
  while (!(await reader.isAtEnd())) {
    const length = await reader.take(LENGTH_BYTES);
    if (length.length < LENGTH_BYTES) throw damaged("it ends within a length");
    const sizeBytes = new DataView(length.buffer, length.byteOffset).getUint32(0, true);
    if (sizeBytes > MAX_MESSAGE_BYTES) throw damaged("a part of it is too long");
    const bytes = await reader.take(sizeBytes);
    if (bytes.length < sizeBytes) throw damaged("it ends within a part");
    yield parseMessage(bytes);
  }
}
