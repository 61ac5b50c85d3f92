import {present} from "../../../../src/core/index.ts";
import {onFetched, onFrame, onTimer} from "../../../../src/rounds/agreement/round.ts";
import type {RoundContext} from "../../../../src/rounds/agreement/round-state.ts";
import type {FrameOf} from "../../../../src/rounds/frames.ts";
import type {MemberId} from "../../../../src/rounds/index.ts";
import {type Board, nameOf, type Tally, type Telling, talliesOf, type Word} from "./board.ts";
import {FALSE_MODEL, type Liar, snapshotOf} from "./lies.ts";
import type {Member} from "./members.ts";

/** Something that can happen to one member. */
export interface Step {
  /** Tells it from all else that can happen to the member. */
  readonly name: string;
  readonly take: (context: RoundContext) => void;
}

/** What there is to hear. */
export interface Air {
  readonly board: Board;
  readonly liar: Liar;
  /** The last ballot of the search: nobody gives it up. */
  readonly lastBallot: number;
}

function hear(from: MemberId, frame: Telling, name: string): Step {
  return {name: `hears ${name} from ${from}`, take: (context) => onFrame(context, from, frame)};
}

/** Everything that can happen to a member now. */
export function stepsOf({round}: Member, air: Air): Step[] {
  const member: Hearer = {round, self: round.setup.self, others: others(round.setup.self, air)};
  return [
    ...starts(member, air),
    ...proposals(member, air),
    ...quorums(member, air),
    ...timeouts(member, air),
    ...timers(member, air),
    ...transfers(member),
  ];
}

interface Hearer {
  readonly round: Member["round"];
  readonly self: MemberId;
  /** What other honest members have said. */
  readonly others: readonly Word[];
}

const others = (self: MemberId, {board}: Air): Word[] =>
  [...board.values()].filter(({from}) => from !== self);

function starts({round, others}: Hearer, {liar}: Air): Step[] {
  const isNow = ({ballot}: FrameOf<"start">): boolean =>
    ballot === round.ballot && round.accepted?.ballot !== ballot;
  const heard = others.flatMap(({from, frame}) =>
    frame.type === "start" && isNow(frame) ? [{from, frame}] : [],
  );
  const lies = liar.starts(round.ballot).filter(isNow);
  return [...heard, ...lies.map((frame) => ({from: liar.name, frame}))].map(({from, frame}) =>
    hear(
      from,
      frame,
      `start ${frame.ballot}.${frame.trial} of ${frame.participants.length} ${frame.participants.map(({member}) => member)}`,
    ),
  );
}

/** A proposal of a ballot in which this member has voted, or has one already, says nothing but that its maker lies. */
function proposals({round, others}: Hearer, {liar, board}: Air): Step[] {
  if (round.accepted?.ballot === round.ballot) return [];
  const heard = others.flatMap(({from, frame}) =>
    frame.type === "propose" && frame.ballot === round.ballot ? [{from, frame}] : [],
  );
  const lies = liar.proposals(round.ballot, board).map((frame) => ({from: liar.name, frame}));
  return [...heard, ...lies].map(({from, frame}) =>
    hear(from, frame, `proposal ${frame.ballot} of ${nameOf(frame.body)}, proven in ${frame.proof?.ballot}`),
  );
}

/**
 * Votes are heard a quorum at a time: each alone changes nothing but the count. The liar's is among them where it takes
 * it.
 */
function quorums({round, self}: Hearer, {board, liar}: Air): Step[] {
  const {quorum} = round.setup.rules;
  const isNews = ({step, ballot}: Tally): boolean => step === "accept" && ballot > (round.lock?.ballot ?? -1);
  return talliesOf(board)
    .filter((tally) => isNews(tally) && tally.voters.length + 1 >= quorum)
    .map((tally) => {
      const heard = tally.voters.filter((voter) => voter !== self);
      const voters = tally.voters.length >= quorum ? heard : [...heard, liar.name];
      const {ballot, step, body} = tally;
      return {
        name: `hears a quorum ${step} ${body} in ${ballot}: ${voters}`,
        take: (context) => {
          for (const voter of voters) {
            onFrame(context, voter, {...liar.vote(tally), signature: liar.signatureOf(voter, tally)});
          }
        },
      };
    });
}

