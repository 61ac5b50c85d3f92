import {present} from "../../../../src/core/index.ts";
import {createSnapshot, type Snapshot} from "../../../../src/parameters/index.ts";
import type {RoundSetup} from "../../../../src/rounds/agreement/round-state.ts";
import {readyBytes, voteBytes} from "../../../../src/rounds/certificate.ts";
import type {CertificateBody, FrameOf} from "../../../../src/rounds/frames.ts";
import type {MemberId} from "../../../../src/rounds/index.ts";
import {groupOf} from "../../adversary/knowledge.ts";
import {LAYOUT, RUN} from "../../consortium.ts";
import {type Cast, hash, weightOf} from "../cast.ts";
import {type Ballot, type Board, nameOf, type Tally, talliesOf} from "./board.ts";

type Start = FrameOf<"start">;
type Propose = FrameOf<"propose">;

const COMMON = {run: RUN, round: 0};
const FALSE_VALUE = -3;

/** A round's result of that one value. */
export const snapshotOf = (value: number): Snapshot => createSnapshot(hash, LAYOUT, Float32Array.of(value));

/** What the liar can say in the agreement; it may say any of it to any one member, at any time, or not. */
export class Liar {
  readonly name: MemberId;
  readonly #cast: Cast;
  readonly #setup: RoundSetup;
  readonly #trials: number;
  readonly #starts = new Map<number, readonly Start[]>();
  readonly #bodies = new Map<number, readonly CertificateBody[]>();

  /** @param trials attempts that it starts in a ballot it leads: with two, two members can verify two bodies */
  constructor(cast: Cast, name: MemberId, trials: number) {
    this.#trials = trials;
    this.name = name;
    this.#cast = cast;
    this.#setup = this.#setupOf(name);
  }

  timeout(ballot: number): FrameOf<"timeout"> {
    return {...COMMON, type: "timeout", ballot, lock: null};
  }

  vote(vote: Ballot): FrameOf<"vote"> {
    const {ballot, step, body} = vote;
    return {...COMMON, type: "vote", ballot, step, body, signature: this.signatureOf(this.name, vote)};
  }

  /** The signature of a vote of the liar's, or of an honest member's that it has heard. */
  signatureOf(member: MemberId, {ballot, step, body}: Ballot): Uint8Array {
    return this.#setupOf(member).primitives.sign(voteBytes({...COMMON, ballot, step, body}));
  }

  /** The attempts that it may start as leader of a ballot. */
  starts(ballot: number): readonly Start[] {
    if (this.#setup.order.leaderOf(ballot) !== this.name) return [];
    const known = this.#starts.get(ballot);
    if (known !== undefined) return known;
    const trials = Array.from({length: this.#trials}, (_, trial) => trial);
    const participants = this.#participants();
    const starts = trials.map((trial): Start => ({...COMMON, type: "start", ballot, trial, participants}));
    this.#starts.set(ballot, starts);
    return starts;
  }

  /** What it may propose as leader of a ballot: what its attempts made, what nobody made, and what is proven. */
  proposals(ballot: number, board: Board): Propose[] {
    const bodies = this.#bodiesOf(ballot);
    if (bodies.length === 0) return [];
    const isLock = ({step, ballot: before, voters}: Tally): boolean =>
      step === "accept" && before < ballot && voters.length + 1 >= this.#setup.rules.quorum;
    const proven = talliesOf(board).filter(isLock);
    return [
      ...bodies.map((body) => this.#propose(ballot, body, null)),
      ...proven.map((tally) => this.#propose(ballot, this.#bodyNamed(tally.body, board, ballot), tally)),
    ];
  }

  #propose(ballot: number, body: CertificateBody, lock: Tally | null): Propose {
    const signature = this.signatureOf(this.name, {ballot, step: "accept", body: nameOf(body)});
    const proof = lock && {ballot: lock.ballot, votes: this.#votesOf(lock)};
    return {...COMMON, type: "propose", ballot, body, proof, signature};
  }

  #votesOf(lock: Tally): NonNullable<Propose["proof"]>["votes"] {
    const voters = [...new Set([...lock.voters, this.name])].sort();
    return voters.map((member) => ({member, signature: this.signatureOf(member, lock)}));
  }

  #bodyNamed(name: string, board: Board, before: number): CertificateBody {
    const proposed = [...board.values()].flatMap(({frame}) => (frame.type === "propose" ? [frame.body] : []));
    const own = Array.from({length: before}, (_, ballot) => this.#bodiesOf(ballot)).flat();
    const body = [...proposed, ...own].find((each) => nameOf(each) === name);
    return present(body, "a body that a quorum accepted");
  }

  /** The bodies of a ballot's attempts, and one with a result that nobody made. */
  #bodiesOf(ballot: number): readonly CertificateBody[] {
    const known = this.#bodies.get(ballot);
    if (known !== undefined) return known;
    const made = this.starts(ballot).map((start) => this.#bodyOf(start));
    const bodies = made.concat(
      made.slice(0, 1).map((body) => ({...body, result: snapshotOf(FALSE_VALUE).hash})),
    );
    this.#bodies.set(ballot, bodies);
    return bodies;
  }

  #bodyOf(start: Start): CertificateBody {
    const {rules} = this.#setup;
    const contributors = start.participants.map(({member}) => member);
    const weight = contributors.reduce((sum, member) => sum + weightOf(rules.members.indexOf(member)), 0);
    return {
      ...COMMON,
      attempt: start.ballot,
      group: groupOf(start),
      roster: rules.roster,
      parent: present(rules.parent, "the certificate before"),
      contributors,
      weight,
      peakWeight: weight,
      result: snapshotOf(weight).hash,
    };
  }

  /** Everyone's signed word, as the liar has heard it. */
  #participants(): Start["participants"] {
    const {names, contributions} = this.#cast;
    return names.map((member, index) => {
      const contribution = present(contributions[index], "a contribution").hash;
      const content = readyBytes({...COMMON, contribution});
      return {member, contribution, signature: this.#setupOf(member).primitives.sign(content)};
    });
  }

  #setupOf(member: MemberId): RoundSetup {
    return present(this.#cast.setups[this.#cast.names.indexOf(member)], "a member's round");
  }
}

/** The result that nobody made, as the liar gives it. */
export const FALSE_MODEL = snapshotOf(FALSE_VALUE);
