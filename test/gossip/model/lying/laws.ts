import {Broken} from "../cast.ts";
import {type Board, nameOf, type Tally, talliesOf} from "./board.ts";
import type {Acceptance} from "./members.ts";

/** Whether a quorum can be shown for a vote: the honest members that gave it, and the liar. */
const isQuorum = ({voters}: Tally, quorum: number): boolean => voters.length + 1 >= quorum;

/** The bodies that can be shown to be decided. */
export function certificatesOn(board: Board, quorum: number): ReadonlySet<string> {
  const decided = talliesOf(board).filter((tally) => tally.step === "commit" && isQuorum(tally, quorum));
  return new Set(decided.map(({body}) => body));
}

/** @throws Broken when an honest member has given two votes of a ballot and step, which would prove it a liar */
function expectNoContradiction(tallies: readonly Tally[]): void {
  const votes = tallies.flatMap(({ballot, step, voters}) =>
    voters.map((voter) => `${voter} ${ballot} ${step}`),
  );
  if (new Set(votes).size < votes.length) throw new Broken("an honest member contradicts itself");
}

/** @throws Broken when a vote to commit is not under a quorum's votes to accept, or one to accept without a reason */
function expectReasons(tallies: readonly Tally[], acceptances: readonly Acceptance[], quorum: number): void {
  const isLocked = (body: string, isOf: (ballot: number) => boolean): boolean =>
    tallies.some(
      (tally) =>
        tally.step === "accept" && tally.body === body && isOf(tally.ballot) && isQuorum(tally, quorum),
    );
  for (const {body, ballot, step} of tallies) {
    if (step === "commit" && !isLocked(body, (of) => of === ballot))
      throw new Broken("a body is committed unaccepted");
  }
  for (const {by, ballot, body, isVerified} of acceptances) {
    if (!isVerified && !isLocked(nameOf(body), (of) => of < ballot)) {
      throw new Broken(`${by} accepts what it neither verified nor has a quorum's votes for`);
    }
  }
}

/** What has been said, held to every law. @throws Broken */
export function expectLaws(board: Board, acceptances: readonly Acceptance[], quorum: number): void {
  const tallies = talliesOf(board);
  if (certificatesOn(board, quorum).size > 1) throw new Broken("there are two certificates");
  expectNoContradiction(tallies);
  expectReasons(tallies, acceptances, quorum);
}
