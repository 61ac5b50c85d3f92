import {decode, encode} from "cborg";
import {fromString, toString} from "uint8arrays";
import {z} from "zod";
import {present, toHex} from "../../src/core/index.ts";
import {decodeLogRecord, formatBundle, openCheckpoint, parseBundle} from "../../src/ledger/index.ts";
import {checkBundle} from "../../src/node/index.ts";
import {PRIMITIVES, signedLog} from "../ledger/signed-log.ts";
import {accepts, BrokenLaw, type FuzzTarget} from "./target.ts";

const LOG = signedLog([[1, 2], [1]]);
const HEAD = present(LOG.end.checkpoint, "the head of a log");
const RECORDS = LOG.segments.flat();
const ROOT = toHex(present(openCheckpoint(PRIMITIVES, HEAD), "an open head").root);

/** Records of a ledger's files: one that is read is, written again, the same bytes. */
const records: FuzzTarget = {
  name: "ledger records",
  seeds: RECORDS,
  skip: 0,
  feed(bytes) {
    const record = decodeLogRecord(bytes);
    if (record !== null && toHex(encode(record)) !== toHex(bytes))
      throw new BrokenLaw("a record has two spellings");
    return record !== null;
  },
  held: () => 0,
};

const bundleSchema = z.object({
  head: z.string(),
  proof: z.array(z.instanceof(Uint8Array)),
  records: z.array(z.instanceof(Uint8Array)),
});

/** The text of a bundle whose parts are these bytes' CBOR; the bytes as a text if they hold none. */
function bundleText(bytes: Uint8Array): string {
  try {
    return formatBundle(bundleSchema.parse(decode(bytes)));
  } catch {
    return toString(bytes);
  }
}

/** Bundles: one that is read may be false, but only the signed one is sound. */
const bundles: FuzzTarget = {
  name: "ledger bundles",
  seeds: [
    fromString(formatBundle({head: HEAD, proof: [], records: RECORDS})),
    encode({head: HEAD, proof: [], records: RECORDS}),
  ],
  skip: 0,
  feed: (bytes) =>
    accepts(() => {
      const bundle = parseBundle(bundleText(bytes));
      const isSound = accepts(() => {
        const {log, head} = checkBundle(bundle);
        if (toHex(head.root) !== ROOT || log.frontier.size !== head.size)
          throw new BrokenLaw("a bundle is sound that nobody signed");
      });
      if (isSound && bundle.records.length !== RECORDS.length)
        throw new BrokenLaw("a sound bundle has other records than were signed");
    }),
  held: () => 0,
};

/** One target for every file of a ledger that comes from elsewhere. */
export const ledgerTargets: readonly FuzzTarget[] = [records, bundles];
