import {sweepPoints} from "../config/index.ts";
import {at} from "../core/index.ts";
import {METRIC_FACTS, mainMetric, roundWord, type StudyResults, unfinishedOf} from "../study/index.ts";
import {pictureFigure} from "./charts/figure.ts";
import {type Child, html, type Markup} from "./charts/markup.ts";
import {condensed} from "./condensed.ts";
import {equalWorkText} from "./equal-work.ts";
import {consensusPicture, curvesPicture, forestPicture, sitesPicture, watchedSplit} from "./pictures.ts";
import {methodsInOrder, testsOf} from "./result-groups.ts";
import {lastRounds, modelRounds} from "./round-series.ts";
import {scrollingTable} from "./table.ts";
import {
  comparisonsTable,
  costTable,
  matrixTable,
  resultsTable,
  roundsText,
  sitesTable,
  workTable,
} from "./tables.ts";
import {VERDICT_MEANING} from "./verdict.ts";
import {countOf, countText, figureText, listText, rangeText} from "./words.ts";

/** Content about one point of a sweep. */
export interface PointPage {
  readonly study: StudyResults;
  /** Prefix of ids and of names of pictures. */
  readonly prefix: string;
}

const section = (head: string, body: Child): Markup => html`<section><h2>${head}</h2>${body}</section>`;

/**
 * Describes a method's end at the seeds at which it has no model, as `diverged in round 3`; null if it has a
 * model at all seeds.
 */
function endText(method: string, {results, seeds}: StudyResults): string | null {
  const ends = unfinishedOf(results).filter((end) => end.method === method);
  const ways = [...new Set(ends.map(({status}) => status))].map((way) => {
    const own = ends.filter(({status}) => status === way);
    const rounds = own.flatMap(({round}) => round ?? []);
    const share = own.length === seeds.length ? "" : ` at ${own.length} of ${countOf(seeds.length, "seed")}`;
    return `${way}${share}${rounds.length === 0 ? "" : ` in ${roundWord(method)} ${rangeText(rounds, countText)}`}`;
  });
  return ways.length === 0 ? null : ways.join(", ");
}

function lastRoundTable(study: StudyResults, label: string): Markup {
  const {rounds} = study;
  const rows = methodsInOrder([
    ...rounds,
    ...unfinishedOf(study.results).filter(({round}) => round !== null),
  ]).map((method) => {
    const ends = lastRounds(modelRounds(study, method));
    const known = ends.flatMap(({value}) => (value === null ? [] : [value]));
    const reached = ends.length === 0 ? [] : [roundsText(method, ends)];
    return [
      method,
      [...reached, ...[endText(method, study)].filter((text) => text !== null)].join("; "),
      rangeText(known, figureText),
      rangeText(
        ends.map(({consensusDistance}) => consensusDistance),
        distanceText,
      ),
    ];
  });
  return scrollingTable(
    "At the last round of each seed, least to most over seeds; all rounds are in rounds.csv",
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
  const split = watchedSplit(study);
  return section("Learning, round by round", [
    pictureFigure(curvesPicture(study), `${prefix}curves`),
    html`<p class="source">Each node's ${split} patients are scored by its own model; ${label} is of all these scores together. The test is not looked at during training.${split === "train" ? " There are no validation patients: on the train patients a method whose nodes hold models of their own is flattered, since each node's model knows how often its own site has each class." : null}</p>`,
    lastRoundTable(study, `${label}, ${split} patients`),
  ]);
}

/** Explains a C-index on all sites' patients for methods whose sites are each judged by their own model. */
function ownModelsText({work}: StudyResults): string | null {
  const own = methodsInOrder(work.filter(({models}) => models === "own"));
  return own.length === 0
    ? null
    : ` The C-index on all sites' patients also ranks patients of different sites by risks that different models gave them: of ${listText(own)}, whose sites hold models of their own, it says less than the sites' own rows.`;
}

/** Shows the results of each method, by groups of test patients. */
export function resultsSection({study: whole}: PointPage): Markup | null {
  const study = condensed(whole);
  if (study.results.length === 0) return null;
  const metric = mainMetric(study);
  const tests = testsOf(study.results);
  const first = at(tests, 0);
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
    html`<p class="source">Over seeds: Student's t on the mean. Over patients: ${METRIC_FACTS[metric].interval} intervals of each seed's model, limits averaged over seeds. Local and a site: the model which that site trained alone, on every group of test patients; Local: each site's patients by its own model, external ones by the mean of all these models' scores.${metric === "c-index" ? ownModelsText(whole) : null}</p>`,
  ]);
}

