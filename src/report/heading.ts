import {sweepPoints} from "../config/index.ts";
import type {ColourName} from "../drawing/index.ts";
import type {SeedSummary} from "../evaluation/index.ts";
import {
  BASELINE_NAMES,
  equalScoresOf,
  equalScoresText,
  GOSSIP,
  METRIC_FACTS,
  type MethodComparison,
  mainMetric,
  roundWord,
  type StudyResults,
  type Unfinished,
  unfinishedOf,
} from "../study/index.ts";
import {html, type Markup} from "./charts/markup.ts";
import {isLocal, isSiteAlone} from "./charts/palette.ts";
import {atPoint, type CellSummary, cellSummary, mainTest, methodsInOrder, pointsOf} from "./result-groups.ts";
import {lastRounds} from "./round-series.ts";
import {siteGains} from "./site-gains.ts";
import {type ComparisonVerdict, comparisonVerdict} from "./verdict.ts";
import {countOf, countText, differenceText, figureText, limitsText, listText, rangeText} from "./words.ts";

/** Mark of every output about generated data. */
const SYNTHETIC_MARK = "SYNTHETIC data: no real patient has part in these figures.";

/** Returns the title, the marks and the facts of the study. */
export function heading(study: StudyResults): Markup {
  const {title, isSynthetic, source, isComplete, seeds, sites, environment} = study;
  const trainers = sites.filter(({role}) => role === "trainer");
  const total = (of: readonly (typeof sites)[number][], key: "train" | "validation" | "test"): string =>
    countText(of.reduce((sum, site) => sum + site[key], 0));
  const facts: readonly (readonly [string, string])[] = [
    ["Sites that train", countText(trainers.length)],
    ["Train patients", total(sites, "train")],
    ["Validation patients", total(sites, "validation")],
    ["Test patients", total(trainers, "test")],
    ["External patients", externalText(sites)],
    ["Rounds", plannedRounds(study)],
    [seeds.length === 1 ? "Seed" : "Seeds", seedsText(seeds)],
    ["Engine", environment.engine],
  ];
  return html`<header><p class="kicker">Consilium · simulation report</p><h1>${title}</h1>${
    isSynthetic ? html`<strong class="mark">${SYNTHETIC_MARK}</strong>` : null
  }${isComplete ? null : html`<strong class="mark">PARTIAL: the study was interrupted; figures are of what had been run by then.</strong>`}<p class="source">Data: ${source}</p><dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></header>`;
}

/**
 * Describes the rounds of the plan at all points of the sweep, and the number of merges of a method that
 * counts differently.
 */
function plannedRounds(study: StudyResults): string {
  const planned = sweepPoints(study.experiment).map((point) => point.experiment.plan.rounds);
  const methods = new Set(study.rounds.map(({method}) => method));
  const merges = [...methods].flatMap((method) => {
    if (roundWord(method) === "round") return [];
    const ends = pointsOf(study).flatMap((point) =>
      lastRounds(atPoint(study, point).rounds.filter((row) => row.method === method)),
    );
    return `${rangeText(
      ends.map(({round}) => round),
      countText,
    )} merges of ${method}`;
  });
  return [rangeText(planned, countText), ...merges].join("; ");
}

function externalText(sites: StudyResults["sites"]): string {
  const external = sites.filter(({role}) => role === "external");
  const patients = external.reduce((sum, {test}) => sum + test, 0);
  return external.length === 0 ? "none" : `${countText(patients)} (${countOf(external.length, "site")})`;
}

/** Lists seeds: consecutive ones as first and last, others one by one. */
function seedsText(seeds: readonly number[]): string {
  const [first] = seeds;
  const isRow = first !== undefined && seeds.every((seed, place) => seed === first + place);
  return isRow && seeds.length > 2 ? `${first} to ${first + seeds.length - 1}` : seeds.join(", ");
}

/** A method that has a figure at one seed or more. */
interface Reached extends CellSummary {
  readonly summary: SeedSummary;
}

