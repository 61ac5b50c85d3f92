import {readContract} from "../../src/data/index.ts";
import {envelopeOf} from "../../src/lineage/envelope-file.ts";
import {certificatesBytes, readCertificates} from "../../src/lineage/index.ts";
import {readStatement, STATEMENT_TYPE, statementBytes} from "../../src/lineage/statement.ts";
import {CERTIFICATE} from "../gossip/frame-examples.ts";
import {accepts, BrokenLaw, type FuzzTarget} from "./target.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

const CONTRACT = [
  "consilium/data-contract/1",
  1,
  "tabular",
  "heart",
  true,
  "disease",
  [["yes"], ["no"]],
  [
    ["age", "number", "years", [0, 120]],
    ["sex", "binary", "female", "male"],
    ["pain", "category", ["none", "some"], "one-hot"],
  ],
  "drop-row",
];
const STATEMENT = {
  _type: STATEMENT_TYPE,
  subject: [{name: "model.json", digest: {sha256: "ab".repeat(32)}}],
  predicateType: "https://consilium/certified-model/v1",
  predicate: {formatVersion: 1, writtenBy: "consilium 1.2.3", signer: "12D3KooWA", attempt: 1, rounds: 5},
};

const certificateFile: FuzzTarget = {
  name: "file of certificates",
  seeds: [certificatesBytes([CERTIFICATE]), certificatesBytes([CERTIFICATE, CERTIFICATE])],
  skip: 0,
  feed: (bytes) =>
    accepts(() => {
      const certificates = readCertificates(bytes);
      const again = readCertificates(certificatesBytes(certificates));
      if (JSON.stringify(again) !== JSON.stringify(certificates))
        throw new BrokenLaw("read again, they differ");
    }),
  held: () => 0,
};

const statement: FuzzTarget = {
  name: "statement of a certified model",
  seeds: [statementBytes(envelopeOf(bytesOf(JSON.stringify(STATEMENT)), new Uint8Array(64), "12D3KooWA"))],
  skip: 0,
  feed: (bytes) =>
    accepts(() => {
      const {payload, signature, signer} = readStatement(bytes);
      const again = statementBytes(envelopeOf(payload, signature, signer));
      if (!Buffer.from(again).equals(bytes)) throw new BrokenLaw("two files are one statement");
    }),
  held: () => 0,
};

const contract: FuzzTarget = {
  name: "data contract",
  seeds: [bytesOf(JSON.stringify(CONTRACT))],
  skip: 0,
  feed: (bytes) => accepts(() => void readContract(bytes, "contract.json")),
  held: () => 0,
};

/** One target for each file of a certified model that is parsed before anything vouches for it. */
export const modelFileTargets: readonly FuzzTarget[] = [certificateFile, statement, contract];
