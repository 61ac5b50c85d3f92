import {divergencesOf} from "../outputs/divergences.ts";
import {METRIC_FACTS} from "../outputs/metric-facts.ts";
import {BASELINE_NAMES, GOSSIP} from "../study/names.ts";
import type {MethodComparison, StudyResults} from "../study/results.ts";
import {html, type Markup} from "./markup.ts";
import {type ColourName, isLocal, isSiteAlone} from "./palette.ts";
import {mainMetric} from "./pictures.ts";
import {type CellSummary, mainTest, methodsOf, summaryOf} from "./result-groups.ts";
import {siteGains} from "./site-gains.ts";
import {type Verdict, verdictOf} from "./verdict.ts";
import {countOf, countText, differenceText, figureText, limitsText, listText, rangeText} from "./words.ts";

/** What every output about generated data is marked with. */
const SYNTHETIC_MARK = "SYNTHETIC data: no real patient has part in these figures.";

/** Title, marks and what the study is made of. */
export function heading(study: StudyResults): Markup {
  const {title, isSynthetic, source, isComplete, seeds, sites, environment} = study;
  const trainers = sites.filter(({role}) => role === "trainer");
  const total = (of: readonly (typeof sites)[number][], key: "train" | "validation" | "test"): string =>
    countText(of.reduce((sum, site) => sum + site[key], 0));
  const rounds = Math.max(0, ...new Set(study.rounds.map(({round}) => round)));
  const facts: readonly (readonly [string, string])[] = [
    ["Sites that train", countText(trainers.length)],
    ["Train patients", total(sites, "train")],
    ["Validation patients", total(sites, "validation")],
    ["Test patients", total(trainers, "test")],
    ["External patients", externalText(sites)],
    ["Last round", countText(rounds)],
    [seeds.length === 1 ? "Seed" : "Seeds", seedsText(seeds)],
    ["Engine", environment.engine],
  ];
  return html`<header><p class="kicker">Consilium · simulation report</p><h1>${title}</h1>${
    isSynthetic ? html`<strong class="mark">${SYNTHETIC_MARK}</strong>` : null
  }${isComplete ? null : html`<strong class="mark">PARTIAL: the study was interrupted; figures are of what had been run by then.</strong>`}<p class="source">Data: ${source}</p><dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></header>`;
}

function externalText(sites: StudyResults["sites"]): string {
  const external = sites.filter(({role}) => role === "external");
  const patients = external.reduce((sum, {test}) => sum + test, 0);
  return external.length === 0 ? "none" : `${countText(patients)} (${countOf(external.length, "site")})`;
}

/** Seeds in a row as their ends, others one by one. */
function seedsText(seeds: readonly number[]): string {
  const [first = 0] = seeds;
  const isRow = seeds.every((seed, place) => seed === first + place);
  return isRow && seeds.length > 2 ? `${first} to ${first + seeds.length - 1}` : seeds.join(", ");
}

function tile(name: string, value: string, below: string, colour: ColourName): Markup {
  return html`<div class="tile" style="--tile:var(--${colour})"><span>${name}</span><b>${value}</b><span>${below}</span></div>`;
}

function tileOf(cell: CellSummary | null, name: string, colour: ColourName): Markup | null {
  const summary = cell?.summary ?? null;
  if (cell === null || summary === null) return null;
  const limits = summary.low === null ? "one seed" : limitsText(summary.low, summary.high);
  const below = isLocal(cell.method) ? `${cell.method.replace(/^Local ?/, "")}: ${limits}` : limits;
  return tile(name, figureText(summary.mean), below, colour);
}

const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  better: "better than",
  "non-inferior": "non-inferior to",
  "not shown": "not shown to be non-inferior to",
  inferior: "inferior to",
};

/** How the network stands beside all data in one place, with figures. */
function pooledSentence(row: MethodComparison): string {
  const {difference, low, high} = row;
  if (difference === null)
    return "There is no seed at which both the network and the model of all data ended in numbers.";
  const isPart = row.divergedSeeds + row.baselineDivergedSeeds > 0;
  const where = isPart ? `, at the ${countOf(row.seeds, "seed")} at which both have a model` : "";
  return `The network less the model of all data${where}: ${differenceText(difference)} (95 % over patients and seeds: ${differenceText(low)} to ${differenceText(high)}).`;
}

