import type {MetricName} from "../../config/index.ts";
import {formatBytes} from "../../core/index.ts";
import {METRIC_FACTS} from "../outputs/metric-facts.ts";
import type {MethodComparison, StudyResults} from "../study/results.ts";
import {type Child, html, type Markup} from "./markup.ts";
import {type CellSummary, methodsOf, summaryOf, testsOf} from "./result-groups.ts";
import {largestSites, siteGains} from "./site-gains.ts";
import {table} from "./table.ts";
import {divergedText, verdictOf} from "./verdict.ts";
import {
  countOf,
  countText,
  differenceText,
  durationText,
  figureText,
  limitsText,
  rangeText,
} from "./words.ts";

const MOST_ROWS = 40;

const number = (head: string) => ({head, isNumber: true});

/** A mean, or why there is none, and of how many seeds it is where some diverged. */
function meanOrDiverged({summary, divergedSeeds, n}: CellSummary): string {
  if (divergedSeeds === 0) return figureText(summary?.mean ?? null);
  if (summary === null) return "diverged";
  return `${figureText(summary.mean)} (${divergedSeeds} of ${countOf(n.length, "seed")} diverged)`;
}

function summaryCells(cell: CellSummary): Child[] {
  const {summary, low, high, n} = cell;
  return [
    rangeText(n, countText),
    meanOrDiverged(cell),
    figureText(summary?.sd ?? null),
    limitsText(summary?.low ?? null, summary?.high ?? null),
    limitsText(low, high),
  ];
}

/** All methods on one group of test patients: mean, deviation and interval over seeds, interval over patients. */
export function resultsTable(study: StudyResults, metric: MetricName, test: string): Markup {
  const rows = methodsOf(study.results).flatMap((method) => {
    const summary = summaryOf(study.results, {method, test, metric});
    return summary === null ? [] : [[method, ...summaryCells(summary)]];
  });
  return table(
    `${METRIC_FACTS[metric].label} on ${test}`,
    [
      {head: "Method"},
      number("n"),
      number("Mean"),
      number("SD over seeds"),
      number("95 % over seeds"),
      number("95 % over patients"),
    ],
    rows,
  );
}

/** Mean and deviation over seeds in one cell, and of how many seeds where it diverged at some. */
export function meanText(cell: CellSummary | null): Markup {
  if (cell === null) return html`\u2013`;
  const {summary, divergedSeeds, n} = cell;
  if (summary === null) return html`${divergedSeeds > 0 ? "diverged" : "\u2013"}`;
  const spread = summary.sd === null ? "" : ` \u00b1 ${figureText(summary.sd)}`;
  const seeds = divergedSeeds === 0 ? "" : ` (${summary.n} of ${n.length})`;
  return html`${figureText(summary.mean)}<span class="pm">${spread}${seeds}</span>`;
}

/** Methods by groups of test patients: mean and deviation over seeds, as papers print it. */
export function matrixTable(study: StudyResults, metric: MetricName): Markup {
  const tests = testsOf(study.results);
  const rows = methodsOf(study.results).map((method) => [
    method,
    ...tests.map((test) => meanText(summaryOf(study.results, {method, test, metric}))),
  ]);
  const hasDiverged = study.results.some(({status}) => status === "diverged");
  const note = hasDiverged ? "; (3 of 5): seeds at which it did not diverge" : "";
  const caption = `${METRIC_FACTS[metric].label} by group of test patients, mean \u00b1 SD over seeds${note}`;
  return table(caption, [{head: "Method"}, ...tests.map(number)], rows);
}

function comparisonCells(row: MethodComparison): Child[] {
  const {baseline, test, metric, n, seeds, difference, low, high, margin} = row;
  const verdict = verdictOf(row);
  const diverged = divergedText(row);
  return [
    baseline,
    test,
    METRIC_FACTS[metric].label,
    countText(n),
    seeds,
    differenceText(difference),
    low === null ? "\u2013" : `${differenceText(low)} to ${differenceText(high)}`,
    figureText(margin),
    html`<span class="verdict ${verdict.replaceAll(" ", "-")}">${verdict}</span>${diverged === null ? null : html` <span class="pm">${diverged}</span>`}`,
  ];
}

