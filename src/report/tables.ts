import type {MetricName} from "../config/index.ts";
import {formatBytes} from "../core/index.ts";
import {
  METRIC_FACTS,
  type MethodComparison,
  type ResultRow,
  roundWord,
  type StudyResults,
} from "../study/index.ts";
import {type Child, html, type Markup} from "./charts/markup.ts";
import {type CellSummary, cellSummary, lostWords, methodsInOrder, testsOf} from "./result-groups.ts";
import {lastRounds} from "./round-series.ts";
import {largestSites, siteGains} from "./site-gains.ts";
import {scrollingTable} from "./table.ts";
import {comparisonVerdict, lostText} from "./verdict.ts";
import {
  countOf,
  countText,
  differenceText,
  durationText,
  figureText,
  limitsText,
  probabilityText,
  rangeText,
} from "./words.ts";

const MOST_ROWS = 40;

const number = (head: string) => ({head, isNumber: true});

/** Formats a mean, or the reason that there is none, with the number of seeds if some have no model. */
function meanOrEnd({summary, lostSeeds, lostBy, n}: CellSummary): string {
  if (lostSeeds === 0) return figureText(summary?.mean ?? null);
  if (summary === null) return lostBy;
  return `${figureText(summary.mean)} (${lostSeeds} of ${countOf(n.length, "seed")} ${lostBy})`;
}

function summaryCells(cell: CellSummary): Child[] {
  const {summary, low, high, n} = cell;
  return [
    rangeText(n, countText),
    meanOrEnd(cell),
    figureText(summary?.sd ?? null),
    limitsText(summary?.low ?? null, summary?.high ?? null),
    limitsText(low, high),
  ];
}

/**
 * All methods on one group of test patients: mean, deviation and interval over seeds, and interval over
 * patients.
 */
