import {usageError} from "../command.ts";
import type {Comparison, Figures, LeaveOneOutReport, MeanFigures, RunReport} from "./report.ts";
import type {DemoRequest} from "./request.ts";
import {type DemoEnvironment, runDemo} from "./run-demo.ts";
import type {RunScores} from "./scores.ts";

const LEAST_SITES = 3;
const FIGURES = ["auroc", "auprc", "accuracy", "brier", "log_loss"] as const;

function meanOf(all: readonly Figures[]): MeanFigures {
  const entries = FIGURES.map((name) => {
    const values = all.flatMap((figures) => (figures[name] === null ? [] : [figures[name].value]));
    const sum = values.reduce((total, value) => total + value, 0);
    return [name, values.length === 0 ? null : sum / values.length] as const;
  });
  const {
    auroc = null,
    auprc = null,
    accuracy = null,
    brier = null,
    log_loss = null,
  } = Object.fromEntries(entries);
  return {auroc, auprc, accuracy, brier, log_loss};
}

function meanComparison(all: readonly Comparison[]): LeaveOneOutReport["mean"]["external"] {
  return {
    local: meanOf(all.flatMap(({local}) => Object.values(local))),
    gossip: meanOf(all.map(({gossip}) => gossip)),
    pooled: meanOf(all.map(({pooled}) => pooled)),
  };
}

/**
 * Runs one demo for each site. In each, one site trains nothing and evaluates the model that the others
 * learned.
 * @throws CLI_USAGE for fewer than three sites, and the errors of {@link runDemo}
 */
export async function leaveOneOut(
  request: DemoRequest,
  environment: DemoEnvironment,
): Promise<{readonly report: LeaveOneOutReport; readonly runs: readonly RunScores[]}> {
  if (request.sites.length < LEAST_SITES) {
    throw usageError("--leave-one-site-out needs at least three sites", "Name more under --sites.");
  }
  const runs: RunReport[] = [];
  const scored: RunScores[] = [];
  for (const heldOut of request.sites) {
    environment.sink.write(`\nWithout ${heldOut}:\n`);
    const sites = request.sites.filter((name) => name !== heldOut);
    const {report, scores} = await runDemo({...request, sites, evaluators: [heldOut]}, environment);
    runs.push(report);
    scored.push({seed: report.seed, external: [heldOut], scores: [...scores]});
  }
  const {name, synthetic} = request.task;
  const mean = {
    external: meanComparison(runs.flatMap(({external}) => external)),
    pooled_test: meanComparison(runs.map(({pooled_test: pooledTest}) => pooledTest)),
  };
  return {report: {schema: 2, task: {name, synthetic}, runs, mean}, runs: scored};
}