/** The network less each baseline, paired, with the margin and what is shown. */
export function comparisonsTable(study: StudyResults): Markup {
  return table(
    "The network less each baseline, on the same patients and seeds",
    [
      {head: "Baseline"},
      {head: "Test"},
      {head: "Metric"},
      number("n"),
      number("Seeds"),
      number("Difference"),
      number("95 % over patients and seeds"),
      number("Margin"),
      {head: "Shown"},
    ],
    study.comparisons.map(comparisonCells),
  );
}

/** Who takes part with how many patients, and what joining is worth to each. */
export function sitesTable(study: StudyResults, metric: MetricName): Markup {
  const gains = new Map(siteGains(study.results, study.sites, metric).map((gain) => [gain.site, gain]));
  const {label} = METRIC_FACTS[metric];
  const shown = largestSites(study.sites, MOST_ROWS);
  const left = study.sites.length - shown.length;
  const rows = shown.map(({name, role, train, validation, test, prevalence}) => {
    const gain = gains.get(name);
    return [
      name,
      role === "trainer" ? "trains" : "external",
      countText(train),
      countText(validation),
      countText(test),
      prevalence === null ? "\u2013" : `${(100 * prevalence).toFixed(1)} %`,
      figureText(gain?.alone ?? null),
      figureText(gain?.joined ?? null),
      gain === undefined ? "\u2013" : differenceText(gain.joined - gain.alone),
    ];
  });
  return table(
    `Sites, their patients, and ${label} on their own test patients (mean over seeds)${left === 0 ? "" : `; ${countText(left)} smaller sites are in results.csv`}`,
    [
      {head: "Site"},
      {head: "Role"},
      number("Train"),
      number("Validation"),
      number("Test"),
      number("Class 1 or events"),
      number("Alone"),
      number("In the network"),
      number("Difference"),
    ],
    rows,
  );
}

/** Cost until the target was reached, and cost of all rounds, by method. */
export function costTable(study: StudyResults): Markup {
  const methods = methodsOf([...study.targets, ...study.rounds]);
  const rows = methods.map((method) => {
    const targets = study.targets.filter((row) => row.method === method);
    const reached = targets.filter(({round}) => round !== null);
    const known = (values: readonly (number | null)[]): readonly number[] =>
      values.filter((value) => value !== null);
    const ends = lastRounds(study, method);
    return [
      method,
      targets.length === 0 ? "\u2013" : `${reached.length} of ${targets.length}`,
      rangeText(known(reached.map(({round}) => round)), countText),
      rangeText(known(reached.map(({seconds}) => seconds)), durationText),
      rangeText(known(reached.map(({bytes}) => bytes)), formatBytes),
      rangeText(
        ends.map(({round}) => round),
        countText,
      ),
      rangeText(
        ends.map(({seconds}) => seconds),
        durationText,
      ),
      rangeText(
        ends.map(({bytes}) => bytes),
        formatBytes,
      ),
    ];
  });
  return table(
    "Virtual time and bytes of parameters sent by all nodes together; ranges are over seeds",
    [
      {head: "Method"},
      number("Seeds at the target"),
      number("Rounds to it"),
      number("Time to it"),
      number("Bytes to it"),
      number("Last round"),
      number("Time in all"),
      number("Bytes in all"),
    ],
    rows,
  );
}

/** The last round of each seed. */
function lastRounds(study: StudyResults, method: string): StudyResults["rounds"] {
  const ends = new Map<number, StudyResults["rounds"][number]>();
  for (const row of study.rounds) {
    if (row.method === method && row.round >= (ends.get(row.seed)?.round ?? -1)) ends.set(row.seed, row);
  }
  return [...ends.values()];
}
