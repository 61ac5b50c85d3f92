import {concat, equals, fromString} from "uint8arrays";
import {sha256} from "../../src/core/index.ts";
import {canonical, chainId} from "../../src/membership/encoding.ts";
import {
  createWordCheck,
  type Genesis,
  type Membership,
  type MembershipRecord,
  readMembership,
  type SignedWord,
  type UnsignedWord,
  type WordCheck,
  type WordToSign,
  wordToSign,
} from "../../src/membership/index.ts";

const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ";

const texts = new WeakMap<MembershipRecord, string>();

/** The bytes of a record, as a text. */
function textOf(record: MembershipRecord): string {
  const known = texts.get(record);
  if (known !== undefined) return known;
  const text = Buffer.from(canonical(record)).toString("latin1");
  texts.set(record, text);
  return text;
}

/** A key in the right form whose signatures are hashes, so that thousands of histories take seconds. */
export function keyNumber(index: number): string {
  return `12D3KooW${(LETTERS[index] ?? "z").repeat(44)}`;
}

function fakeSignature(key: string, {purpose, consortium, bytes}: WordToSign): Uint8Array {
  const hash = sha256(fromString(`${key} ${purpose} ${consortium} `), bytes);
  return concat([hash, hash]);
}

export function verifyFake(key: string, word: WordToSign, signature: Uint8Array): boolean {
  return equals(fakeSignature(key, word), signature);
}

export function signFake(word: UnsignedWord, genesis: Genesis): SignedWord {
  const toSign = wordToSign(word, chainId(genesis));
  const signed = {...word, signature: fakeSignature(word.signer, toSign)};
  const second = word.kind === "succession" ? word.successor : word.kind === "request" ? word.ticket : null;
  return (second === null ? signed : {...signed, accepted: fakeSignature(second, toSign)}) as SignedWord;
}

export function enrolment(index: number): Genesis["members"][number] {
  return {organisation: keyNumber(index), name: `site-${index}`, role: "trainer"};
}

export function genesisOf(n: number, recovery: Genesis["recovery"] = null): Genesis {
  const members = Array.from({length: n}, (_, index) => enrolment(index));
  return {formatVersion: 1, consortium: "crc", members, recovery};
}

/** The founders' signatures on the genesis. */
export function founding(genesis: Genesis): SignedWord[] {
  const id = chainId(genesis);
  return genesis.members.map(({organisation: signer}) =>
    signFake({kind: "vote", height: 0, attempt: 0, previous: id, body: id, signer}, genesis),
  );
}

/** Records by the text of their bytes: a set. */
export class RecordSet {
  readonly #records = new Map<string, MembershipRecord>();
  readonly genesis: Genesis;
  readonly #isSigned: WordCheck;
  #read: Membership | null = null;

  constructor(
    genesis: Genesis,
    records: Iterable<MembershipRecord> = [],
    isSigned = createWordCheck(genesis, verifyFake),
  ) {
    this.genesis = genesis;
    this.#isSigned = isSigned;
    for (const record of records) this.add(record);
  }

  add(record: MembershipRecord): void {
    const text = textOf(record);
    if (this.#records.has(text)) return;
    this.#records.set(text, record);
    this.#read = null;
  }

  all(): MembershipRecord[] {
    return [...this.#records.values()];
  }

  read(): Membership {
    this.#read ??= readMembership({genesis: this.genesis, records: this.all()}, this.#isSigned);
    return this.#read;
  }

  /** Another set with these records as well. */
  with(...records: readonly MembershipRecord[]): RecordSet {
    return new RecordSet(this.genesis, [...this.all(), ...records], this.#isSigned);
  }
}
