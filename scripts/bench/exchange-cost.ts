import {type Figure, leastOf, RUNS} from "./figure.ts";
import {type PairRun, pairRoundMicroseconds} from "./protocol-pair.ts";

const VALUES = 4096;
const EXCHANGE_BAR_US = 50;

/** The cost of each run, after one in which the compilers find out what is hot. */
function costs(run: PairRun): number[] {
  pairRoundMicroseconds(run);
  return Array.from({length: RUNS}, () => pairRoundMicroseconds(run));
}

/**
 * What one exchange of two members that hold 4,096 values costs one of them: a round of many exchanges, divided by
 * their number, so that the round's own part is not left out but spread thin.
 */
export function measureExchangeCost(): Figure {
  const steps = 250;
  const mixing = {kind: "schedule", schedule: {name: "complete", steps}} as const;
  const runs = costs({rounds: 20, values: VALUES, mixing}).map((microseconds) => microseconds / steps);
  return leastOf("gossip/exchange-4k-us", "us", runs, EXCHANGE_BAR_US);
}

/** What a whole round of one exchange of 4,096 values costs a member. */
export function measureRoundCost(): Figure {
  const mixing = {kind: "schedule", schedule: {name: "base", peers: 1}} as const;
  return leastOf("gossip/round-4k-us", "us", costs({rounds: 2000, values: VALUES, mixing}), null);
}
