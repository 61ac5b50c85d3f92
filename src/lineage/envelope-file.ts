import {z} from "zod";

/** The payload's type in both envelopes. */
export const PAYLOAD_TYPE = "application/vnd.in-toto+json";

const base64 = z.base64();

/** A DSSE envelope with one signature, as JSON. */
export const envelopeSchema = z.strictObject({
  payload: base64,
  payloadType: z.literal(PAYLOAD_TYPE),
  signatures: z.tuple([z.strictObject({sig: base64, keyid: z.string()})]),
});

/** A DSSE envelope with one signature. */
export type Envelope = Readonly<z.output<typeof envelopeSchema>>;

/** Encodes a signed payload as a DSSE envelope. */
export function envelopeOf(payload: Uint8Array, signature: Uint8Array, keyid: string): Envelope {
  const inBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
  return {
    payload: inBase64(payload),
    payloadType: PAYLOAD_TYPE,
    signatures: [{sig: inBase64(signature), keyid}],
  };
}

/** The payload and the signature of an envelope, as bytes. */
export function openEnvelope({payload, signatures: [{sig}]}: Envelope): {
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
} {
  const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));
  return {payload: bytesOf(payload), signature: bytesOf(sig)};
}

/** Parses JSON of a peer's file; undefined if it is none. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", {fatal: true}).decode(bytes));
  } catch {
    return undefined;
  }
}