export function resultsTable(study: StudyResults, metric: MetricName, test: string): Markup {
  const rows = methodsInOrder(study.results).flatMap((method) => {
    const summary = cellSummary(study.results, {method, test, metric});
    return summary === null ? [] : [[method, ...summaryCells(summary)]];
  });
  return scrollingTable(
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

/** Formats mean and deviation over seeds in one cell, with the number of seeds if some have no model. */
export function meanText(cell: CellSummary | null): Markup {
  if (cell === null) return html`\u2013`;
  const {summary, lostSeeds, lostBy, n} = cell;
  if (summary === null) return html`${lostSeeds > 0 ? lostBy : "\u2013"}`;
  const spread = summary.sd === null ? "" : ` \u00b1 ${figureText(summary.sd)}`;
  const seeds = lostSeeds === 0 ? "" : ` (${summary.n} of ${n.length})`;
  return html`${figureText(summary.mean)}<span class="pm">${spread}${seeds}</span>`;
}

/** Methods by groups of test patients: mean and deviation over seeds, as papers print them. */
export function matrixTable(study: StudyResults, metric: MetricName): Markup {
  const tests = testsOf(study.results);
  const rows = methodsInOrder(study.results).map((method) => [
    method,
    ...tests.map((test) => meanText(cellSummary(study.results, {method, test, metric}))),
  ]);
  const isWhole = lostWords(study.results) === "";
  const note = isWhole ? "" : "; (3 of 5): seeds at which it has a model";
  const figures = study.seeds.length === 1 ? "one seed" : "mean \u00b1 SD over seeds";
  const caption = `${METRIC_FACTS[metric].label} by group of test patients, ${figures}${note}`;
  return scrollingTable(caption, [{head: "Method"}, ...tests.map(number)], rows);
}

function comparisonCells(row: MethodComparison, results: readonly ResultRow[], hasP: boolean): Child[] {
  const {baseline, test, metric, n, seeds, difference, low, high, margin, p, pHolm} = row;
  const verdict = comparisonVerdict(row);
  const lost = lostText(row, results);
  return [
    baseline,
    test,
    METRIC_FACTS[metric].label,
    countText(n),
    seeds,
    differenceText(difference),
    low === null ? "\u2013" : `${differenceText(low)} to ${differenceText(high)}`,
    figureText(margin),
    html`<span class="verdict ${verdict.replaceAll(" ", "-")}">${verdict}</span>${lost === null ? null : html` <span class="pm">${lost}</span>`}`,
    ...(hasP ? [probabilityText(p), probabilityText(pHolm)] : []),
  ];
}

/**
 * The network minus each baseline, paired, with the margin and the verdict; for the AUROC with DeLong's p.
 */
export function comparisonsTable({comparisons, results}: StudyResults): Markup {
  const hasP = comparisons.some(({p}) => p !== null);
  const covers = comparisons.some((row) => row.covers === "patients") ? "patients" : "patients and seeds";
  return scrollingTable(
    "The network less each baseline, on the same patients and seeds",
    [
      {head: "Baseline"},
      {head: "Test"},
      {head: "Metric"},
      number("n"),
      number("Seeds"),
      number("Difference"),
      number(`95 % over ${covers}`),
      number("Margin"),
      {head: "Shown"},
      ...(hasP ? [number("p (DeLong)"), number("p (Holm)")] : []),
    ],
    comparisons.map((row) => comparisonCells(row, results, hasP)),
  );
}

/** The work of each method's training. Equal work means equal passes. */
export function workTable({work}: StudyResults): Markup {
  const rows = methodsInOrder(work).map((method) => {
    const own = work.filter((row) => row.method === method);
    const models = new Set(own.flatMap((row) => (row.models === null ? [] : [row.models])));
    return [
      method,
      [...models].map((kind) => (kind === "one" ? "one for all" : "each site its own")).join(", ") ||
        "\u2013",
      rangeText(
        own.map(({learningRate}) => learningRate),
        String,
      ),
      rangeText(
        own.map(({steps}) => steps),
        countText,
      ),
      rangeText(
        own.map(({passes}) => passes),
        (passes) => passes.toFixed(1),
      ),
      rangeText(
        own.flatMap(({value}) => value ?? []),
        figureText,
      ),
    ];
  });
  const on = [...new Set(work.map((row) => row.on))].join(" and ");
  return scrollingTable(
    "What the training took; ranges are over seeds",
    [
      {head: "Method"},
      {head: "Models"},
      number("Learning rate"),
      number("Local steps of all sites"),
      number("Passes over the train patients"),
      number(`At the end, ${on} patients`),
    ],
    rows,
  );
}

/** The sites with their numbers of patients, and the value of joining for each. */
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
  return scrollingTable(
    `Sites, their patients, and ${label} on their own test patients (${study.seeds.length === 1 ? "one seed" : "mean over seeds"})${left === 0 ? "" : `; ${countText(left)} smaller sites are in results.csv`}`,
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

const known = (values: readonly (number | null)[]): readonly number[] =>
  values.filter((value) => value !== null);

/**
 * Formats the number of rounds of a method's seeds, from the last round of each. For swarm learning these are
 * merges.
 */
export function roundsText(method: string, ends: StudyResults["rounds"]): string {
  const text = rangeText(
    ends.map(({round}) => round),
    countText,
  );
  return ends.length > 0 && roundWord(method) === "merge" ? `${text} (merges)` : text;
}

/** Cost until the target was reached, and cost of all rounds with the set-up listed separately, by method. */
export function costTable(study: StudyResults): Markup {
  const methods = methodsInOrder([...study.targets, ...study.rounds]);
  const hasTarget = study.targets.length > 0;
  const rows = methods.map((method) => {
    const targets = study.targets.filter((row) => row.method === method);
    const reached = targets.filter(({round}) => round !== null);
    const ends = lastRounds(study.rounds.filter((row) => row.method === method));
    const work = study.work.filter((row) => row.method === method);
    return [
      method,
      ...(hasTarget
        ? [
            `${reached.length} of ${targets.length}`,
            rangeText(known(reached.map(({round}) => round)), countText),
            rangeText(known(reached.map(({seconds}) => seconds)), durationText),
            rangeText(known(reached.map(({bytes}) => bytes)), formatBytes),
          ]
        : []),
      roundsText(method, ends),
      rangeText(
        ends.map(({seconds}) => seconds),
        durationText,
      ),
      rangeText(known(work.map(({setupBytes}) => setupBytes)), formatBytes),
      rangeText(known(work.map(({roundBytes}) => roundBytes)), formatBytes),
    ];
  });
  return scrollingTable(
    "Virtual time and bytes of parameters sent by all nodes together; ranges are over seeds",
    [
      {head: "Method"},
      ...(hasTarget
        ? [
            number("Seeds at the target"),
            number("Rounds to it"),
            number("Time to it"),
            number("Bytes to it, with set-up"),
          ]
        : []),
      number("Rounds"),
      number("Time in all"),
      number("Bytes of set-up"),
      number("Bytes in rounds"),
    ],
    rows,
  );
}
