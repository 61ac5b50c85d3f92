import {describe, expect, it} from "vitest";
import {IS_THOROUGH, runs} from "../setup/thorough.ts";
import {type Search, search} from "./model/search.ts";
import {allReady, beginning} from "./model/steps.ts";

const TIMEOUT_MS = 900_000;
/** Of one loss; the thorough tier goes through all. */
const LOSSY_STATES = runs(25_000, 400_000);
/** More than there are without a crash. */
const ALL_STATES = 400_000;
/** With a crash there are too many to go through. */
const MOST_STATES = runs(10_000, ALL_STATES);

function print(what: string, {states, steps, quiet, isExhausted}: Search): void {
  const whole = isExhausted ? "all of them" : "cut short";
  console.log(`model check, ${what}: ${states} states (${whole}), ${steps} steps, ${quiet} quiet states`);
}

/*
 * In every state: one body at most is chosen by a majority's votes on disk, and nobody decides another. From every
 * state in which nothing is under way, all who are up decide with the timers alone.
 */
describe("a round of three members and one chunk", () => {
  const orders = "in every order of its messages, writes and transfers";
  it(`is decided once ${orders}, and when any one message is lost (in up to ${LOSSY_STATES} states)`, {
    timeout: TIMEOUT_MS,
  }, () => {
    const plain = search(beginning({crashes: 0, losses: 0, retries: 0}), ALL_STATES);
    print("no mishap", plain);
    const lossy = search(beginning({crashes: 0, losses: 1, retries: 0}), LOSSY_STATES);
    print("one loss", lossy);
    expect([plain.isExhausted, lossy.isExhausted]).toEqual([true, IS_THOROUGH]);
    expect(lossy.states).toBeGreaterThan(plain.states);
    expect(plain.quiet).toBeGreaterThan(0);
  });

  it(`is decided once with one crash, one loss and one impatience, in the ${MOST_STATES} states that the search comes to first`, {
    timeout: TIMEOUT_MS,
  }, () => {
    const budget = {crashes: 1, losses: 1, retries: 1};
    for (const [what, from] of [
      ["from the beginning", beginning(budget)],
      ["from all being ready", allReady(budget)],
    ] as const) {
      const found = search(from, MOST_STATES);
      print(`one crash, one loss, one retry ${what}`, found);
      expect(found.quiet).toBeGreaterThan(0);
    }
  });
});
