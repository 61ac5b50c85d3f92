import {METRIC_FACTS} from "../outputs/metric-facts.ts";
import type {RoundRow, StudyResults} from "../study/results.ts";
import {condensed} from "./condensed.ts";
import {figure} from "./figure.ts";
import {type Child, html, type Markup} from "./markup.ts";
import {consensusPicture, curvesPicture, forestPicture, mainMetric, sitesPicture} from "./pictures.ts";
import {methodsOf, testsOf} from "./result-groups.ts";
import {table} from "./table.ts";
import {comparisonsTable, costTable, matrixTable, resultsTable, sitesTable} from "./tables.ts";
import {VERDICT_MEANING} from "./verdict.ts";
import {countText, figureText, rangeText} from "./words.ts";

/** What is said of one point of a sweep. */
export interface PointPage {
  readonly study: StudyResults;
  /** Put before ids and names of pictures. */
  readonly prefix: string;
}

const section = (head: string, body: Child): Markup => html`<section><h2>${head}</h2>${body}</section>`;

function lastRoundTable(rounds: readonly RoundRow[], label: string): Markup {
  const last = Math.max(...new Set(rounds.map(({round}) => round)));
  const rows = methodsOf(rounds).map((method) => {
    const ends = rounds.filter((row) => row.method === method && row.round === last);
    const known = ends.flatMap(({value}) => (value === null ? [] : [value]));
    return [
      method,
      ends.length === 0 ? "diverged before" : countText(last),
      rangeText(known, figureText),
      rangeText(
        ends.map(({consensusDistance}) => consensusDistance),
        distanceText,
      ),
    ];
  });
  return table(
    "At the last round, least to most over seeds; all rounds are in rounds.csv",
    [
      {head: "Method"},
      {head: "Round", isNumber: true},
      {head: label, isNumber: true},
      {head: "Consensus distance", isNumber: true},
    ],
    rows,
  );
}

const distanceText = (distance: number): string =>
  distance === 0 ? "0" : distance.toExponential(1).replace("-", "\u2212");

/** Curves by round. */
export function curvesSection({study, prefix}: PointPage): Markup | null {
  if (study.rounds.length === 0) return null;
  const {label} = METRIC_FACTS[mainMetric(study)];
  return section("Learning, round by round", [
    figure(curvesPicture(study), `${prefix}curves`),
    html`<p class="source">${label} on the pooled validation patients or, where there are none, on the train patients; mean over nodes. The test is not looked at during training.</p>`,
    lastRoundTable(study.rounds, label),
  ]);
}

/** What each method reached, by groups of test patients. */
export function resultsSection({study: whole}: PointPage): Markup | null {
  const study = condensed(whole);
  if (study.results.length === 0) return null;
  const metric = mainMetric(study);
  const tests = testsOf(study.results);
  const [first = ""] = tests;
  const rest = [
    ...tests.slice(1).map((test) => resultsTable(study, metric, test)),
    ...study.metrics
      .slice(1)
      .flatMap((other) => [matrixTable(study, other), resultsTable(study, other, first)]),
  ];
  return section("What each method reached", [
    html`<p>Two sources of chance are kept apart: another <em>seed</em> would have trained another model, and other <em>patients</em> would have given other test figures.</p>`,
    resultsTable(study, metric, first),
    tests.length > 1 ? matrixTable(study, metric) : null,
    rest.length === 0
      ? null
      : html`<details><summary>Every group of test patients and every metric</summary>${rest}</details>`,
    html`<p class="source">Over seeds: Student's t on the mean. Over patients: ${METRIC_FACTS[metric].interval} intervals of each seed's model, limits averaged over seeds. Local and a site: the model which that site trained alone, on every group of test patients; Local: each site's patients by its own model, external ones by the mean of all these models' scores.</p>`,
  ]);
}

/** The network held against each baseline. */
export function comparisonSection({study, prefix}: PointPage): Markup | null {
  if (study.comparisons.length === 0) return null;
  const margins = [...new Set(study.comparisons.map(({margin}) => margin))];
  return section("Is the network as good?", [
    html`<p>Non-inferiority with a margin of ${margins.map(figureText).join(", ")}: the network counts as no worse than a baseline when the whole 95 % interval of the paired difference is on the right side of the margin. Patients (within their class, the same for both methods) and seeds are resampled, 1,000 times.</p>`,
    figure(forestPicture(study), `${prefix}forest`),
    comparisonsTable(study),
    html`<p class="source">${Object.entries(VERDICT_MEANING).map(([verdict, meaning], place) => html`${place === 0 ? null : "; "}<b>${verdict}</b>: ${meaning}`)}. Each comparison stands alone; none is corrected for their number.${study.seeds.length === 1 ? " With one seed, the intervals speak of patients only." : null}</p>`,
  ]);
}

/** Who took part, and what each had of it. */
export function sitesSection({study, prefix}: PointPage): Markup | null {
  if (study.sites.length === 0) return null;
  return section("Site by site", [
    figure(sitesPicture(study), `${prefix}sites`),
    sitesTable(study, mainMetric(study)),
  ]);
}

/** How the nodes' models came together. */
export function consensusSection({study, prefix}: PointPage): Markup | null {
  if (study.rounds.length === 0) return null;
  const isExact = study.rounds.every(({consensusDistance}) => consensusDistance === 0);
  const absent = study.rounds.filter((row) => row.absent.length > 0);
  return section("Do the nodes agree?", [
    isExact
      ? html`<p>In every round all nodes ended with the same parameters: the consensus distance is exactly 0.</p>`
      : figure(consensusPicture(study), `${prefix}consensus`),
    isExact
      ? null
      : html`<p class="source">Rounds whose distance is exactly 0 have no place on a logarithmic axis and are left out.</p>`,
    absent.length === 0
      ? html`<p>Nobody was absent in any round.</p>`
      : html`<p>In ${countText(absent.length)} of ${countText(study.rounds.length)} rounds (all methods and seeds) some nodes were absent; rounds.csv names them.</p>`,
  ]);
}

/** Bytes and virtual time. */
export function costSection({study}: PointPage): Markup | null {
  if (study.rounds.length === 0 && study.targets.length === 0) return null;
  return section("What it costs", [
    costTable(study),
    html`<p class="source">Time is virtual: what the experiment file assumes of links and of computing, not what a clock measured. Bytes are those of parameters; protocol frames and votes come on top.</p>`,
  ]);
}
