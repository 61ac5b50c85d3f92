import {meanOverSeeds} from "../../evaluation/index.ts";
import {
  atPoint,
  divergencesOf,
  divergenceText,
  isExternalTest,
  type MethodComparison,
  POOLED_TEST,
  pointsOf,
  pointText,
  type ResultRow,
  type StudyResults,
} from "../../simulation/index.ts";

/** Of more test groups than these, those of single sites are left to the report. */
const MOST_COLUMNS = 6;
const NAME_WIDTH = 26;
const CELL_WIDTH = 18;

function cellOf(rows: readonly ResultRow[]): string {
  const summary = meanOverSeeds(rows.flatMap(({value}) => (value === null ? [] : [value])));
  const diverged = rows.filter(({status}) => status === "diverged").length;
  if (summary === null) return diverged > 0 ? "diverged" : "-";
  const spread = summary.sd === null ? "" : ` ± ${summary.sd.toFixed(3)}`;
  return `${summary.mean.toFixed(3)}${spread}${diverged > 0 ? " *" : ""}`;
}

function comparisonLine(row: MethodComparison): string {
  const {baseline, test, difference, low, high, margin, isNonInferior} = row;
  const isInferior = row.divergedSeeds > row.baselineDivergedSeeds;
  const verdict = isNonInferior ? "non-inferior" : isInferior ? "inferior" : "not shown to be non-inferior";
  const shown = [difference, low, high].map((value) => value?.toFixed(3) ?? "-");
  const diverged = [
    ...(row.divergedSeeds === 0 ? [] : [`the network diverged at ${row.divergedSeeds}`]),
    ...(row.baselineDivergedSeeds === 0 ? [] : [`the baseline diverged at ${row.baselineDivergedSeeds}`]),
  ].map((words) => `, ${words} of the seeds`);
  const figures = difference === null ? "no difference" : `${shown[0]} [${shown[1]}, ${shown[2]}]`;
  return `  to ${baseline} on ${test}: ${figures}: ${verdict} (margin ${margin})${diverged.join("")}`;
}

/** What an asterisk means, and what diverged when. */
function divergedLines(rows: readonly ResultRow[]): string[] {
  const diverged = divergencesOf(rows);
  if (diverged.length === 0) return [];
  return [
    `Diverged, so without a model or a figure (* other seeds alone): ${diverged.map(divergenceText).join("; ")}`,
  ];
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
  return [`${study.metrics[0] ?? ""}, mean ± SD over ${study.seeds.length} seeds`, heading, ...lines];
}

/** What a simulation found, for the terminal: by point of the sweep a table of the first metric, and how it compares. */
export function studyTable(study: StudyResults): string {
  const [metric] = study.metrics;
  const blocks = pointsOf(study).map((point) => {
    const {results, comparisons: all} = atPoint(study, point);
    const rows = results.filter((row) => row.metric === metric);
    const pooled = all.filter(({test}) => test === POOLED_TEST);
    const comparisons = pooled.length > 0 ? pooled : all.filter(({test}) => isExternalTest(test));
    return [
      ...(Object.keys(point).length === 0 ? [] : [pointText(point)]),
      ...tableOf(study, rows),
      ...divergedLines(rows),
      ...(comparisons.length === 0 ? [] : ["Gossip compared, 95 % intervals over patients and seeds:"]),
      ...comparisons.map(comparisonLine),
    ].join("\n");
  });
  const origin = study.isSynthetic ? "SYNTHETIC data" : study.source;
  return `\n${study.title} (${origin})\n\n${blocks.join("\n\n")}\n\n`;
}
