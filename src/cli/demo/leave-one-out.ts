import {joinMatrices} from "../../data/index.ts";
import {ownStandardiser} from "../../node/index.ts";
import {readSites} from "../../simulation/index.ts";
import {usageError} from "../command.ts";
import {compareOn} from "./comparison.ts";
import type {Comparison, Figures, LeaveOneOutReport, MeanFigures} from "./report.ts";
import type {DemoRequest} from "./request.ts";
import {type DemoEnvironment, runDemo} from "./run-demo.ts";

const LEAST_SITES = 3;
const FIGURES = ["auroc", "auprc", "accuracy", "brier", "log_loss"] as const;

type HeldOutRun = LeaveOneOutReport["runs"][number];

/** All patients of the site that took no part, whatever part of its split they are in. */
async function runWithout(
  heldOut: string,
  request: DemoRequest,
  environment: DemoEnvironment,
): Promise<HeldOutRun> {
  const sites = request.sites.filter((name) => name !== heldOut);
  const {report, contest} = await runDemo({...request, sites}, environment);
  const {located, seed, variables} = request;
  const [external] = await readSites({...located, sites: [heldOut], seed, variables});
  const {split} = external ?? {};
  const rows = joinMatrices(split === undefined ? [] : [split.train, split.validation, split.test]);
  const scaling = ownStandardiser(rows, contest.experiment.features);
  const comparison = compareOn(contest, {rows, name: heldOut, scaling});
  return {...report, held_out: {name: heldOut, n: rows.patients, ...comparison}};
}

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

function meanComparison(all: readonly Comparison[]): LeaveOneOutReport["mean"]["held_out"] {
  return {
    local: meanOf(all.flatMap(({local}) => Object.values(local))),
    gossip: meanOf(all.map(({gossip}) => gossip)),
    pooled: meanOf(all.map(({pooled}) => pooled)),
  };
}

/**
 * As many demos as there are sites: each leaves one site out, which serves as an external test of what the others
 * learned.
 * @throws CLI_USAGE for fewer than three sites, and what {@link runDemo} throws
 */
export async function leaveOneOut(
  request: DemoRequest,
  environment: DemoEnvironment,
): Promise<LeaveOneOutReport> {
  if (request.sites.length < LEAST_SITES) {
    throw usageError("--leave-one-site-out needs at least three sites", "Name more under --sites.");
  }
  const runs: HeldOutRun[] = [];
  for (const heldOut of request.sites) {
    environment.sink.write(`\nWithout ${heldOut}:\n`);
    runs.push(await runWithout(heldOut, request, environment));
  }
  const {name, synthetic} = request.located.task;
  return {
    schema: 1,
    task: {name, synthetic},
    runs,
    mean: {
      held_out: meanComparison(runs.map(({held_out: heldOut}) => heldOut)),
      pooled_test: meanComparison(runs.map(({pooled_test: pooledTest}) => pooledTest)),
    },
  };
}
