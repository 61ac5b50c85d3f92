import {generateKeyPairSync, sign} from "node:crypto";

/** DER tag numbers. */
const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const VERSION = 0xa0;

/** DER of the object identifiers ecdsa-with-SHA256 (1.2.840.10045.4.3.2) and commonName (2.5.4.3). */
const ECDSA_WITH_SHA256 = Buffer.from("06082a8648ce3d040302", "hex");
const COMMON_NAME = Buffer.from("0603550403", "hex");

function lengthOf(bytes: number): Buffer {
  if (bytes < 0x80) return Buffer.from([bytes]);
  return bytes < 0x100 ? Buffer.from([0x81, bytes]) : Buffer.from([0x82, bytes >>> 8, bytes & 0xff]);
}

function element(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(body.length), body]);
}

/** A key and a self-signed certificate for it, both PEM. */
export interface Credentials {
  readonly key: string;
  readonly cert: string;
}

/** New credentials for `localhost` on P-256, since Node can make keys but no certificates (RFC 5280, section 4.1). */
export function selfSigned(): Credentials {
  const {publicKey, privateKey} = generateKeyPairSync("ec", {namedCurve: "P-256"});
  const algorithm = element(SEQUENCE, ECDSA_WITH_SHA256);
  const common = element(SEQUENCE, COMMON_NAME, element(UTF8_STRING, Buffer.from("localhost")));
  const name = element(SEQUENCE, element(SET, common));
  const times = ["200101000000Z", "491231235959Z"].map((time) => element(UTC_TIME, Buffer.from(time)));
  const toBeSigned = element(
    SEQUENCE,
    element(VERSION, element(INTEGER, Buffer.from([2]))),
    element(INTEGER, Buffer.from([1])),
    algorithm,
    name,
    element(SEQUENCE, ...times),
    name,
    publicKey.export({type: "spki", format: "der"}),
  );
  const signature = element(BIT_STRING, Buffer.from([0]), sign("sha256", toBeSigned, privateKey));
  const certificate = element(SEQUENCE, toBeSigned, algorithm, signature).toString("base64");
  const lines = certificate.match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({type: "pkcs8", format: "pem"}).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`,
  };
}
