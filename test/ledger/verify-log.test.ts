import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {at, type CodedError, isCoded, present, toHex} from "../../src/core/index.ts";
import {
  type Bundle,
  decodeLogRecord,
  formatBundle,
  LogCheck,
  openCheckpoint,
  parseBundle,
  type SoundLog,
} from "../../src/ledger/index.ts";
import {logShapes, PRIMITIVES, type SignedLog, signedLog, signerOf} from "./signed-log.ts";

interface Given {
  readonly records: readonly Uint8Array[];
  readonly head: string | null;
}

function verdict({records, head}: Given, writer?: string): SoundLog | CodedError | null {
  const check = new LogCheck({primitives: PRIMITIVES, ...(writer === undefined ? {} : {writer})});
  try {
    for (const record of records) check.add(record);
    return check.end(head);
  } catch (error) {
    if (isCoded(error)) return error;
    throw error;
  }
}

const given = ({segments, end}: SignedLog): Given => ({records: segments.flat(), head: end.checkpoint});

const isEntry = (record: Uint8Array): boolean => {
  const kind = decodeLogRecord(record)?.kind;
  return kind !== "segment" && kind !== "hashes" && kind !== "head";
};

/** The number of the entry at a place among the records; of another record, that of the next entry. */
const seqAt = (records: readonly Uint8Array[], place: number): number =>
  records.slice(0, place).filter(isEntry).length;

/** A log, and a place of one of its entries. */
const logsAndEntries = fc.tuple(logShapes, fc.nat()).map(([shape, pick]) => {
  const log = given(signedLog(shape));
  const places = log.records.flatMap((record, place) => (isEntry(record) ? [place] : []));
  return {...log, place: at(places, pick % places.length)};
});

/** The place to which the fault of a changed log points. */
function seqOf(result: SoundLog | CodedError | null): unknown {
  expect(result).toMatchObject({code: expect.stringMatching(/^LEDGER_/)});
  return isCoded(result) ? result.data["seq"] : null;
}

