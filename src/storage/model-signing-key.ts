import {createPrivateKey, generateKeyPairSync} from "node:crypto";
import {join} from "node:path";
import {fromString, toString} from "uint8arrays";
import {CodedError} from "../core/index.ts";
import {reading} from "./files/file-faults.ts";
import {type FileSystem, nodeFileSystem} from "./files/file-system.ts";
import {OWNER_ONLY, writeDurably} from "./files/write-durably.ts";
import {checkKeyPermissions} from "./node-key.ts";

const CURVE = "prime256v1";

function isSigningKey(pem: string): boolean {
  try {
    const key = createPrivateKey({key: pem, format: "pem", type: "pkcs8"});
    return key.asymmetricKeyDetails?.namedCurve === CURVE;
  } catch {
    return false;
  }
}

/**
 * The P-256 private key (PKCS#8 PEM) with which this node signs the models that it exports, in
 * `model-signing.key` of the state directory at `path`; drawn at its first use, which may be beside a daemon.
 * @throws {CodedError} STORAGE_UNSAFE_PERMISSIONS, STORAGE_UNREADABLE, STORAGE_KEY_MALFORMED, STORAGE_FULL,
 *   STORAGE_UNWRITABLE
 */
export async function ensureModelSigningKey(
  path: string,
  files: FileSystem = nodeFileSystem,
): Promise<string> {
  const file = join(path, "model-signing.key");
  await checkKeyPermissions(files, file);
  const kept = await reading(file, () => files.read(file));
  if (kept === undefined) {
    const {privateKey} = generateKeyPairSync("ec", {namedCurve: CURVE});
    const pem = String(privateKey.export({format: "pem", type: "pkcs8"}));
    await writeDurably(files, file, fromString(pem), OWNER_ONLY);
    return pem;
  }
  const pem = toString(kept);
  if (isSigningKey(pem)) return pem;
  throw new CodedError("STORAGE_KEY_MALFORMED", `${file} is not a P-256 private key in PKCS#8 PEM`, {
    data: {path: file},
    hint: "Restore it from a backup, or move it away: the next export draws another, which its receivers must learn of.",
  });
}
