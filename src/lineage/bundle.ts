import {createPrivateKey, createPublicKey, type KeyObject, sign, verify} from "node:crypto";
import {concat, equals, fromString} from "uint8arrays";
import {z} from "zod";
import {envelopeBytes} from "../consortium/index.ts";
import {CodedError, sha256, toHex} from "../core/index.ts";
import {envelopeOf, envelopeSchema, openEnvelope, PAYLOAD_TYPE, parseJson} from "./envelope-file.ts";
import type {LineageErrorCode} from "./errors.ts";
import {FILE_NAMES, IGNORED_NAMES, type NamedHash} from "./model-files.ts";
import {STATEMENT_TYPE} from "./statement.ts";

const MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
const PREDICATE_TYPE = "https://model_signing/signature/v1.0";
const CURVE = "prime256v1";
const HASH = "sha256";

const bundleSchema = z.strictObject({
  mediaType: z.literal(MEDIA_TYPE),
  verificationMaterial: z.strictObject({
    publicKey: z.strictObject({hint: z.string()}),
    tlogEntries: z.tuple([]),
  }),
  dsseEnvelope: envelopeSchema,
});

/** The statement of OpenSSF model signing on the files with these hashes, in ascending order of names. */
function payloadOf(name: string, hashes: readonly NamedHash[]): Uint8Array {
  const root = toHex(sha256(concat(hashes.map(({sha256: digest}) => fromString(digest, "hex")))));
  const statement = {
    _type: STATEMENT_TYPE,
    subject: [{name, digest: {sha256: root}}],
    predicateType: PREDICATE_TYPE,
    predicate: {
      serialization: {
        method: "files",
        hash_type: HASH,
        allow_symlinks: false,
        ignore_paths: [FILE_NAMES.bundle, ...IGNORED_NAMES],
      },
      resources: hashes.map((file) => ({name: file.name, algorithm: HASH, digest: file.sha256})),
    },
  };
  return new TextEncoder().encode(JSON.stringify(statement));
}

function bundleOf(pem: Uint8Array, payload: Uint8Array, signature: Uint8Array): Uint8Array {
  const bundle = {
    mediaType: MEDIA_TYPE,
    verificationMaterial: {publicKey: {hint: toHex(sha256(pem))}, tlogEntries: []},
    dsseEnvelope: envelopeOf(payload, signature, ""),
  };
  return new TextEncoder().encode(JSON.stringify(bundle));
}

/** The public half of a private key, as PEM (SubjectPublicKeyInfo). @param privateKey PKCS#8 PEM */
export function publicPem(privateKey: string): Uint8Array {
  const key = createPublicKey(createPrivateKey(privateKey));
  return fromString(String(key.export({format: "pem", type: "spki"})));
}

/**
 * Signs a folder of files as the Python package model-signing 1.x does with a key: a Sigstore bundle with a
 * DSSE envelope. `model_signing verify key` accepts it.
 * @param name of the model, only for people
 * @param privateKey P-256, PKCS#8 PEM
 * @see https://github.com/sigstore/model-transparency
 */
export function bundleBytes(name: string, hashes: readonly NamedHash[], privateKey: string): Uint8Array {
  const payload = payloadOf(name, hashes);
  const signature = sign(HASH, envelopeBytes(PAYLOAD_TYPE, payload), createPrivateKey(privateKey));
  return bundleOf(publicPem(privateKey), payload, new Uint8Array(signature));
}

function invalid(what: string): CodedError<LineageErrorCode> {
  return new CodedError("LINEAGE_BUNDLE_INVALID", `${FILE_NAMES.bundle} ${what}`, {
    hint: "Do not use the model before its exporter has explained it.",
  });
}

function openKey(pem: Uint8Array): KeyObject {
  try {
    const key = createPublicKey(Buffer.from(pem));
    if (key.asymmetricKeyDetails?.namedCurve === CURVE) return key;
  } catch {
    // The refusal below says it.
  }
  throw invalid(`cannot be checked: ${FILE_NAMES.signingKey} is not a P-256 public key in PEM`);
}

/** Checks {@link bundleBytes} with the key in `pem`. @throws LINEAGE_BUNDLE_INVALID */
export function checkSigningBundle(
  bytes: Uint8Array,
  name: string,
  hashes: readonly NamedHash[],
  pem: Uint8Array,
): void {
  const bundle = bundleSchema.safeParse(parseJson(bytes));
  if (!bundle.success) throw invalid("is not a model-signing bundle of a key");
  const {verificationMaterial, dsseEnvelope} = bundle.data;
  const {payload, signature} = openEnvelope(dsseEnvelope);
  const key = openKey(pem);
  if (verificationMaterial.publicKey.hint !== toHex(sha256(pem))) throw invalid("names another key");
  if (!equals(payload, payloadOf(name, hashes))) throw invalid("says something else than the files do");
  if (!equals(bytes, bundleOf(pem, payload, signature)))
    throw invalid("is not spelled as this program writes it");
  const signed = envelopeBytes(PAYLOAD_TYPE, payload);
  if (!verify(HASH, signed, key, signature)) throw invalid("does not carry the key's signature");
}
