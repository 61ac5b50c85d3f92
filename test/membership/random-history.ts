import fc from "fast-check";
import {at, isCoded, present} from "../../src/core/index.ts";
import {
  draftBody,
  type Genesis,
  hasSay,
  type Membership,
  type MembershipBody,
  type MembershipChange,
  membershipBodyHash,
  refuseContradiction,
  skipOf,
  type UnsignedWord,
  voteFor,
} from "../../src/membership/index.ts";
import {enrolment, founding, genesisOf, keyNumber, RecordSet, signFake} from "./actors.ts";

const POOL = 10;
/** A site has two keys: its own and the one that takes its place. */
const KEYS = 2 * POOL;
const EVERYBODY = 2 ** POOL - 1;

/** One action of one actor, a member in most cases; `pick` chooses among what it could do. */
interface Action {
  readonly actor: number;
  readonly kind:
    | "decide"
    | "renew"
    | "split"
    | "propose"
    | "vote"
    | "skip"
    | "leave"
    | "succeed"
    | "hear"
    | "lie";
  readonly pick: number;
  readonly other: number;
  /** Who votes or gives up, one after the other: a bit for each. */
  readonly who: number;
  /** Who hears at once of what the actor knows afterwards: a bit for each. */
  readonly reach: number;
}

export interface MembershipHistory {
  readonly founders: number;
  readonly liars: readonly number[];
  readonly actions: readonly Action[];
}

const someOrAll = fc.oneof(
  {weight: 3, arbitrary: fc.constant(EVERYBODY)},
  {weight: 3, arbitrary: fc.nat(EVERYBODY)},
);

const action: fc.Arbitrary<Action> = fc.record({
  actor: fc.nat(1000),
  kind: fc.constantFrom(
    "decide",
    "decide",
    "renew",
    "renew",
    "renew",
    "propose",
    "vote",
    "vote",
    "vote",
    "skip",
    "leave",
    "succeed",
    "hear",
    "lie",
    "split",
    "split",
  ),
  pick: fc.nat(1000),
  other: fc.nat(POOL - 1),
  who: someOrAll,
  reach: someOrAll,
});

/** Histories with some sites that lie, by the number of founders. */
export function historiesWith(liars: (founders: number) => number): fc.Arbitrary<MembershipHistory> {
  return fc.integer({min: 1, max: 7}).chain((founders) =>
    fc.record({
      founders: fc.constant(founders),
      liars: fc.uniqueArray(fc.nat(founders - 1), {maxLength: liars(founders)}),
      actions: fc.array(action, {minLength: 6, maxLength: 20, size: "max"}),
    }),
  );
}

const chosen = <Value>(values: readonly Value[], pick: number): Value | undefined =>
  values[pick % values.length];

/** The actors whose bits are set. */
function numbersIn(mask: number): readonly number[] {
  return Array.from({length: POOL}, (_, index) => index).filter((index) => (mask >> index) % 2 === 1);
}

/** All actors' records, each with its own; a liar signs anything. */
export class History {
  readonly genesis: Genesis;
  readonly views: readonly RecordSet[];
  readonly #liars: ReadonlySet<number>;
  readonly #numbers = new Map(Array.from({length: KEYS}, (_, index) => [keyNumber(index), index % POOL]));

  constructor({founders, liars, actions}: MembershipHistory) {
    this.genesis = genesisOf(founders);
    const first = founding(this.genesis);
    const everybody = new RecordSet(this.genesis, first);
    this.views = Array.from({length: POOL}, () => everybody.with());
    this.#liars = new Set(liars);
    for (const each of actions) this.#act(each);
  }

  /** Everything that anybody signed. */
  union(): RecordSet {
    return at(this.views, 0).with(...this.views.flatMap((view) => view.all()));
  }

  isHonest(key: string): boolean {
    return !this.#liars.has(present(this.#numbers.get(key), "the site of a key"));
  }

  #sign(actor: number, word: UnsignedWord, membership: Membership): void {
    if (!this.#liars.has(actor % POOL)) refuseContradiction(membership, word);
    at(this.views, actor % POOL).add(signFake(word, this.genesis));
  }

  /** The actor that is meant: a member as the drawn one knows them, in most cases. */
  #actorOf(drawn: number): number {
    const {current} = at(this.views, drawn % POOL).read();
    const members = [...current.members.keys()];
    return drawn % 5 === 0
      ? drawn % POOL
      : present(this.#numbers.get(at(members, drawn % members.length)), "a member");
  }