/** What members say of a ballot that they give up, as this one has not heard it yet; what says nothing new first. */
function timeoutsHeard({round, others}: Hearer, {liar}: Air): {from: MemberId; frame: FrameOf<"timeout">}[] {
  const said = others.flatMap(({from, frame}) => (frame.type === "timeout" ? [{from, frame}] : []));
  return [{from: liar.name, frame: liar.timeout(round.ballot)}, ...said]
    .filter(({from, frame}) => frame.ballot >= round.ballot && frame.ballot > (round.givenUp.get(from) ?? -1))
    .toSorted((a, b) => Number(a.frame.lock !== null) - Number(b.frame.lock !== null));
}

/** Whoever is to lead the next ballot counts who is alive. Others hear of as many as move them, or of one that has a lock. */
function timeouts(hearer: Hearer, air: Air): Step[] {
  const {round, self} = hearer;
  if (round.ballot >= air.lastBallot) return [];
  const heard = timeoutsHeard(hearer, air).filter(({frame}) => frame.ballot < air.lastBallot);
  const isNews = ({frame}: {frame: FrameOf<"timeout">}): boolean =>
    frame.lock !== null && frame.lock.ballot > (round.lock?.ballot ?? -1);
  const isNextLeader = round.setup.order.leaderOf(round.ballot + 1) === self;
  const singly = isNextLeader ? heard : heard.filter(isNews);
  const steps = singly.map(({from, frame}) => {
    const lock = frame.lock === null ? "" : ` with ${frame.lock.ballot} ${nameOf(frame.lock.body)}`;
    return hear(from, frame, `timeout ${frame.ballot}${lock}`);
  });
  return isNextLeader ? steps : [...steps, ...moved(hearer, heard)];
}

/** So many others give the ballot up that this member goes on. */
function moved({round}: Hearer, heard: readonly {from: MemberId; frame: FrameOf<"timeout">}[]): Step[] {
  const {quorum} = round.setup.rules;
  const firsts = heard
    .filter(({from}, at) => heard.findIndex((each) => each.from === from) === at)
    .slice(0, quorum - 1);
  if (firsts.length < quorum - 1) return [];
  const names = firsts.map(({from, frame}) => `${from} ${frame.ballot} ${frame.lock?.ballot}`);
  const take = (context: RoundContext): void => {
    for (const {from, frame} of firsts) onFrame(context, from, frame);
  };
  return [{name: `hears a quorum give up: ${names}`, take}];
}

/** Any timer may run out at any time. */
function timers({round}: Hearer, {lastBallot}: Air): Step[] {
  const names =
    round.ballot < lastBallot ? (["deadline", "exchange", "patience"] as const) : (["deadline"] as const);
  return names.map((timer) => ({name: `fires ${timer}`, take: (context) => onTimer(context, timer)}));
}

/** The liar has every result, and gives it. */
function transfers({round}: Hearer): Step[] {
  return [...round.fetches].map(([id, {purpose, bytes}]) => ({
    name: `fetches ${bytes.hash}`,
    take: (context) => {
      const snapshot = RESULTS.get(bytes.hash);
      context.state.fetches.delete(id);
      onFetched(context, purpose, present(snapshot, "a result").bytes);
    },
  }));
}

const MOST_WEIGHT = 16;
/** Every result that an attempt can make, and the one that nobody made. */
const RESULTS = new Map(
  [FALSE_MODEL, ...Array.from({length: MOST_WEIGHT}, (_, units) => snapshotOf(units / 8))].map((each) => [
    each.hash,
    each,
  ]),
);
