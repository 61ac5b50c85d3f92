import {decode} from "cborg";
import {z} from "zod";
import {CodedError, isCoded} from "../core/index.ts";
import {type Certificate, canonicalBytes, decodeCertificate} from "../rounds/index.ts";
import type {LineageErrorCode} from "./errors.ts";

const fileSchema = z.array(z.custom<Uint8Array>((value) => value instanceof Uint8Array));

/** The file of a chain: deterministic CBOR, an array of byte strings, each the CBOR of one certificate. */
export function certificatesBytes(certificates: readonly Certificate[]): Uint8Array {
  return canonicalBytes(certificates.map(canonicalBytes));
}

function malformed(what: string, cause?: unknown): CodedError<LineageErrorCode> {
  return new CodedError("LINEAGE_CERTIFICATES_MALFORMED", `the file of certificates ${what}`, {
    cause,
    hint: "Use the file as it was exported.",
  });
}

function items(bytes: Uint8Array): readonly Uint8Array[] {
  let value: unknown;
  try {
    value = decode(bytes, {strict: true, allowIndefinite: false, allowUndefined: false});
  } catch (cause) {
    throw malformed("is not strict CBOR", cause);
  }
  const parsed = fileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw malformed("is not an array of certificates");
}

/** Reads {@link certificatesBytes}. @throws LINEAGE_CERTIFICATES_MALFORMED */
export function readCertificates(bytes: Uint8Array): Certificate[] {
  return items(bytes).map((item, index) => {
    try {
      return decodeCertificate(item);
    } catch (cause) {
      if (!isCoded(cause)) throw cause;
      throw malformed(`has something else than a certificate in place ${index + 1}: ${cause.message}`, cause);
    }
  });
}