  #act(action: Action): void {
    const {kind, who, reach, other, pick} = action;
    const actor = this.#actorOf(action.actor);
    if (kind === "hear") this.#hear(actor, other, pick);
    else if (kind === "decide") this.#decide(actor, action);
    else if (kind === "renew") this.#renew(actor, action);
    else if (kind === "split") this.#split(actor, action);
    else if (kind === "vote" || kind === "skip") for (const each of numbersIn(who)) this.#sayAs(each, action);
    else this.#sayAs(actor, action);
    if (kind !== "split") this.#tell(numbersIn(who), numbersIn(reach));
  }

  #tell(speakers: readonly number[], hearers: readonly number[]): void {
    for (const speaker of speakers)
      for (const hearer of hearers)
        for (const record of at(this.views, speaker).all()) at(this.views, hearer).add(record);
  }

  /** The actor proposes; those who hear of it vote. */
  #decide(actor: number, action: Action): void {
    this.#sayAs(actor, {...action, kind: "propose"});
    const voters = numbersIn(action.who);
    this.#tell([actor], voters);
    for (const voter of voters) this.#sayAs(voter, {...action, kind: "vote", pick: 1});
  }

  /** Liars propose one thing to some and another to the rest, and vote for both. */
  #split(actor: number, action: Action): void {
    const sides = [action.who, EVERYBODY - action.who].map(numbersIn);
    for (const [index, side] of sides.entries()) {
      const membership = at(this.views, actor).read();
      const change = this.#change(membership, action.pick + index, (action.other + index) % POOL);
      const body = this.#drafted(membership, change);
      if (body === null) return;
      const proposal = {hash: membershipBodyHash(body), body, inFavour: [], needed: 0};
      const votes = [...this.#liars].map((liar) =>
        signFake(voteFor(proposal, keyNumber(liar)), this.genesis),
      );
      const honest = side.filter((site) => !this.#liars.has(site) && this.#liars.size > 0);
      for (const site of honest) for (const record of [body, ...votes]) at(this.views, site).add(record);
      for (const site of honest) this.#sayAs(site, {...action, kind: "vote", pick: 1});
      this.#tell(honest, honest);
    }
  }

  #drafted(membership: Membership, change: MembershipChange): MembershipBody | null {
    try {
      return draftBody(membership, change).body;
    } catch (error) {
      if (isCoded(error, "MEMBERSHIP_UNFIT", "MEMBERSHIP_UNDECIDED")) return null;
      throw error;
    }
  }

  /** Those who are meant give up and tell the actor, who proposes again. */
  #renew(actor: number, action: Action): void {
    const heard = numbersIn(action.who);
    for (const each of heard) this.#sayAs(each, {...action, kind: "skip"});
    this.#tell(heard, [actor]);
    this.#decide(actor, action);
  }

  /** What a site says under its own key, and under the one that takes its place. */
  #sayAs(site: number, action: Action): void {
    for (const key of [site, site + POOL]) this.#sayUnder(key, action);
  }

  #sayUnder(actor: number, {kind, pick, other}: Action): void {
    const membership = at(this.views, actor % POOL).read();
    const signer = keyNumber(actor);
    const isSuccessor = membership.words.some(
      (word) => word.kind === "succession" && word.successor === signer,
    );
    if (!membership.current.members.has(signer) && !isSuccessor) return;
    try {
      this.#say(actor, membership, {kind, pick, other});
    } catch (error) {
      if (!isCoded(error, "MEMBERSHIP_SIGNED_ALREADY", "MEMBERSHIP_UNFIT", "MEMBERSHIP_UNDECIDED"))
        throw error;
    }
  }

  #say(
    actor: number,
    membership: Membership,
    {kind, pick, other}: Pick<Action, "kind" | "pick" | "other">,
  ): void {
    if (kind === "propose") this.#propose(actor, membership, this.#change(membership, pick, other));
    if (kind === "vote") this.#vote(actor, membership, pick);
    if (kind === "skip") this.#skip(actor, membership);
    if (kind === "lie" && this.#liars.has(actor % POOL)) this.#lie(actor, membership, pick);
    if (kind === "leave" || (kind === "succeed" && actor < POOL)) this.#end(actor, membership, kind);
  }

  /** Takes some of another's records: all, or those that `pick` lets through. */
  #hear(actor: number, other: number, pick: number): void {
    for (const [index, record] of at(this.views, other).all().entries())
      if (pick % 3 !== 0 || (index * 7 + pick) % 4 !== 0) at(this.views, actor).add(record);
  }

  #change({current}: Membership, pick: number, other: number): MembershipChange {
    const organisation = keyNumber(other);
    const {name} = enrolment(other);
    if (!current.members.has(organisation)) return {kind: "admit", members: [enrolment(other)]};
    return pick % 2 === 0
      ? {kind: "revoke", organisation}
      : {kind: "amend", organisation, name: `${name}-${pick}`, role: "evaluator"};
  }

  #propose(actor: number, membership: Membership, change: MembershipChange): void {
    const {body} = draftBody(membership, change);
    const hash = membershipBodyHash(body);
    const view = at(this.views, actor % POOL);
    const {open} = view.with(body).read();
    const proposal = open.find((each) => each.hash === hash);
    if (proposal === undefined || !hasSay(membership, proposal, keyNumber(actor))) return;
    this.#sign(actor, voteFor(proposal, keyNumber(actor)), membership);
    view.add(body);
  }

  #vote(actor: number, membership: Membership, pick: number): void {
    const [best] = [...membership.open].sort(
      (a, b) => b.body.attempt - a.body.attempt || b.inFavour.length - a.inFavour.length,
    );
    const proposal = pick % 4 === 0 ? chosen(membership.open, pick) : best;
    if (proposal !== undefined && hasSay(membership, proposal, keyNumber(actor)))
      this.#sign(actor, voteFor(proposal, keyNumber(actor)), membership);
  }

  #skip(actor: number, membership: Membership): void {
    const skip = skipOf(membership, keyNumber(actor));
    if (skip !== null) this.#sign(actor, skip, membership);
  }

  #end(actor: number, membership: Membership, kind: "leave" | "succeed"): void {
    const {height} = membership.next;
    const signer = keyNumber(actor);
    const word: UnsignedWord =
      kind === "leave"
        ? {kind: "departure", height, signer}
        : {kind: "succession", height, signer, successor: keyNumber(actor + POOL)};
    if (membership.current.members.size > 1) this.#sign(actor, word, membership);
  }

  #lie(actor: number, membership: Membership, pick: number): void {
    const skip = skipOf(membership, keyNumber(actor));
    if (skip !== null) this.#sign(actor, {...skip, latest: null} as UnsignedWord, membership);
    for (const proposal of membership.open)
      if (pick % 2 === 0) this.#sign(actor, voteFor(proposal, keyNumber(actor)), membership);
  }
}
