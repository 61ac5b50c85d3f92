import fc from "fast-check";
import {fromString, toString} from "uint8arrays";
import {describe, expect, it} from "vitest";
import type {FileSystem} from "../../src/storage/index.ts";
import {openJournal} from "../../src/storage/journal.ts";
import {decodeFrames, encodeJournalFrame, JOURNAL_MAGIC} from "../../src/storage/journal-frames.ts";
import {createCrashFileSystem} from "./crash-file-system.ts";

const PATH = "/run/journal";

async function createFiles(): Promise<ReturnType<typeof createCrashFileSystem>> {
  const files = createCrashFileSystem();
  await files.makeDirectory("/run");
  return files;
}

async function put(files: FileSystem, bytes: Uint8Array): Promise<void> {
  const file = await files.create(PATH, 0o600);
  await file.write(bytes);
  await file.sync();
}

/** A journal's bytes with one frame per batch, and where each frame ends. */
function journalOf(batches: readonly (readonly Uint8Array[])[]): {bytes: Uint8Array; ends: number[]} {
  let bytes = JOURNAL_MAGIC;
  const ends = [bytes.length];
  for (const batch of batches) {
    const frame = encodeJournalFrame(bytes.length, batch);
    bytes = new Uint8Array([...bytes, ...frame]);
    ends.push(bytes.length);
  }
  return {bytes, ends};
}

const batchesArbitrary = fc.array(fc.array(fc.uint8Array({maxLength: 40}), {minLength: 1, maxLength: 3}), {
  minLength: 1,
  maxLength: 5,
});

describe("the journal", () => {
  it("has the frames of the first format version", () => {
    const {bytes} = journalOf([[fromString("a"), fromString("bc")]]);
    // Computed apart with Python 3: struct.pack("<QII", 20, 6, zlib.crc32(...)), CBOR by hand.
    expect(toString(bytes, "hex")).toBe(
      "636f6e73696c69756d2f6a6f75726e616c2f310a" +
        "014a460a" +
        "1400000000000000" +
        "06000000" +
        "3100110a" +
        "8241" +
        "61426263",
    );
  });

  it("returns all records in order when opened again", async () => {
    const files = await createFiles();
    const journal = await openJournal(files, PATH);
    const texts = Array.from({length: 50}, (_, index) => `record ${index}`);
    for (const text of texts) await journal.append(fromString(text));
    await journal.close();
    const again = await openJournal(files, PATH);
    expect(again.entries().map((record) => toString(record))).toEqual(texts);
  });

  it("lets concurrent records share a sync", async () => {
    const files = await createFiles();
    const journal = await openJournal(files, PATH);
    const before = files.fileSyncs();
    await Promise.all(Array.from({length: 100}, () => journal.append(fromString("r"))));
    expect(files.fileSyncs() - before).toBeLessThanOrEqual(2);
    expect((await openJournal(files, PATH)).entries()).toHaveLength(100);
  });

  it("keeps what is appended while a compaction waits", async () => {
    const files = await createFiles();
    const journal = await openJournal(files, PATH);
    const before = journal.append(fromString("before"));
    const compaction = journal.compact([fromString("kept")]);
    const after = journal.append(fromString("after"));
    await Promise.all([before, compaction, after]);
    const again = await openJournal(files, PATH);
    expect(again.entries().map((record) => toString(record))).toEqual(["kept", "after"]);
  });

  it("takes nothing after a failed write", async () => {
    const files = await createFiles();
    const journal = await openJournal(files, PATH);
    await journal.append(fromString("first"));
    files.failAt(1, "ENOSPC");
    await expect(journal.append(fromString("second"))).rejects.toMatchObject({code: "STORAGE_FULL"});
    await expect(journal.append(fromString("third"))).rejects.toMatchObject({code: "STORAGE_FULL"});
    await journal.close();
    const again = await openJournal(files, PATH);
    expect(again.entries().map((record) => toString(record))).toEqual(["first"]);
  });

  it("takes a frame for one only where it was written", () => {
    const {bytes, ends} = journalOf([[fromString("a")]]);
    const again = Uint8Array.of(...bytes, ...bytes.slice(ends[0]));
    expect(decodeFrames(again)).toEqual({
      records: [fromString("a")],
      soundBytes: bytes.length,
      isDamaged: false,
    });
  });

  it("has lost a torn end for good once it is open", async () => {
    const files = await createFiles();
    const {bytes} = journalOf([[fromString("a")]]);
    await put(files, Uint8Array.of(...bytes, 1, 2, 3));
    await files.syncDirectory("/run");
    await openJournal(files, PATH);
    files.restart(() => 0);
    expect(await files.read(PATH)).toEqual(bytes);
  });

  it("cut at any byte holds the frames before the cut", () => {
    fc.assert(
      fc.property(batchesArbitrary, fc.nat(), (batches, position) => {
        const {bytes, ends} = journalOf(batches);
        const cut = JOURNAL_MAGIC.length + (position % (bytes.length - JOURNAL_MAGIC.length));
        const whole = ends.filter((end) => end <= cut).length - 1;
        const contents = decodeFrames(bytes.slice(0, cut));
        expect(contents).toEqual({
          records: batches.slice(0, whole).flat(),
          soundBytes: ends[whole],
          isDamaged: false,
        });
      }),
    );
  });

  it("with a changed byte before its last frame is refused, with the offset", async () => {
    await fc.assert(
      fc.asyncProperty(
        batchesArbitrary,
        fc.nat(),
        fc.integer({min: 1, max: 255}),
        async (batches, at, flip) => {
          const {bytes, ends} = journalOf([...batches, [fromString("last")]]);
          const start = JOURNAL_MAGIC.length;
          const position = start + (at % ((ends.at(-2) ?? 0) - start));
          bytes[position] = (bytes[position] ?? 0) ^ flip;
          const files = await createFiles();
          await put(files, bytes);
          const offset = ends.filter((end) => end <= position).at(-1) ?? -1;
          await expect(openJournal(files, PATH)).rejects.toMatchObject({
            code: "STORAGE_JOURNAL_CORRUPT",
            data: {offset},
          });
        },
      ),
    );
  });

  it("refuses a file that is no journal and leaves it as it is", async () => {
    const files = await createFiles();
    await put(files, fromString("something else"));
    await expect(openJournal(files, PATH)).rejects.toMatchObject({code: "STORAGE_JOURNAL_CORRUPT"});
    expect(toString((await files.read(PATH)) ?? new Uint8Array())).toBe("something else");
  });
});
