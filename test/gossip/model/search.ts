import {createRandom, permutation} from "../../../src/core/index.ts";
import {withChosen} from "./agreement.ts";
import {Broken} from "./cast.ts";
import {withoutIdle, withWordsHeard} from "./happenings.ts";
import {keyOf, type State} from "./state.ts";
import {deliveries, firings, mishaps, restarts, type Step} from "./steps.ts";

/** What a search has seen. */
export interface Search {
  readonly states: number;
  readonly steps: number;
  /** States in which nothing is under way: all that can still happen is that someone's patience ends. */
  readonly quiet: number;
  /** Whether every state within the budget was seen. */
  readonly isExhausted: boolean;
}

/** More than any fair run from a quiet state needs. */
const MOST_FAIR_STEPS = 2000;

/**
 * From a quiet state, without further mishap, those who are up must all decide: deliveries first, then the timers in
 * turn. @throws Broken when they do not
 */
function expectEnd(state: State): void {
  let now = state;
  let fired = 0;
  for (let count = 0; count < MOST_FAIR_STEPS; count++) {
    const isEnd = now.members.every(({isUp, done}) => !isUp || done !== null);
    if (isEnd) return;
    const due = deliveries(now);
    const armed = firings(now);
    // In turn by what was fired, not by what happened: else one timer that brings about as much as there are timers
    // would be the only one ever fired.
    const step = due[0] ?? armed[fired++ % Math.max(1, armed.length)];
    if (step === undefined) throw new Broken("a member waits, and for nothing");
    now = withChosen(step.take());
  }
  throw new Broken("the members that are up do not end the round");
}

/**
 * Goes from a state through every order in which what is under way can happen, with as many mishaps as its budget
 * has, depth first; each state is looked at once. @throws Broken with the steps that led there
 */
export function search(from: State, mostStates: number): Search {
  const first = withChosen(from);
  const seen = new Set([keyOf(first)]);
  const path: string[] = [];
  const stack: {readonly state: State; readonly steps: Step[]}[] = [];
  // By chance, so that a search that is cut short has not looked into one corner only.
  const random = createRandom({seed: 1, site: "", round: 0, purpose: "search"});
  let [steps, quiet] = [0, 0];
  const enter = (state: State): void => {
    const due = deliveries(state);
    if (due.length === 0) {
      quiet += 1;
      expectEnd(state);
    }
    const all = [...due, ...restarts(state), ...mishaps(state)];
    const order = permutation(random, all.length);
    stack.push({state, steps: [...order].flatMap((at) => all[at] ?? [])});
  };
  try {
    enter(first);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const step = top.steps.pop();
      if (step === undefined) {
        stack.pop();
        path.pop();
        continue;
      }
      if (seen.size >= mostStates) return {states: seen.size, steps, quiet, isExhausted: false};
      steps += 1;
      path.push(step.name);
      const next = withoutIdle(withChosen(withWordsHeard(step.take())));
      const key = keyOf(next);
      if (seen.has(key)) path.pop();
      else {
        seen.add(key);
        enter(next);
      }
    }
  } catch (error) {
    throw new Broken(
      `${error instanceof Error ? (error.stack ?? error.message) : error}\nafter: ${path.join("; ")}`,
    );
  }
  return {states: seen.size, steps, quiet, isExhausted: true};
}
