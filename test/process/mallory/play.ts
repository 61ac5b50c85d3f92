import {sha256} from "../../../src/core/index.ts";
import {leaderOrder, type MemberId} from "../../../src/rounds/index.ts";
import type {Script} from "../../gossip/adversary/liar.ts";

/** One of mallory's attacks, and how long it lasts. */
export interface Act {
  readonly name: string;
  /** Rounds at least. */
  readonly rounds: number;
  /** How many of them mallory leads, at least. */
  readonly leads?: number;
  readonly script: Script;
}

/** The rounds of an act, both included. */
export interface Window {
  readonly first: number;
  readonly last: number;
}

/** Rounds of honesty between two acts: what one has left behind must not be taken for the next one's. */
const PAUSE = 2;

/** The acts' rounds for a mallory of that id, one act after the other from the round `opening` on. */
export function planActs(
  acts: readonly Act[],
  opening: number,
  {
    run,
    members,
    self,
  }: {readonly run: string; readonly members: readonly MemberId[]; readonly self: MemberId},
): Window[] {
  const leads = (round: number): boolean => leaderOrder(sha256, run, round, members).leaderOf(0) === self;
  const windows: Window[] = [];
  let first = opening;
  for (const {rounds, leads: least = 0} of acts) {
    let last = first;
    let led = leads(last) ? 1 : 0;
    while (led < least || last - first + 1 < rounds) led += leads(++last) ? 1 : 0;
    windows.push({first, last});
    first = last + 1 + PAUSE;
  }
  return windows;
}

/** Plays each act in its rounds; mallory is honest before, between and after them. */
export function playing(acts: readonly Act[], windows: readonly Window[]): Script {
  return (scene) => {
    const at = windows.findIndex(({first, last}) => scene.round >= first && scene.round <= last);
    return acts[at]?.script(scene) ?? scene.effects;
  };
}
