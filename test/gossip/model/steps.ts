import {NAMES} from "./cast.ts";
import {completeFetch, completeWrite, crash, deliver, EMPTY, fire, nextFrames, start} from "./happenings.ts";
import {without} from "./moves.ts";
import type {Budget, Member, State} from "./state.ts";

/** All members up, each with its contribution being written. */
export function beginning(budget: Budget): State {
  const down: Member = {...EMPTY, isUp: false, disk: [], lastId: 0};
  let state: State = {members: NAMES.map(() => down), flying: [], budget, chosen: null};
  for (const index of NAMES.keys()) state = start(state, index);
  // Who starts first has nothing to say to those it is linked to: the questions are of no use.
  return {...state, flying: []};
}

/** All members up and known to each other to be ready: the leader's start is on its way. */
export function allReady(budget: Budget): State {
  let state = beginning(budget);
  const isBefore = ({members, flying}: State): boolean =>
    flying.some(({frame}) => frame.type === "ready") ||
    members.some(({writes}) => writes.some(({record}) => record.kind === "contribution"));
  while (isBefore(state)) {
    const next = deliveries(state).find(
      ({name}) => name.includes("contribution") || name.startsWith("ready"),
    );
    if (next === undefined) break;
    state = next.take();
  }
  return state;
}

/** A step that can be taken, under its name. */
export interface Step {
  readonly name: string;
  take(): State;
}

function frameName({flying}: State, at: number): string {
  const each = flying[at];
  return each === undefined ? "" : `${each.frame.type} ${NAMES[each.from]} to ${NAMES[each.to]}`;
}

/** Steps that need neither chance nor fate nor patience. */
export function deliveries(state: State): Step[] {
  const frames = nextFrames(state).map((at) => ({
    name: frameName(state, at),
    take: () => deliver(state, at),
  }));
  const local = state.members.flatMap(({fetches, writes}, index) => [
    ...fetches.map(({from}, at) => ({
      name: `${NAMES[index]} fetched from ${from}`,
      take: () => completeFetch(state, index, at),
    })),
    ...writes.slice(0, 1).map(({record}) => ({
      name: `${NAMES[index]} wrote ${record.kind}`,
      take: () => completeWrite(state, index),
    })),
  ]);
  return [...local, ...frames];
}

/** The timers that are armed. */
export function firings(state: State): Step[] {
  return state.members.flatMap(({timers}, index) =>
    [...timers].sort().map((timer) => ({
      name: `${NAMES[index]}'s ${timer}`,
      take: () => fire(state, index, timer),
    })),
  );
}

function spend(step: Step, budget: Partial<Budget>): Step {
  return {
    name: step.name,
    take: () => {
      const next = step.take();
      return {...next, budget: {...next.budget, ...budget}};
    },
  };
}

/** Members that are down come back. */
export function restarts(state: State): Step[] {
  return state.members.flatMap(({isUp}, index) =>
    isUp ? [] : [{name: `${NAMES[index]} starts again`, take: () => start(state, index)}],
  );
}

/** Losses, deaths and firings that the budget leaves. */
export function mishaps(state: State): Step[] {
  const {crashes, losses, retries} = state.budget;
  const lost = nextFrames(state).map((at) => ({
    name: `${frameName(state, at)} is lost`,
    take: () => ({...state, flying: without(state.flying, at)}),
  }));
  const deaths = state.members.flatMap(({isUp, writes}, index) =>
    !isUp
      ? []
      : Array.from({length: writes.length + 1}, (_, landed) => ({
          name: `${NAMES[index]} dies with ${landed} of its writes done`,
          take: () => crash(state, index, landed),
        })),
  );
  return [
    ...(losses > 0 ? lost.map((step) => spend(step, {losses: losses - 1})) : []),
    ...(crashes > 0 ? deaths.map((step) => spend(step, {crashes: crashes - 1})) : []),
    ...(retries > 0 ? firings(state).map((step) => spend(step, {retries: retries - 1})) : []),
  ];
}
