import {CodedError, isCoded} from "../core/index.ts";
import type {ConfigErrorCode} from "./errors.ts";
import {readSecret} from "./guarded-file.ts";
import type {NodeConfig} from "./node-config.ts";
import {readTextFile} from "./text-file.ts";

const LEAST_TOKEN = /^[\x21-\x7e]{32,512}$/;

/** The contents of the files under `status` in node.yaml. */
export interface StatusSecrets {
  /** Null if none is required. */
  readonly token: string | null;
  readonly tls: {
    readonly cert: Uint8Array;
    readonly key: Uint8Array;
    readonly clientCa: Uint8Array | null;
  } | null;
}

function missing(path: string, cause: unknown): unknown {
  if (!isCoded(cause, "CONFIG_UNREADABLE") || cause.data["reason"] !== "ENOENT") return cause;
  const code: ConfigErrorCode = "CONFIG_TOKEN_MISSING";
  return new CodedError(code, `there is no token at ${path}`, {
    data: {path},
    hint: "`consilium init` makes one in the state directory, and so does a daemon's first start; elsewhere: openssl rand -hex 32.",
    cause,
  });
}

/**
 * Reads the token in a file.
 * @throws CONFIG_UNREADABLE, CONFIG_SECRET_UNSAFE, CONFIG_TOKEN_MISSING, CONFIG_TOKEN_INVALID
 */
export async function readToken(path: string): Promise<string> {
  const text = await readSecret(path).catch((error: unknown) => {
    throw missing(path, error);
  });
  const token = text.trim();
  if (LEAST_TOKEN.test(token)) return token;
  const code: ConfigErrorCode = "CONFIG_TOKEN_INVALID";
  throw new CodedError(code, `${path} holds no token of 32 to 512 visible characters`, {
    data: {path},
    hint: `Make one, such as: openssl rand -hex 32 > ${path}`,
  });
}

function pemOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/**
 * Reads the token and the TLS keys that the status server is configured with.
 * @throws {CodedError} CONFIG_UNREADABLE, CONFIG_SECRET_UNSAFE, CONFIG_TOKEN_MISSING, CONFIG_TOKEN_INVALID
 */
export async function readStatusSecrets({tokenFile, tls}: NodeConfig["status"]): Promise<StatusSecrets> {
  const token = tokenFile === undefined ? null : await readToken(tokenFile);
  if (tls === undefined) return {token, tls: null};
  const cert = pemOf(await readTextFile(tls.cert));
  const key = pemOf(await readSecret(tls.key));
  const clientCa = tls.clientCa === undefined ? null : pemOf(await readTextFile(tls.clientCa));
  return {token, tls: {cert, key, clientCa}};
}