describe("a sound log", () => {
  it("is verified whole, and from any of its segments on", () => {
    fc.assert(
      fc.property(logShapes, fc.nat(), (shape, pick) => {
        const log = signedLog(shape);
        const from = pick % log.segments.length;
        const kept = log.segments.slice(from).flat();
        const result = verdict({records: kept, head: log.end.checkpoint}, signerOf(1).peerId);
        const dropped = log.segments.slice(0, from).flat().filter(isEntry).length;
        expect(result).toMatchObject({before: {size: dropped}, frontier: {size: log.end.frontier.size}});
      }),
    );
  });

  it("refuses a list of hashes that belongs to no entries, at the end too", () => {
    const {records, head} = given(signedLog([[2]]));
    const list = present(
      records.find((record) => decodeLogRecord(record)?.kind === "hashes"),
      "a list",
    );
    expect(verdict({records: [...records, list], head})).toMatchObject({code: "LEDGER_ENTRY_BAD"});
  });

  it("tells its entries in order, each once its head was verified", () => {
    const seen: number[] = [];
    const check = new LogCheck({primitives: PRIMITIVES, onEntry: ({seq}) => void seen.push(seq)});
    const {records, head} = given(signedLog([[2, 3], [1]]));
    for (const record of records) check.add(record);
    check.end(head);
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("may be one batch ahead of the head that is kept apart, as after a crash, but not behind it", () => {
    const [first, second] = [signedLog([[2]]), signedLog([[2, 3]])];
    expect(verdict({records: second.segments.flat(), head: first.end.checkpoint})).toMatchObject({heads: 2});
    expect(verdict({records: first.segments.flat(), head: null})).toMatchObject({heads: 1});
    expect(verdict({records: second.segments.flat(), head: null})).toMatchObject({code: "LEDGER_HEAD_BAD"});
    expect(verdict({records: first.segments.flat(), head: second.end.checkpoint})).toMatchObject({
      code: "LEDGER_TRUNCATED",
      data: {seq: 2, day: "2026-11-25"},
    });
    expect(verdict({records: [], head: second.end.checkpoint})).toMatchObject({code: "LEDGER_TRUNCATED"});
    const newestDay = signedLog([[1], [1]])
      .segments.slice(1)
      .flat();
    expect(verdict({records: newestDay, head: null})).toMatchObject({code: "LEDGER_HEAD_BAD"});
    expect(verdict({records: [], head: null})).toBeNull();
  });
});

describe("of a changed log, the first bad entry is named", () => {
  it("when a byte of it is flipped", () => {
    fc.assert(
      fc.property(
        logsAndEntries,
        fc.nat(),
        fc.integer({min: 1, max: 255}),
        ({records, head, place}, byteAt, mask) => {
          const changed = records.map((record, other) =>
            other === place
              ? record.map((byte, index) => (index === byteAt % record.length ? byte ^ mask : byte))
              : record,
          );
          expect(seqOf(verdict({records: changed, head}))).toBe(seqAt(records, place));
        },
      ),
      {numRuns: 300},
    );
  });

  it("when it is dropped, or given twice", () => {
    fc.assert(
      fc.property(logsAndEntries, ({records, head, place}) => {
        const dropped = records.filter((_, other) => other !== place);
        const seq = seqAt(records, place);
        expect(seqOf(verdict({records: dropped, head}))).toBe(seq);
        const doubled = records.flatMap((record, other) => (other === place ? [record, record] : [record]));
        expect(seqOf(verdict({records: doubled, head}))).toBe(seq + 1);
      }),
    );
  });

  it("when it changes its place with the next", () => {
    fc.assert(
      fc.property(logsAndEntries, ({records, head, place}) => {
        const next = records[place + 1];
        fc.pre(next !== undefined && isEntry(next));
        const changed = records.map((record, other) => {
          if (other === place) return at(records, place + 1);
          return other === place + 1 ? at(records, place) : record;
        });
        expect(seqOf(verdict({records: changed, head}))).toBe(seqAt(records, place));
      }),
    );
  });

  it("when the log is cut at any record", () => {
    fc.assert(
      fc.property(logShapes, fc.nat(), (shape, pick) => {
        const {records, head} = given(signedLog(shape));
        const place = pick % records.length;
        const seq = seqOf(verdict({records: records.slice(0, place), head}));
        // The entries of a batch whose end is gone have no head over them: the first of them is named.
        const whole = records
          .slice(0, place)
          .findLastIndex((record) => decodeLogRecord(record)?.kind === "head");
        expect(seq).toBe(seqAt(records, whole + 1));
      }),
    );
  });

  it("when a whole batch or a whole day is gone", () => {
    const {segments, end} = signedLog([[2, 3], [1], [2]]);
    const [first = [], ...others] = segments;
    const firstBatch = 2 + 2;
    const withoutBatch = [...first.slice(0, 1), ...first.slice(1 + firstBatch), ...others.flat()];
    expect(seqOf(verdict({records: withoutBatch, head: end.checkpoint}))).toBe(0);
    const withoutDay = [...first, ...others.slice(1).flat()];
    expect(seqOf(verdict({records: withoutDay, head: end.checkpoint}))).toBe(6);
  });

  it("when any other record is changed, dropped or moved, it is refused too", () => {
    fc.assert(
      fc.property(logShapes, fc.nat(), fc.nat(), (shape, pick, byteAt) => {
        const {records, head} = given(signedLog(shape));
        const places = records.flatMap((record, place) => (isEntry(record) ? [] : [place]));
        const place = at(places, pick % places.length);
        const flipped = records.map((record, other) =>
          other === place
            ? record.map((byte, index) => (index === byteAt % record.length ? byte ^ 1 : byte))
            : record,
        );
        const result = verdict({records: flipped, head});
        expect(result).toMatchObject({code: expect.stringMatching(/^LEDGER_/)});
        expect(verdict({records: records.filter((_, other) => other !== place), head})).toMatchObject({
          code: expect.stringMatching(/^LEDGER_/),
        });
      }),
      {numRuns: 300},
    );
  });
});

describe("who wrote a log", () => {
  it("is who its name says, and who is expected", () => {
    const log = given(signedLog([[1]], signerOf(2)));
    expect(verdict(log, signerOf(2).peerId)).toMatchObject({heads: 1});
    expect(verdict(log, signerOf(1).peerId)).toMatchObject({code: "LEDGER_FOREIGN"});
  });

  it("cannot be another that signs in its name", () => {
    const honest = signerOf(1);
    const thief = signerOf(2);
    const log = given(signedLog([[1]], {...honest, sign: thief.sign}));
    expect(verdict(log)).toMatchObject({code: "LEDGER_HEAD_BAD"});
  });
});

describe("an earlier head", () => {
  const later = signedLog([[2, 3], [1]]);
  const checkOf = ({segments, end}: SignedLog): LogCheck => {
    const check = new LogCheck({primitives: PRIMITIVES});
    for (const record of segments.flat()) check.add(record);
    check.end(end.checkpoint);
    return check;
  };
  const headOf = ({end}: SignedLog) => {
    const head = end.checkpoint === null ? null : openCheckpoint(PRIMITIVES, end.checkpoint);
    if (head === null) throw new Error("no head");
    return head;
  };

  it("of the same log is accepted, of a longer or another one refused", () => {
    const check = checkOf(later);
    expect(() => check.holdAgainst(headOf(signedLog([[2]])))).not.toThrow();
    expect(() => check.holdAgainst(headOf(later))).not.toThrow();
    const shorter = checkOf(signedLog([[2]]));
    expect(() => shorter.holdAgainst(headOf(later))).toThrow(
      expect.objectContaining({code: "LEDGER_TRUNCATED"}),
    );
    for (const other of [signedLog([[1, 1]]), signedLog([[2]], signerOf(2))])
      expect(() => check.holdAgainst(headOf(other))).toThrow(
        expect.objectContaining({code: "LEDGER_FORKED"}),
      );
  });
});

describe("a bundle", () => {
  it("gives back the records of a log, byte for byte", () => {
    const {records, head} = given(signedLog([[2, 3], [1]]));
    const bundle = {head: head as string, proof: [new Uint8Array(32).fill(7)], records};
    const hex = ({proof, ...others}: Bundle) => ({
      ...others,
      proof: proof.map(toHex),
      records: others.records.map(toHex),
    });
    expect(hex(parseBundle(formatBundle(bundle)))).toEqual(hex(bundle));
  });

  it("that is none is refused with its line", () => {
    const {records, head} = given(signedLog([[1]]));
    const lines = formatBundle({head: head as string, proof: [], records}).split("\n");
    for (const [line, text] of [
      [1, ["{}", ...lines.slice(1)]],
      [3, [...lines.slice(0, 2), '{"entry":"!"}', ...lines.slice(3)]],
      [2, [...lines.slice(0, 1), "", ...lines.slice(1)]],
    ] as const)
      expect(() => parseBundle(text.join("\n"))).toThrow(
        expect.objectContaining({code: "LEDGER_BUNDLE_INVALID", data: {line}}),
      );
  });
});
