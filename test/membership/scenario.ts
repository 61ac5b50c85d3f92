import {present} from "../../src/core/index.ts";
import {
  chainId,
  createWordCheck,
  type Genesis,
  type Membership,
  type MembershipBody,
  type MembershipChange,
  type MembershipRecord,
  membershipBodyHash,
  type SignedWord,
  type UnsignedWord,
  type WordCheck,
} from "../../src/membership/index.ts";
import {enrolment, genesisOf, keyNumber, RecordSet, signFake, verifyFake} from "./actors.ts";

type Skip = Extract<SignedWord, {kind: "skip"}>;
type Ending = MembershipBody["anchors"][number];
type Place = Pick<Membership["next"], "height" | "previous">;

/** Keys by number, and what is signed with them. */
export interface Keys {
  keyOf(index: number): string;
  sign(word: UnsignedWord, genesis: Genesis): SignedWord;
  check(genesis: Genesis): WordCheck;
}

/** Keys whose signatures are hashes. */
const HASHED: Keys = {
  keyOf: keyNumber,
  sign: signFake,
  check: (genesis) => createWordCheck(genesis, verifyFake),
};

/** What one member after the other signs, written down by numbers: member 0 has key 0. Nothing is refused. */
export class Scenario {
  readonly genesis: Genesis;

  readonly #keys: Keys;

  constructor(n: number, recovery: Genesis["recovery"] = null, keys = HASHED) {
    const {members, ...genesis} = genesisOf(n, recovery);
    const own = members.map((member, index) => ({...member, organisation: keys.keyOf(index)}));
    this.genesis = {...genesis, members: own};
    this.#keys = keys;
  }

  /** The founders' signatures on the genesis. */
  founding(): SignedWord[] {
    const id = chainId(this.genesis);
    return this.genesis.members.map(({organisation: signer}) =>
      this.sign({kind: "vote", height: 0, attempt: 0, previous: id, body: id, signer}),
    );
  }

  /** What the founders' signatures and `records` say. */
  read(...records: readonly MembershipRecord[]): Membership {
    const all = [...this.founding(), ...records];
    return new RecordSet(this.genesis, all, this.#keys.check(this.genesis)).read();
  }

  /** A proposal at `place`, by default the first height; for its first attempt unless `more` says otherwise. */
  body(change: MembershipChange, more: Partial<MembershipBody> = {}, place?: Place): MembershipBody {
    const {height, previous} = place ?? this.read().next;
    return {kind: "body", height, previous, attempt: 0, change, anchors: [], reason: null, ...more};
  }

  sign<Word extends UnsignedWord>(word: Word): Extract<SignedWord, {kind: Word["kind"]}> {
    return this.#keys.sign(word, this.genesis) as Extract<SignedWord, {kind: Word["kind"]}>;
  }

  votes(body: MembershipBody, ...members: readonly number[]): SignedWord[] {
    const {height, attempt, previous} = body;
    const hash = membershipBodyHash(body);
    return members.map((member) =>
      this.sign({kind: "vote", height, attempt, previous, body: hash, signer: this.#keys.keyOf(member)}),
    );
  }

  /** The skip of one member, which tells of its vote for `latest`. */
  skip(member: number, attempt: number, latest: MembershipBody | null, place?: Place): Skip {
    const {height, previous} = place ?? this.read().next;
    const told = latest === null ? null : {attempt: latest.attempt, body: membershipBodyHash(latest)};
    return this.sign({
      kind: "skip",
      height,
      previous,
      attempt,
      latest: told,
      signer: this.#keys.keyOf(member),
    });
  }

  departure(member: number, height = 1): Ending {
    return this.sign({kind: "departure", height, signer: this.#keys.keyOf(member)});
  }

  succession(member: number, successor: number, height = 1): Ending {
    const [signer, next] = [this.#keys.keyOf(member), this.#keys.keyOf(successor)];
    return this.sign({kind: "succession", height, signer, successor: next});
  }
}

export function admit(index: number): MembershipChange {
  return {kind: "admit", members: [enrolment(index)]};
}

export function revoke(index: number): MembershipChange {
  return {kind: "revoke", organisation: keyNumber(index)};
}

export function amend(index: number, name: string): MembershipChange {
  return {kind: "amend", organisation: keyNumber(index), name, role: "evaluator"};
}

/** The changes that were decided, lowest height first. */
export function changesOf({decided}: Membership): MembershipChange[] {
  return decided.map(({body}) => body.change);
}

/** The numbers of the members, in ascending order. */
export function membersOf({current}: Membership): number[] {
  const numbers = new Map(Array.from({length: 24}, (_, index) => [keyNumber(index), index]));
  return [...current.members.keys()]
    .map((key) => present(numbers.get(key), "a member's number"))
    .sort((first, second) => first - second);
}

/** The numbers of the members who are proven to have contradicted themselves. */
export function namedIn({contradictions}: Membership): number[] {
  return contradictions.map(([{signer}]) =>
    Array.from({length: 24}, (_, index) => keyNumber(index)).indexOf(signer),
  );
}
