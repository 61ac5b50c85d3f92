import {CodedError} from "../core/index.ts";
import type {ConfigErrorCode} from "./errors.ts";
import {readSecret} from "./guarded-file.ts";

const LEAST_CHARACTERS = 12;

/** The possible sources of a passphrase. */
export interface PassphraseSource {
  /** A file that holds it in its only line. */
  readonly file: string | undefined;
  /** The variable of the environment that holds it when no file is named, and its value. */
  readonly variable: string;
  readonly text: string | undefined;
  /** What it opens, such as "a backup". */
  readonly opens: string;
}

/**
 * Reads a passphrase, without the line's end.
 * @throws CONFIG_PASSPHRASE_MISSING, CONFIG_PASSPHRASE_INVALID, CONFIG_UNREADABLE, CONFIG_SECRET_UNSAFE
 */
export async function readPassphrase({file, text, variable, opens}: PassphraseSource): Promise<string> {
  const found = file === undefined ? text : (await readSecret(file)).replace(/\r?\n$/, "");
  if (found === undefined || found === "") {
    const code: ConfigErrorCode = "CONFIG_PASSPHRASE_MISSING";
    throw new CodedError(code, `${opens} needs a passphrase: there is a key in it`, {
      hint: `Name a file (mode 0600) with --passphrase-file, or set ${variable}.`,
    });
  }
  if (found.length >= LEAST_CHARACTERS && !/[\r\n]/.test(found)) return found;
  const code: ConfigErrorCode = "CONFIG_PASSPHRASE_INVALID";
  throw new CodedError(code, `a passphrase is one line of at least ${LEAST_CHARACTERS} characters`, {
    hint: "Make one, such as: openssl rand -base64 24",
  });
}
