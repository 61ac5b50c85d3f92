import {present} from "../../../../src/core/index.ts";
import {considerProposal, onReady} from "../../../../src/rounds/agreement/gathering.ts";
import {considerVote} from "../../../../src/rounds/agreement/proposals.ts";
import {contribute, onPersisted} from "../../../../src/rounds/agreement/round.ts";
import {
  createRoundState,
  type RoundContext,
  type RoundState,
} from "../../../../src/rounds/agreement/round-state.ts";
import {readyBytes} from "../../../../src/rounds/certificate.ts";
import {holdResult} from "../../../../src/rounds/exchange/exchange.ts";
import type {CertificateBody} from "../../../../src/rounds/frames.ts";
import type {Effect, MemberId} from "../../../../src/rounds/index.ts";
import {RUN} from "../../consortium.ts";
import {Broken, type Cast, weightOf} from "../cast.ts";
import {cloneRound} from "../state.ts";
import {nameOf, type Telling, type Word} from "./board.ts";

/** One honest member. */
export interface Member {
  readonly round: RoundState;
}

/** A vote to accept, as it was given. */
export interface Acceptance {
  readonly by: MemberId;
  readonly ballot: number;
  readonly body: CertificateBody;
  /** Whether the member's own exchange made just that. */
  readonly isVerified: boolean;
}

/** What a member has become by one thing that happened to it, and what it says. */
export interface Act {
  readonly member: Member;
  readonly words: readonly Word[];
  readonly acceptances: readonly Acceptance[];
}

const TELLING: readonly string[] = ["start", "propose", "vote", "timeout"];
let lastId = 0;

/** The honest members of one search: what happens to one depends on it alone, so that each such act is worked out once. */
export class Honest {
  readonly liar: MemberId;
  readonly #acts = new Map<string, Act>();
  readonly #interned = new Map<string, Member>();
  readonly #ids = new Map<Member, number>();

  constructor(liar: MemberId) {
    this.liar = liar;
  }

  /** A number for a member that stands for all that go on alike. */
  idOf(member: Member): number {
    const id = this.#ids.get(member) ?? this.#ids.size;
    this.#ids.set(member, id);
    return id;
  }

  /** Lets something happen to a member, under a name that tells it from all else that can. @throws Broken */
  act(member: Member, name: string, step: (context: RoundContext) => void): Act {
    const key = `${this.idOf(member)} ${name}`;
    const known = this.#acts.get(key);
    if (known !== undefined) return known;
    const made = actAnew(member, this.liar, step);
    const text = memberText(made.member, this.liar);
    const same = this.#interned.get(text) ?? made.member;
    this.#interned.set(text, same);
    const kept = {...made, member: same};
    this.#acts.set(key, kept);
    return kept;
  }
}

function actAnew(member: Member, liar: MemberId, step: (context: RoundContext) => void): Act {
  const round = cloneRound(member.round);
  const {self} = round.setup;
  const effects: Effect[] = [];
  const acceptances: Acceptance[] = [];
  const context: RoundContext = {
    state: round,
    nowMs: 0,
    emit: (effect) => void effects.push(effect),
    nextId: () => ++lastId,
  };
  step(context);
  for (;;) {
    endExchange(context);
    const [write] = round.persists;
    if (write === undefined) break;
    const [id, purpose] = write;
    round.persists.delete(id);
    if (purpose.kind === "vote" && purpose.step === "accept") {
      const {ballot, body} = purpose;
      acceptances.push({by: self, ballot, body, isVerified: hasMade(round, body)});
    }
    onPersisted(context, purpose);
  }
  keepCanonical(member.round, round, liar);
  return {member: {round}, words: effects.flatMap((effect) => wordsOf(effect, self, liar)), acceptances};
}

/**
 * What others said is on the board for good, so that a member need not remember it: a vote is heard anew when a quorum's
 * are. But it remembers every body.
 */
function keepCanonical(before: RoundState, {setup, bodies, votes}: RoundState, liar: MemberId): void {
  for (const [name, body] of before.bodies) bodies.set(name, body);
  for (const ofStep of votes.values()) {
    for (const voter of ofStep.keys()) if (voter !== setup.self && voter !== liar) ofStep.delete(voter);
  }
}

