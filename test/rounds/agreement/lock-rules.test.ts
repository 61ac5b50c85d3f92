import {expect, it} from "vitest";
import {isLockedOnAnother, isLockPast} from "../../../src/rounds/agreement/lock-rules.ts";
import {A, B, bodyOf, C, openRound, votesOf} from "./member.ts";

const MINE = bodyOf(1);
const OTHER = bodyOf(2);

it("a lock keeps a member from another body, unless that has a proof of the lock's ballot or a later one", () => {
  const {state} = openRound(A);
  const isLocked = (body: typeof MINE, provenIn: number | null): boolean =>
    isLockedOnAnother(state, {ballot: 9, body, from: B, provenIn});
  expect(isLocked(OTHER, null), "without a lock").toBe(false);
  state.lock = {body: MINE, ballot: 4, votes: votesOf([A, B, C], 4, "accept", MINE)};
  expect([null, 0, 3].map((provenIn) => isLocked(OTHER, provenIn))).toEqual([true, true, true]);
  expect([4, 5].map((provenIn) => isLocked(OTHER, provenIn))).toEqual([false, false]);
  expect([null, 3, 4].map((provenIn) => isLocked(MINE, provenIn))).toEqual([false, false, false]);
  state.lock = {body: MINE, ballot: 0, votes: votesOf([A, B, C], 0, "accept", MINE)};
  expect(
    [null, 0].map((provenIn) => isLocked(OTHER, provenIn)),
    "of the first ballot",
  ).toEqual([true, false]);
});

it("a lock is past once its ballot was given up", () => {
  const lock = {body: MINE, ballot: 4, votes: votesOf([A, B, C], 4, "accept", MINE)};
  expect([3, 4, 5].map((ballot) => isLockPast({ballot}, lock))).toEqual([false, false, true]);
});
