import {meanOverSeeds} from "../../evaluation/index.ts";
import {atPoint, pointsOf} from "../../report/index.ts";
import {
  equalScoresOf,
  equalScoresText,
  isExternalTest,
  type MethodComparison,
  mainMetric,
  POOLED_TEST,
  pointText,
  type ResultRow,
  type StudyResults,
  unfinishedOf,
  unfinishedText,
} from "../../study/index.ts";

/** With more test groups than this, those of single sites are left to the report. */
const MOST_COLUMNS = 6;
const NAME_WIDTH = 26;
const CELL_WIDTH = 18;

function cellOf(rows: readonly ResultRow[]): string {
  const summary = meanOverSeeds(
    rows.flatMap(({value}) => (value === null ? [] : [value])),
    "any",
  );
  const lost = rows.filter(({status}) => status !== "finished");
  if (summary === null) return lost[0]?.status ?? "-";
  const spread = summary.sd === null ? "" : ` ± ${summary.sd.toFixed(3)}`;
  return `${summary.mean.toFixed(3)}${spread}${lost.length > 0 ? " *" : ""}`;
}

/** A difference with three decimals; one that rounds to nothing has no sign. */
function differenceText(value: number | null): string {
  if (value === null) return "-";
  const text = value.toFixed(3);
  return Number(text) === 0 ? "0.000" : text;
}

const OUTCOME_WORDS: Readonly<Record<MethodComparison["outcome"], string>> = {
  better: "better",
  "non-inferior": "non-inferior",
  "not-shown": "not shown to be non-inferior",
  inferior: "inferior",
  "no-comparison": "no comparison",
};

function comparisonLine(row: MethodComparison): string {
  const {baseline, test, difference, low, high, margin, outcome} = row;
  const shown = [difference, low, high].map(differenceText);
  const diverged = [
    ...(row.divergedSeeds === 0 ? [] : [`the network has no model at ${row.divergedSeeds}`]),
    ...(row.baselineDivergedSeeds === 0 ? [] : [`the baseline has no model at ${row.baselineDivergedSeeds}`]),
  ].map((words) => `, ${words} of the seeds`);
  const figures = difference === null ? "no difference" : `${shown[0]} [${shown[1]}, ${shown[2]}]`;
  return `  to ${baseline} on ${test}: ${figures}: ${OUTCOME_WORDS[outcome]} (margin ${margin})${diverged.join("")}`;
}

function headingOf({covers}: MethodComparison): string {
  return `Gossip compared, 95 % intervals over ${covers === "patients" ? "patients" : "patients and seeds"}:`;
}

/** The meaning of an asterisk, and the trials that ended without a model, with time and cause. */
function unfinishedLines(rows: readonly ResultRow[]): string[] {
  const unfinished = unfinishedOf(rows);
  if (unfinished.length === 0) return [];
  return [`Without a model or a figure (* other seeds alone): ${unfinished.map(unfinishedText).join("; ")}`];
}

function tableOf(study: StudyResults, rows: readonly ResultRow[]): string[] {
  const judged = rows.filter(({n}) => n > 0);
  const tests = [...new Set((judged.length > 0 ? judged : rows).map(({test}) => test))];
  const shown =
    tests.length > MOST_COLUMNS
      ? tests.filter((test) => test === POOLED_TEST || isExternalTest(test))
      : tests;
  const methods = [...new Set(rows.map(({method}) => method))];
  const heading = `  ${"".padEnd(NAME_WIDTH)}${shown.map((test) => test.slice(0, CELL_WIDTH - 1).padStart(CELL_WIDTH)).join("")}`;
  const lines = methods.map((method) => {
    const cells = shown.map((test) => {
      const own = rows.filter((row) => row.method === method && row.test === test);
      return cellOf(own).padStart(CELL_WIDTH);
    });
    return `  ${method.padEnd(NAME_WIDTH)}${cells.join("")}`;
  });
  const {length: seeds} = study.seeds;
  const figures = seeds === 1 ? "one seed" : `mean ± SD over ${seeds} seeds`;
  return [`${mainMetric(study)}, ${figures}`, heading, ...lines];
}

/**
 * The result of a simulation for the terminal: a table of the first metric and a comparison for each point.
 */
export function studyTable(study: StudyResults): string {
  const metric = mainMetric(study);
  const blocks = pointsOf(study).map((point) => {
    const {results, comparisons: all} = atPoint(study, point);
    const rows = results.filter((row) => row.metric === metric);
    const pooled = all.filter(({test}) => test === POOLED_TEST);
    const comparisons = pooled.length > 0 ? pooled : all.filter(({test}) => isExternalTest(test));
    return [
      ...(Object.keys(point).length === 0 ? [] : [pointText(point)]),
      ...tableOf(study, rows),
      ...unfinishedLines(rows),
      ...equalScoresOf(rows.filter(({test}) => test === POOLED_TEST || isExternalTest(test))).map(
        (row) => `Warning: ${equalScoresText(row, study.seeds.length)}`,
      ),
      ...comparisons.slice(0, 1).map(headingOf),
      ...comparisons.map(comparisonLine),
    ].join("\n");
  });
  const origin = study.isSynthetic ? "SYNTHETIC data" : study.source;
  return `\n${study.title} (${origin})\n\n${blocks.join("\n\n")}\n\n`;
}