/** An attempt ends where it has begun: how its sums come about decides nothing. */
function endExchange(context: RoundContext): void {
  const {exchange, setup, fetches} = context.state;
  if (exchange === null || exchange.result !== null) return;
  const places = exchange.participants.map(({member}) => setup.rules.members.indexOf(member));
  const weight = places.reduce((sum, place) => sum + weightOf(place), 0);
  holdResult(context, Float32Array.of(weight), weight);
  for (const [id, {purpose}] of fetches) if (purpose.kind !== "snapshot") fetches.delete(id);
  considerProposal(context);
  considerVote(context);
}

function hasMade({exchange}: RoundState, {group, result, weight, attempt}: CertificateBody): boolean {
  return (
    exchange?.group === group &&
    exchange.ballot === attempt &&
    exchange.result?.hash === result &&
    exchange.result.weight === weight
  );
}

function wordsOf(effect: Effect, from: MemberId, liar: MemberId): Word[] {
  if (effect.type === "send" && TELLING.includes(effect.frame.type)) {
    return [{from, frame: effect.frame as Telling}];
  }
  if (effect.type !== "report") return [];
  const {report} = effect;
  const isNaming = report.kind === "equivocation" || report.kind === "proposal-refused";
  if (isNaming && report.member !== liar) throw new Broken(`${from} names ${report.member}: ${report.kind}`);
  return [];
}

/** All honest members with their contributions on disk, and each knowing of all others that they are ready. */
export function openMembers({names, setups, contributions}: Cast, honest: Honest): Act[] {
  const words = names.map((name, index) => {
    const contribution = present(contributions[index], "a contribution").hash;
    const content = readyBytes({run: RUN, round: 0, contribution});
    const {primitives} = present(setups[index], "a round");
    return {name, word: {contribution, signature: primitives.sign(content)}};
  });
  return names.flatMap((self, index) => {
    if (self === honest.liar) return [];
    const setup = present(setups[index], "a round");
    const linked = names.filter((name) => name !== self);
    const round = createRoundState(setup, {linked, heard: names, equivocators: new Set<MemberId>()}, null);
    return honest.act({round}, "open", (context) => {
      contribute(context, present(contributions[index], "a contribution"));
      for (const {name, word} of words) if (name !== self) onReady(context, name, word);
    });
  });
}

const sorted = (texts: Iterable<string>): string => [...texts].sort().join();

/** Who gave the ballot up; to who leads it, who gave the one before up is who is alive. */
function givenUpText({givenUp, ballot, lead}: RoundState): string {
  const first = lead === null ? ballot : ballot - 1;
  return sorted([...givenUp].flatMap(([member, last]) => (last >= first ? [`${member} ${last}`] : [])));
}

/**
 * What a member goes on by. Left out are the honest votes that it has heard, since one more is taken up only as one of a
 * quorum's (see steps.ts), and everything that was the same in all states.
 */
function memberText({round}: Member, liar: MemberId): string {
  const {setup, lead, exchange, accepted, lock, proposal} = round;
  return [
    setup.self,
    round.ballot,
    lead === null ? "" : `${lead.ballot} ${lead.phase} ${lead.trials}`,
    // What was mixed in a ballot before is of no use any more.
    exchange === null || exchange.ballot < round.ballot ? "" : exchange.group,
    accepted === null ? "" : `${accepted.ballot} ${nameOf(accepted.body)}`,
    lock === null ? "" : `${lock.ballot} ${nameOf(lock.body)}`,
    round.committedIn,
    proposal === null ? "" : `${nameOf(proposal.body)} ${proposal.from} ${proposal.provenIn}`,
    givenUpText(round),
    sorted(round.excluded),
    sorted(round.held.keys()),
    sorted(round.bodies.keys()),
    sorted(round.published),
    sorted([...round.fetches.values()].map(({bytes}) => bytes.hash)),
    sorted(
      [...round.votes].flatMap(([key, votes]) =>
        votes.has(liar) ? [`${key} ${votes.get(liar)?.body}`] : [],
      ),
    ),
  ].join("|");
}