function isReached(cell: CellSummary | null): cell is Reached {
  return cell !== null && cell.summary !== null;
}

function tile(name: string, value: string, below: string, colour: ColourName): Markup {
  return html`<div class="tile" style="--tile:var(--${colour})"><span>${name}</span><b>${value}</b><span>${below}</span></div>`;
}

function tileOf(cell: Reached | null, name: string, colour: ColourName): Markup | null {
  if (cell === null) return null;
  const {summary} = cell;
  const who = isLocal(cell.method) ? `${cell.method.replace(/^Local ?/, "")}: ` : "";
  const limits = summary.low === null ? "" : `, ${limitsText(summary.low, summary.high)}`;
  const below = `${who}n = ${rangeText(cell.n, countText)}, ${countOf(summary.n, "seed")}${limits}`;
  return tile(name, figureText(summary.mean), below, colour);
}

const VERDICT_WORDS: Readonly<Record<ComparisonVerdict, string>> = {
  better: "better than",
  "non-inferior": "non-inferior to",
  "not shown": "not shown to be non-inferior to",
  inferior: "inferior to",
  "no comparison": "not compared with",
};

/** Compares the network with all data in one place, with figures. */
function pooledSentence(row: MethodComparison): string {
  const {difference, low, high, covers} = row;
  if (difference === null)
    return "The network or the model of all data has no model at some seed, so they are not compared.";
  return `The network less the model of all data: ${differenceText(difference)} (95 % over ${covers === "patients" ? "patients" : "patients and seeds"}: ${differenceText(low)} to ${differenceText(high)}).`;
}

/** Compares the network with each baseline, by verdict. */
function verdictSentences(rows: readonly MethodComparison[]): readonly string[] {
  const [first] = rows;
  if (first === undefined) return [];
  const parts = Object.entries(VERDICT_WORDS).flatMap(([verdict, words]) => {
    const own = rows.filter((row) => comparisonVerdict(row) === verdict).map(({baseline}) => baseline);
    return own.length === 0 ? [] : [`${words} ${listText(own)}`];
  });
  return [`With a margin of ${figureText(first.margin)}, the network is ${listText(parts)}.`];
}

function gainSentence(study: StudyResults): string | null {
  const metric = mainMetric(study);
  const gains = siteGains(study.results, study.sites, metric);
  if (gains.length === 0) return null;
  const better = gains.filter(({gain}) => gain > 0).length;
  const range = rangeText(
    gains.map(({joined, alone}) => joined - alone),
    differenceText,
  );
  const differences = range.includes(" to ")
    ? `the differences go from ${range}`
    : `the difference is ${range}`;
  return `On their own test patients, ${better} of ${countOf(gains.length, "site")} do better in the network than alone, ${study.seeds.length === 1 ? "at the one seed" : "by the mean over seeds"}; ${differences}.`;
}

const END_MEANING: Readonly<Record<Unfinished["status"], string>> = {
  diverged: "its training came to values that are no numbers",
  stalled: "its nodes decided nothing any more",
};

/** Lists the methods without a model: at how many seeds, since when, and why. */
function unfinishedSentences({results, seeds}: StudyResults): readonly string[] {
  const unfinished = unfinishedOf(results);
  const ends = new Map(unfinished.map(({method, status}) => [`${method} ${status}`, {method, status}]));
  return [...ends.values()].map(({method, status}) => {
    const own = unfinished.filter((entry) => entry.method === method && entry.status === status);
    const rounds = own.flatMap(({round}) => round ?? []);
    const when = rounds.length === 0 ? "" : ` in ${roundWord(method)} ${rangeText(rounds, countText)}`;
    const name = method === GOSSIP ? "The network" : method;
    return `${name} ${status} at ${own.length} of ${countOf(seeds.length, "seed")}${when}: ${END_MEANING[status]}, so there it has no model and no figure.`;
  });
}