/** Compares the network with each baseline. */
export function comparisonSection({study, prefix}: PointPage): Markup | null {
  if (study.comparisons.length === 0) return null;
  const margins = [...new Set(study.comparisons.map(({margin}) => margin))];
  return section("Is the network as good?", [
    html`<p>Non-inferiority with a margin of ${margins.map(figureText).join(", ")}: the network counts as no worse than a baseline when the whole 95 % interval of the paired difference is on the right side of the margin. Patients (within their class, the same for both methods) and seeds are resampled, 1,000 times.</p>`,
    pictureFigure(forestPicture(study), `${prefix}forest`),
    comparisonsTable(study),
    html`<p class="source">${Object.entries(VERDICT_MEANING).map(([verdict, meaning], place) => html`${place === 0 ? null : "; "}<b>${verdict}</b>: ${meaning}`)}. ${correctionText(study)}${study.seeds.length === 1 ? " With one seed, the intervals speak of patients only." : null}</p>`,
  ]);
}

/** Explains the p-values and the correction for the number of comparisons. */
function correctionText({comparisons}: PointPage["study"]): string {
  const intervals = "Intervals and what they show are each comparison's own, not corrected for their number.";
  if (comparisons.every(({p}) => p === null)) return intervals;
  return `${intervals} p: DeLong's paired test of no difference, two-sided, over patients; p (Holm): the same, corrected by Holm for all comparisons of this study.`;
}

/** Shows the participants and the benefit for each. */
export function sitesSection({study, prefix}: PointPage): Markup | null {
  if (study.sites.length === 0) return null;
  return section("Site by site", [
    pictureFigure(sitesPicture(study), `${prefix}sites`),
    sitesTable(study, mainMetric(study)),
  ]);
}

/** Shows how the nodes' models converged. */
export function consensusSection({study, prefix}: PointPage): Markup | null {
  if (study.rounds.length === 0) return null;
  const isExact = study.rounds.every(({consensusDistance}) => consensusDistance === 0);
  const absent = study.rounds.filter((row) => row.absent.length > 0);
  return section("Do the nodes agree?", [
    isExact
      ? html`<p>In every round all nodes ended with the same parameters: the consensus distance is exactly 0.</p>`
      : pictureFigure(consensusPicture(study), `${prefix}consensus`),
    isExact
      ? null
      : html`<p class="source">Rounds whose distance is exactly 0 have no place on a logarithmic axis and are left out.</p>`,
    absent.length === 0
      ? html`<p>Nobody was absent in any round.</p>`
      : html`<p>In ${countText(absent.length)} of ${countText(study.rounds.length)} rounds (all methods and seeds) some nodes were absent; rounds.csv names them.</p>`,
  ]);
}

const CODEC_TEXT =
  "Bytes of all methods are counted in the network's codec. It rounds the network's numbers only: the baselines' models are not rounded by it, so their figures are without the codec's loss.";
const UNITS_TEXT =
  " In asynchronous mode a unit (the plan's local steps) that ends after others have gone on counts for less than one unit of progress. So the sites take more local steps than rounds times units times local steps; the baselines take as many.";

function isAsynchronous({experiment}: StudyResults): boolean {
  return sweepPoints(experiment).some((point) => point.experiment.plan.mixing.mode === "async");
}

/** Shows bytes and virtual time. */
export function costSection({study}: PointPage): Markup | null {
  if (study.rounds.length === 0 && study.targets.length === 0 && study.work.length === 0) return null;
  return section("What it costs", [
    study.work.length === 0 ? null : workTable(study),
    study.work.length === 0
      ? null
      : html`<p class="source">${equalWorkText(study)} ${CODEC_TEXT}${isAsynchronous(study) ? UNITS_TEXT : null}</p>`,
    study.rounds.length === 0 && study.targets.length === 0 ? null : costTable(study),
    html`<p class="source">Time is virtual: what the experiment file assumes of links and of computing, not what a clock measured. Bytes are those of parameters; protocol frames and votes come on top. Set-up: the exchange of sums for the common scaling, before the first round.</p>`,
  ]);
}
