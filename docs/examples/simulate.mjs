// Three hospitals with invented patients, and a fourth to test on: is it worth learning together? Run with `node docs/examples/simulate.mjs`.
import path from "node:path";
import {loadExperiment} from "consilium/config";
import {simulate} from "consilium/study";

const {experiment, file} = await loadExperiment("csv-sites");
const results = await simulate(
  {...experiment, repeats: 2},
  {
    // Paths in an experiment start from its own folder.
    folder: path.dirname(file),
    signal: AbortSignal.timeout(120_000),
    onRound: ({method, round, rounds}) => {
      if (round.round === rounds - 1) console.error(`${method}: ${round.value?.toFixed(3)} after ${rounds} rounds`);
    },
  },
);

for (const {test, method, seed, metric, value} of results.results) {
  if (test === "Pooled Test" && metric === "auroc") console.log(`seed ${seed}  ${method.padEnd(18)} AUROC ${value?.toFixed(3)}`);
}
for (const {baseline, test, difference, low, high} of results.comparisons) {
  if (test !== "Pooled Test") continue;
  console.log(`gossip less ${baseline}: ${difference?.toFixed(3)} [${low?.toFixed(3)}, ${high?.toFixed(3)}]`);
}
