import {createRandom, permutation, present} from "../../../../src/core/index.ts";
import {onFrame} from "../../../../src/rounds/agreement/round.ts";
import type {QuorumRule} from "../../../../src/rounds/index.ts";
import {Broken, type Cast, castOf} from "../cast.ts";
import {type Board, withWords} from "./board.ts";
import {certificatesOn, expectLaws} from "./laws.ts";
import {Liar} from "./lies.ts";
import {Honest, type Member, openMembers} from "./members.ts";
import {type Step, stepsOf} from "./steps.ts";

/** What a search is of. */
export interface Bounds {
  readonly members: number;
  readonly quorum: QuorumRule;
  /** The liar leads this ballot first. */
  readonly liarLeads: number;
  /** How many attempts the liar starts in a ballot that it leads. */
  readonly trials: number;
  /** The last ballot, which nobody gives up. */
  readonly lastBallot: number;
  readonly mostStates: number;
}

/** What a search has seen. */
export interface LiarSearch {
  readonly states: number;
  readonly steps: number;
  /** States in which a certificate can be shown. */
  readonly certified: number;
  readonly isExhausted: boolean;
}

interface State {
  /** The honest ones. */
  readonly members: readonly Member[];
  readonly board: Board;
}

interface Move {
  readonly index: number;
  readonly step: Step;
}

/*
 * What the search leaves out, and why nothing is lost by it:
 * - Frames have no way on which they could be lost or late: what was said stays to be heard (board.ts). More than that can
 *   not happen.
 * - Writes and the exchange of an attempt end at once: a slow one only lets others hear of it later. A member that has not
 *   begun the attempt has no result.
 * - Votes, and words that a ballot is given up, are heard as many at once as change something: alone they change a count.
 * - Nobody decides, and nobody hears proofs against the liar: both only silence. Which certificates there can be is read
 *   off the board.
 */
class Walk {
  readonly #bounds: Bounds;
  readonly #liar: Liar;
  readonly #honest: Honest;
  readonly #cast: Cast;
  readonly #quorum: number;
  readonly #random = createRandom({seed: 1, site: "", round: 0, purpose: "search"});
  readonly #words = new Map<string, number>();
  readonly #seen = new Set<string>();
  readonly #stack: {readonly state: State; readonly moves: Move[]}[] = [];
  readonly #path: string[] = [];
  #steps = 0;
  #certified = 0;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
    this.#cast = castOf(bounds.members, bounds.quorum);
    const {order, rules} = present(this.#cast.setups[0], "a member's round");
    this.#quorum = rules.quorum;
    this.#liar = new Liar(this.#cast, order.leaderOf(bounds.liarLeads), bounds.trials);
    this.#honest = new Honest(this.#liar.name);
  }

  /** @throws Broken with the steps that led there */
  run(): LiarSearch {
    try {
      const isExhausted = this.#walk();
      return {states: this.#seen.size, steps: this.#steps, certified: this.#certified, isExhausted};
    } catch (error) {
      const what = error instanceof Error ? (error.stack ?? error.message) : error;
      throw new Broken(`${what}\nafter ${this.#seen.size} states: ${this.#path.join("; ")}`);
    }
  }

  #walk(): boolean {
    this.#enter(this.#first());
    for (let top = this.#stack.at(-1); top !== undefined; top = this.#stack.at(-1)) {
      const move = top.moves.pop();
      if (move === undefined) {
        this.#stack.pop();
        this.#path.pop();
        continue;
      }
      if (this.#seen.size >= this.#bounds.mostStates) return false;
      this.#steps += 1;
      this.#path.push(`${top.state.members[move.index]?.round.setup.self} ${move.step.name}`);
      if (!this.#enter(this.#take(top.state, move))) this.#path.pop();
    }
    return true;
  }

  /** All are ready, and have mixed in the attempt that the first ballot's leader, if it is honest, has started. */
  #first(): State {
    const opened = openMembers(this.#cast, this.#honest);
    const words = opened.flatMap((act) => act.words);
    const board = withWords(new Map(), words);
    const starts = words.filter(({frame}) => frame.type === "start");
    const members = opened.map(({member}) =>
      starts
        .filter(({from}) => from !== member.round.setup.self)
        .reduce(
          (each, {from, frame}) =>
            this.#honest.act(each, "mixes", (context) => onFrame(context, from, frame)).member,
          member,
        ),
    );
    return {members, board};
  }

  /** @returns false where the state was entered before */
  #enter(state: State): boolean {
    const key = this.#keyOf(state);
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    const {members, board} = state;
    if (certificatesOn(board, this.#quorum).size > 0) this.#certified += 1;
    const air = {board, liar: this.#liar, lastBallot: this.#bounds.lastBallot};
    const all = members.flatMap((member, index) => stepsOf(member, air).map((step) => ({index, step})));
    const order = permutation(this.#random, all.length);
    this.#stack.push({state, moves: [...order].flatMap((at) => all[at] ?? [])});
    return true;
  }

  #take({members, board}: State, {index, step}: Move): State {
    const mover = present(members[index], "the member that moves");
    const {member, words, acceptances} = this.#honest.act(mover, step.name, step.take);
    const said = withWords(board, words);
    expectLaws(said, acceptances, this.#quorum);
    return {members: members.map((each, at) => (at === index ? member : each)), board: said};
  }

  #keyOf({members, board}: State): string {
    const ids = members.map((member) => this.#honest.idOf(member));
    const words = [...board.keys()].map((text) => {
      const id = this.#words.get(text) ?? this.#words.size;
      this.#words.set(text, id);
      return id;
    });
    return `${ids}/${words.sort((a, b) => a - b)}`;
  }
}

/**
 * Goes through everything that honest members can do and hear, and the liar can tell each, from all being ready on; depth
 * first, by chance, each state once. @throws Broken with the steps that led there
 */
export function searchWithLiar(bounds: Bounds): LiarSearch {
  return new Walk(bounds).run();
}
