// Is it worth learning together? Sixteen hospitals with invented patients, from the package: `npm install consilium`.
import {loadExperiment, simulate} from "consilium";
import {auroc} from "consilium/evaluation";

const {experiment} = await loadExperiment("partition");
const short = {...experiment, repeats: 1, plan: {...experiment.plan, rounds: 2}};
const {results} = await simulate(short, {folder: ".", signal: AbortSignal.timeout(300_000)});
for (const {method, test, metric, value} of results) {
  if (test === "Pooled Test") console.log(`${method}: ${metric} ${value?.toFixed(3)}`);
}
// Metrics stand alone: labels first, then scores.
const area: number | null = auroc(Uint8Array.of(0, 0, 1, 1), Float64Array.of(0.1, 0.4, 0.35, 0.8));
console.log(`AUROC of four patients: ${area}`);