/** How the network stands beside each baseline, by verdict. */
function verdictSentences(rows: readonly MethodComparison[]): readonly string[] {
  const [first] = rows;
  if (first === undefined) return [];
  const parts = Object.entries(VERDICT_WORDS).flatMap(([verdict, words]) => {
    const own = rows.filter((row) => verdictOf(row) === verdict).map(({baseline}) => baseline);
    return own.length === 0 ? [] : [`${words} ${listText(own)}`];
  });
  return [`With a margin of ${figureText(first.margin)}, the network is ${listText(parts)}.`];
}

function gainSentence(study: StudyResults): string | null {
  const metric = mainMetric(study);
  const gains = siteGains(study.results, study.sites, metric);
  if (gains.length === 0) return null;
  const better = gains.filter(({gain}) => gain > 0).length;
  return `On their own test patients, ${better} of ${countOf(gains.length, "site")} do better in the network than alone, by the mean over seeds; the differences go from ${rangeText(
    gains.map(({joined, alone}) => joined - alone),
    differenceText,
  )}.`;
}

/** What diverged at how many seeds and when. */
function divergenceSentences({results, seeds}: StudyResults): readonly string[] {
  const diverged = divergencesOf(results);
  return [...new Set(diverged.map(({method}) => method))].map((method) => {
    const own = diverged.filter((entry) => entry.method === method);
    const rounds = own.flatMap(({round}) => round ?? []);
    const when = rounds.length === 0 ? "" : ` in round ${rangeText(rounds, countText)}`;
    const name = method === GOSSIP ? "The network" : method;
    return `${name} diverged at ${own.length} of ${countOf(seeds.length, "seed")}${when}: its training came to values that are no numbers, so there it has no model and no figure.`;
  });
}

interface Headline {
  readonly network: CellSummary;
  readonly pooled: CellSummary | null;
  /** Models of sites alone, the best one first. */
  readonly locals: readonly CellSummary[];
}

const meanOf = ({summary}: CellSummary): number => summary?.mean ?? 0;

/** The first metric on the first group of test patients; null where the network has no figure there. */
function headlineOf(study: StudyResults): Headline | null {
  const metric = mainMetric(study);
  const test = mainTest(study.results);
  const cells = methodsOf(study.results)
    .map((method) => summaryOf(study.results, {method, test, metric}))
    .filter((cell) => cell !== null)
    .filter(({summary}) => summary !== null);
  const sign = METRIC_FACTS[metric].better === "higher" ? -1 : 1;
  const network = cells.find(({method}) => method === GOSSIP);
  if (network === undefined) return null;
  return {
    network,
    pooled: cells.find(({method}) => method === BASELINE_NAMES.pooled) ?? null,
    locals: cells.filter(({method}) => isSiteAlone(method)).sort((a, b) => sign * (meanOf(a) - meanOf(b))),
  };
}

/** What was reached, in one sentence. */
function reachedSentence(study: StudyResults, {network, pooled, locals}: Headline): string {
  const reached = [
    `the network reached ${figureText(meanOf(network))}`,
    ...(pooled === null ? [] : [`one model of all data in one place ${figureText(meanOf(pooled))}`]),
    ...(locals.length === 0 ? [] : [`sites alone ${rangeText(locals.map(meanOf), figureText)}`]),
  ];
  const where = `${mainTest(study.results)} (n = ${rangeText(network.n, countText)}; ${countOf(network.summary?.n ?? 0, "seed")})`;
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
    ...divergenceSentences(study),
    ...rows.filter(({baseline}) => baseline === BASELINE_NAMES.pooled).map(pooledSentence),
    ...verdictSentences(rows),
    gainSentence(study),
  ].filter((sentence) => sentence !== null);
}

const list = (sentences: readonly string[]): Markup =>
  html`<ul class="brief">${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>`;

/** The answer first: what the network reached, beside what, and whether joining is worth it. */
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
  return html`<div class="tiles">${tileOf(network, "The network", "s0")}${tileOf(pooled, "All data in one place", "s1")}${tileOf(best, "Best site alone", "local")}${tileOf(worst, "Worst site alone", "local")}</div>${list(sentencesOf(study, headline))}<p class="source">${label} on ${mainTest(study.results)}, ${study.seeds.length === 1 ? "one seed" : "mean over seeds with its 95 % t-interval"}; ${better} is better. Metrics of this study: ${metrics}.</p>`;
}
