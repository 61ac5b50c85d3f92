import type {PlanSettings} from "../../config/index.ts";
import {formatBytes, formatSeconds} from "../../core/index.ts";
import type {Task} from "../../data/index.ts";
import type {DemoReport, Figures, LeaveOneOutReport, MeanFigures} from "./report.ts";

const FIGURE_WIDTH = 22;
const COUNT_WIDTH = 7;

type Shown = "auroc" | "accuracy";

const TITLES: Readonly<Record<Shown, string>> = {
  auroc: "AUROC on test patients [95 % interval, DeLong]",
  accuracy: "Accuracy on test patients [95 % interval, Wilson]",
};

/** What every output about generated data is marked with. */
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

/** What is about to run, in two lines. */
export function renderHeading(task: Task, sites: readonly string[], settings: PlanSettings): string {
  const {rounds, training, mixing} = settings;
  const statistics =
    settings.task.standardisation === "federated" ? "common statistics" : "each site's own statistics";
  return [
    `${task.title}${markOf(task)}`,
    `${sites.length} hospitals: ${sites.join(", ")} | seed ${settings.seed} | ${rounds} rounds of ${training.localSteps} steps | ${statistics} | ${mixing.codec}`,
    "",
  ].join("\n");
}

function leavingLines({bytes}: DemoReport, settings: PlanSettings): string[] {
  const statistics =
    settings.task.standardisation === "federated" ? ", statistics of its features (once)" : "";
  const names = Object.keys(bytes);
  const width = Math.max(9, ...names.map((name) => name.length)) + 1;
  return [
    `What left each hospital: changes of the model's parameters (${settings.mixing.codec}, in each round)${statistics},`,
    "its number of train patients, votes, addresses, handshakes. No patient record, no score, no label.",
    ...names.map((name) => {
      const {sent = 0, received = 0} = bytes[name] ?? {};
      return `${name.padEnd(width)} sent ${formatBytes(sent).padStart(9)}   received ${formatBytes(received).padStart(9)}`;
    }),
    "Gossip alone hides nothing from the other members: each sees the others' changes as they are.",
  ];
}

function endLines(report: DemoReport): string[] {
  const hashes = Object.values(report.final_parameters_sha256);
  const absent = report.absent.map(({round, sites}) => `round ${round}: ${sites.join(", ")}`);
  return [
    `All ${hashes.length} hospitals hold the same model: SHA-256 ${hashes[0] ?? "none"}`,
    `Absent: ${absent.length === 0 ? "nobody in any round" : absent.join("; ")}`,
    `${report.rounds} rounds, seed ${report.seed}, ${report.backend}, ${formatSeconds(report.wall_seconds)} in all`,
  ];
}

/** One run's result for people. */
export function renderReport(report: DemoReport, task: Task, settings: PlanSettings): string {
  return [
    "",
    `${task.title}${markOf(task)}`,
    "",
    ...tableLines(report, "auroc"),
    "",
    ...tableLines(report, "accuracy"),
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

/** What a leave-one-site-out demo found, for people. */
export function renderLeaveOneOut({runs, mean}: LeaveOneOutReport, task: Task): string {
  const row = (cells: readonly string[]): string =>
    cells
      .map((cell) => cell.padEnd(FIGURE_WIDTH))
      .join("")
      .trimEnd();
  const means = (of: (figures: MeanFigures) => number | null): string[] =>
    [mean.held_out.local, mean.held_out.gossip, mean.held_out.pooled].map((figures) => meanCell(of(figures)));
  return [
    "",
    `${task.title}${markOf(task)}`,
    "AUROC on all patients of the hospital that took no part [95 % interval, DeLong]",
    row(["left out", "locals of the others", "gossip", "pooled"]),
    ...runs.map(({held_out: heldOut}) =>
      row([
        `${heldOut.name} (n ${heldOut.n})`,
        meanText(Object.values(heldOut.local), "auroc"),
        figureText(heldOut.gossip.auroc),
        figureText(heldOut.pooled.auroc),
      ]),
    ),
    row(["mean AUROC", ...means(({auroc}) => auroc)]),
    row(["mean accuracy", ...means(({accuracy}) => accuracy)]),
    `seed ${runs[0]?.seed ?? 0}, ${runs[0]?.rounds ?? 0} rounds`,
    "",
  ].join("\n");
}