interface Headline {
  readonly network: Reached;
  readonly pooled: Reached | null;
  /** Models of sites alone, the best one first. */
  readonly locals: readonly Reached[];
}

/** The first metric on the first group of test patients; null if the network has no figure there. */
function headlineOf(study: StudyResults): Headline | null {
  const metric = mainMetric(study);
  const test = mainTest(study.results);
  const cells = methodsInOrder(study.results)
    .map((method) => cellSummary(study.results, {method, test, metric}))
    .filter(isReached);
  const sign = METRIC_FACTS[metric].better === "higher" ? -1 : 1;
  const network = cells.find(({method}) => method === GOSSIP);
  if (network === undefined) return null;
  return {
    network,
    pooled: cells.find(({method}) => method === BASELINE_NAMES.pooled) ?? null,
    locals: cells
      .filter(({method}) => isSiteAlone(method))
      .sort((a, b) => sign * (a.summary.mean - b.summary.mean)),
  };
}

/** Describes the results in one sentence. */
function reachedSentence(study: StudyResults, {network, pooled, locals}: Headline): string {
  const alone = locals.map(({summary}) => summary.mean);
  const reached = [
    `the network reached ${figureText(network.summary.mean)}`,
    ...(pooled === null ? [] : [`one model of all data in one place ${figureText(pooled.summary.mean)}`]),
    ...(locals.length === 0 ? [] : [`sites alone ${rangeText(alone, figureText)}`]),
  ];
  const where = `${mainTest(study.results)} (n = ${rangeText(network.n, countText)}; ${countOf(network.summary.n, "seed")})`;
  return `${METRIC_FACTS[mainMetric(study)].label} on ${where}: ${listText(reached)}.`;
}

function sentencesOf(study: StudyResults, headline: Headline | null): readonly string[] {
  const metric = mainMetric(study);
  const test = mainTest(study.results);
  const rows = study.comparisons.filter(
    (row) => row.test === test && row.metric === metric && !isLocal(row.baseline),
  );
  return [
    headline === null ? null : reachedSentence(study, headline),
    ...unfinishedSentences(study),
    ...equalScoresOf(study.results.filter((row) => row.test === test)).map((row) =>
      equalScoresText(row, study.seeds.length),
    ),
    ...rows.filter(({baseline}) => baseline === BASELINE_NAMES.pooled).map(pooledSentence),
    ...verdictSentences(rows),
    gainSentence(study),
  ].filter((sentence) => sentence !== null);
}

const list = (sentences: readonly string[]): Markup =>
  html`<ul class="brief">${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>`;

/** Describes the basis of the tiles' figures. Student's t gives no interval below three seeds. */
function overSeedsText({summary, n}: Reached): string {
  if (n.length === 1) return "one seed";
  return summary.low === null
    ? `mean over ${countOf(summary.n, "seed")}, too few for an interval`
    : "mean over seeds with its 95 % t-interval";
}

/** Gives the answer first: the network's result, the results for comparison, and the value of joining. */
export function brief(study: StudyResults): Markup | null {
  const headline = headlineOf(study);
  if (headline === null) {
    const sentences = sentencesOf(study, null);
    return sentences.length === 0 ? null : list(sentences);
  }
  const {network, pooled, locals} = headline;
  const [best = null] = locals;
  const worst = locals.length > 1 ? (locals.at(-1) ?? null) : null;
  const {label, better} = METRIC_FACTS[mainMetric(study)];
  const metrics = listText(study.metrics.map((name) => METRIC_FACTS[name].label));
  return html`<div class="tiles">${tileOf(network, "The network", "s0")}${tileOf(pooled, "All data in one place", "s1")}${tileOf(best, "Best site alone", "local")}${tileOf(worst, "Worst site alone", "local")}</div>${list(sentencesOf(study, headline))}<p class="source">${label} on ${mainTest(study.results)}, ${overSeedsText(network)}; ${better} is better. Metrics of this study: ${metrics}.</p>`;
}
