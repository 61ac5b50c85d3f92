import type {PlanSettings} from "../../config/index.ts";
import {formatBytes, formatSeconds, present} from "../../core/index.ts";
import type {Task} from "../../data/index.ts";
import type {DemoReport, Figures, LeaveOneOutReport, MeanFigures, RunReport} from "./report.ts";
import type {DemoRequest} from "./request.ts";

const FIGURE_WIDTH = 22;
const COUNT_WIDTH = 7;

type Shown = "auroc" | "accuracy";

const TITLES: Readonly<Record<Shown, string>> = {
  auroc: "AUROC on test patients [95 % interval, DeLong]",
  accuracy: "Accuracy on test patients [95 % interval, Wilson]",
};

/** The mark of every output about generated data. */
const SYNTHETIC_MARK = "SYNTHETIC data: no real patient has part in it";

const digits = (value: number): string => value.toFixed(3);

function figureText(figure: Figures[Shown]): string {
  return figure === null
    ? "not defined"
    : `${digits(figure.value)} [${digits(figure.low)}, ${digits(figure.high)}]`;
}

function meanText(all: readonly Figures[], shown: Shown): string {
  const values = all.flatMap((figures) => (figures[shown] === null ? [] : [figures[shown].value]));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.length === 0 ? "not defined" : `${digits(mean)} (mean of ${values.length})`;
}

function tableLines(
  {sites, pooled_test: pooledTest}: Pick<DemoReport, "sites" | "pooled_test">,
  shown: Shown,
): string[] {
  const nameWidth = Math.max(9, ...sites.map(({name}) => name.length)) + 1;
  const line = (name: string, counts: readonly (number | string)[], cells: readonly string[]): string =>
    [
      name.padEnd(nameWidth),
      ...counts.map((count) => String(count).padStart(COUNT_WIDTH)),
      "  ",
      ...cells.map((cell) => cell.padEnd(FIGURE_WIDTH)),
    ]
      .join("")
      .trimEnd();
  const total = (key: "n_train" | "n_test"): number => sites.reduce((sum, site) => sum + site[key], 0);
  return [
    TITLES[shown],
    line("hospital", ["n train", "n test"], ["local only", "gossip", "pooled"]),
    ...sites.map((site) => {
      const cells = [site.local, site.gossip, site.pooled].map((figures) => figureText(figures[shown]));
      return line(site.name, [site.n_train, site.n_test], cells);
    }),
    line(
      "together",
      [total("n_train"), total("n_test")],
      [
        meanText(Object.values(pooledTest.local), shown),
        figureText(pooledTest.gossip[shown]),
        figureText(pooledTest.pooled[shown]),
      ],
    ),
  ];
}

function markOf(task: Pick<Task, "synthetic">): string {
  return task.synthetic ? ` (${SYNTHETIC_MARK})` : "";
}

function lengthOf({localSteps}: PlanSettings["training"]): string {
  return typeof localSteps === "number" ? `${localSteps} steps` : `${localSteps.epochs} epochs`;
}

/** A description of the run that is about to start, in two lines. */
export function renderHeading({task, sites, evaluators, settings}: DemoRequest): string {
  const {rounds, training, mixing, seed} = settings;
  const statistics = {
    federated: "common statistics",
    site: "each site's own statistics",
    none: "features as they are",
  }[settings.task.standardisation];
  const testers = evaluators.length === 0 ? "" : `; ${evaluators.join(", ")} only evaluates`;
  return [
    `${task.title}${markOf(task)}`,
    `${sites.length} hospitals: ${sites.join(", ")}${testers} | seed ${seed} | ${rounds} rounds of ${lengthOf(training)} | ${statistics} | ${mixing.codec}`,
    "",
  ].join("\n");
}

function leavingLines({bytes}: DemoReport, settings: PlanSettings): string[] {
  const statistics =
    settings.task.standardisation === "federated" ? ", statistics of its features (once)" : "";
  const width = Math.max(9, ...Object.keys(bytes).map((name) => name.length)) + 1;
  return [
    `What left each hospital: changes of the model's parameters (${settings.mixing.codec}, in each round)${statistics},`,
    "its number of train patients, votes, addresses, handshakes. No patient record, no score, no label.",
    ...Object.entries(bytes).map(
      ([name, {sent, received}]) =>
        `${name.padEnd(width)} sent ${formatBytes(sent).padStart(9)}   received ${formatBytes(received).padStart(9)}`,
    ),
    "Gossip alone hides nothing from the other members: each sees the others' changes as they are.",
  ];
}

function endLines(report: DemoReport): string[] {
  const hashes = Object.values(report.final_parameters_sha256);
  const absent = report.absent.map(({round, sites}) => `round ${round}: ${sites.join(", ")}`);
  return [
    `All ${hashes.length} hospitals hold the same model: SHA-256 ${present(hashes[0], "the final model of a demo")}`,
    `Absent: ${absent.length === 0 ? "nobody in any round" : absent.join("; ")}`,
    `${report.rounds} rounds, seed ${report.seed}, ${report.backend}, ${formatSeconds(report.wall_seconds)} in all`,
  ];
}

const externalRow = (cells: readonly string[]): string =>
  cells
    .map((cell) => cell.padEnd(FIGURE_WIDTH))
    .join("")
    .trimEnd();

/** Lines on each site that took no part in the training. */
function externalLines(external: RunReport["external"], first: string): string[] {
  return [
    "AUROC on all patients of a hospital that trained nothing [95 % interval, DeLong]",
    externalRow([first, "local models", "gossip", "pooled"]),
    ...external.map(({name, n, local, gossip, pooled}) =>
      externalRow([
        `${name} (n ${n})`,
        meanText(Object.values(local), "auroc"),
        figureText(gossip.auroc),
        figureText(pooled.auroc),
      ]),
    ),
  ];
}

/** One run's result for people. */
export function renderReport(report: DemoReport, task: Task, settings: PlanSettings): string {
  const hasTest = report.sites.some((site) => site.n_test > 0);
  return [
    "",
    `${task.title}${markOf(task)}`,
    "",
    ...(hasTest ? [...tableLines(report, "auroc"), "", ...tableLines(report, "accuracy"), ""] : []),
    ...(report.external.length > 0 ? [...externalLines(report.external, "external"), ""] : []),
    "local only: trained at that hospital alone; together: mean of the local models on all test patients.",
    "pooled: all rows in one place, which only this demo can do.",
    "",
    ...leavingLines(report, settings),
    "",
    ...endLines(report),
    "",
  ].join("\n");
}

const meanCell = (value: number | null): string => (value === null ? "not defined" : digits(value));

/** The result of a leave-one-site-out demo for people. */
export function renderLeaveOneOut({runs, mean}: LeaveOneOutReport, task: Task): string {
  const {local, gossip, pooled} = mean.external;
  const {seed, rounds, backend} = present(runs[0], "the first run of a leave-one-site-out demo");
  const means = (of: (figures: MeanFigures) => number | null): string[] =>
    [local, gossip, pooled].map((figures) => meanCell(of(figures)));
  return [
    "",
    `${task.title}${markOf(task)}`,
    ...externalLines(
      runs.flatMap(({external}) => external),
      "left out",
    ),
    externalRow(["mean AUROC", ...means(({auroc}) => auroc)]),
    externalRow(["mean accuracy", ...means(({accuracy}) => accuracy)]),
    `seed ${seed}, ${rounds} rounds, ${backend}`,
    "",
  ].join("\n");
}
