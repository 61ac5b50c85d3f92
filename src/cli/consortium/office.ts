import {resolve} from "node:path";
import {readPassphrase} from "../../config/index.ts";
import {createIdentity, type Identity, readSignedMembership, signWord} from "../../consortium/index.ts";
import {CodedError, systemClock} from "../../core/index.ts";
import {
  chainId,
  decodeMembership,
  encodeMembership,
  type Membership,
  type MembershipRecord,
  type MembershipRecords,
  pruned,
  refuseContradiction,
  type Signed,
  type UnsignedWord,
  unionOf,
} from "../../membership/index.ts";
import {
  createOrganisationKey,
  readMembershipFile,
  readOrganisationKey,
  writeMembershipFile,
} from "../../storage/index.ts";
import type {CliErrorCode} from "../errors.ts";

const PASSPHRASE_VARIABLE = "CONSILIUM_ORGANISATION_PASSPHRASE";

/** The flag that names the membership file. */
export const membershipFlag = {
  membership: {
    type: "string",
    default: "consortium.membership",
    describe: "the file with the consortium's records",
  },
} as const;

/** The flags of commands that sign with the organisation's key. */
export const officeFlags = {
  ...membershipFlag,
  key: {type: "string", default: "organisation.key", describe: "the organisation's key, kept offline"},
  "passphrase-file": {
    type: "string",
    describe: `a file (mode 0600) with the key's passphrase; without it ${PASSPHRASE_VARIABLE} is taken`,
  },
} as const;

/** The values of {@link officeFlags}. */
export interface OfficeFlags {
  readonly membership: string;
  readonly key: string;
  readonly "passphrase-file": string | undefined;
}

function passphraseOf({"passphrase-file": file}: OfficeFlags): Promise<string> {
  const text = process.env[PASSPHRASE_VARIABLE];
  return readPassphrase({file, variable: PASSPHRASE_VARIABLE, text, opens: "an organisation key"});
}

/** The organisation's key; a new one if there is none. */
export async function ensureOrganisationKey(
  flags: OfficeFlags,
): Promise<{identity: Identity; isNew: boolean}> {
  const [path, passphrase] = [resolve(flags.key), await passphraseOf(flags)];
  const seed = await readOrganisationKey(path, passphrase);
  if (seed !== undefined) return {identity: createIdentity(seed), isNew: false};
  return {identity: createIdentity(await createOrganisationKey(path, passphrase)), isNew: true};
}

async function organisationKey(flags: OfficeFlags): Promise<Identity> {
  const seed = await readOrganisationKey(resolve(flags.key), await passphraseOf(flags));
  if (seed !== undefined) return createIdentity(seed);
  const code: CliErrorCode = "CLI_KEY_MISSING";
  throw new CodedError(code, `there is no organisation key at ${flags.key}`, {
    hint: "Name it with --key; `consilium join` and `consilium consortium create` make one.",
    data: {path: flags.key},
  });
}

/** Reads a membership file. @throws CLI_INPUT_UNREADABLE, MEMBERSHIP_MALFORMED */
export async function readRecords(path: string): Promise<MembershipRecords> {
  const bytes = await readMembershipFile(resolve(path));
  if (bytes !== undefined) return decodeMembership(bytes);
  const code: CliErrorCode = "CLI_INPUT_UNREADABLE";
  throw new CodedError(code, `cannot read the membership file ${path} (ENOENT)`, {
    hint: "Name it with --membership; `consilium join` and `consilium consortium create` make one.",
    data: {path},
  });
}

/** Refuses to begin a membership file where one is. @throws CLI_OUTPUT_EXISTS */
export async function refuseExisting(path: string): Promise<void> {
  if ((await readMembershipFile(resolve(path))) === undefined) return;
  const code: CliErrorCode = "CLI_OUTPUT_EXISTS";
  throw new CodedError(code, `there is a membership file at ${path} already`, {
    hint: "Name another with --membership; it is never begun again.",
    data: {path},
  });
}

/**
 * The place in which an organisation signs: its key, and the records in its membership file. All that the key
 * signed is also kept beside the key, so an old membership file cannot make it contradict itself.
 */
export class Office {
  readonly identity: Identity;
  /** Milliseconds since 1970 when the command began. */
  readonly now = systemClock.wallMs();
  readonly #flags: OfficeFlags;
  #records: MembershipRecords;
  #own: MembershipRecord[];

  constructor(
    flags: OfficeFlags,
    identity: Identity,
    records: MembershipRecords,
    own: readonly MembershipRecord[] = [],
  ) {
    this.identity = identity;
    this.#flags = flags;
    this.#own = [...own];
    this.#records = unionOf(records, {genesis: records.genesis, records: own});
  }

  /** The organisation's name for itself: its key. */
  get self(): string {
    return this.identity.peerId;
  }

  /** The membership that follows from the records now. */
  get membership(): Membership {
    return readSignedMembership(this.#records);
  }

  /** Takes the records of other files in. @throws MEMBERSHIP_FOREIGN */
  add(...others: readonly MembershipRecords[]): void {
    this.#records = unionOf(this.#records, ...others);
  }

  /** Signs `word`, with a second key where the word needs one, unless it contradicts an earlier one. */
  sign<Word extends UnsignedWord>(word: Word, second?: Identity): Signed<Word> {
    refuseContradiction(this.membership, word);
    const signed = signWord(word, this.#records.genesis, this.identity, second);
    this.keep(signed);
    return signed;
  }

  /** Keeps a record of this organisation. */
  keep(record: MembershipRecord): void {
    this.#own.push(record);
    this.#records = unionOf(this.#records, {genesis: this.#records.genesis, records: [record]});
  }

  /** Writes what was signed beside the key first, and then the membership file. */
  async save(): Promise<void> {
    const {genesis} = this.#records;
    const own = unionOf({genesis, records: []}, {genesis, records: this.#own});
    await writeMembershipFile(signedPath(this.#flags, this.#records), encodeMembership(own));
    await writeMembershipFile(
      resolve(this.#flags.membership),
      encodeMembership(pruned(this.#records, this.membership)),
    );
  }
}

/** The file beside the key with what it signed in the consortium. */
function signedPath({key}: OfficeFlags, {genesis}: MembershipRecords): string {
  return `${resolve(key)}.${chainId(genesis).slice(0, 16)}.signed`;
}

/** Opens the office that `flags` name, with the records of `files` besides. */
export async function openOffice(flags: OfficeFlags, files: readonly string[] = []): Promise<Office> {
  const records = await readRecords(flags.membership);
  const signed = await readMembershipFile(signedPath(flags, records));
  const own = signed === undefined ? [] : decodeMembership(signed).records;
  const office = new Office(flags, await organisationKey(flags), records, own);
  office.add(...(await Promise.all(files.map(readRecords))));
  return office;
}
