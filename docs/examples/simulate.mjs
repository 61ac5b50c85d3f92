// Six hospitals with invented patients: is it worth learning together? Run with `node docs/examples/simulate.mjs`.
import {loadExperiment} from "consilium/config";
import {simulate} from "consilium/simulation";

const {experiment} = await loadExperiment("synthetic-sites");
const results = await simulate(
  {...experiment, repeats: 2},
  {
    folder: ".",
    signal: AbortSignal.timeout(120_000),
    onRound: ({method, round, rounds}) => {
      if (round.round === rounds - 1) console.error(`${method}: ${round.value?.toFixed(3)} after ${rounds} rounds`);
    },
  },
);

for (const {test, method, seed, value} of results.results) {
  if (test === "Pooled Test") console.log(`seed ${seed}  ${method.padEnd(18)} AUROC ${value?.toFixed(3)}`);
}
for (const {baseline, test, difference, low, high} of results.comparisons) {
  if (test !== "Pooled Test") continue;
  console.log(`gossip less ${baseline}: ${difference.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`);
}
