import {at} from "../core/index.ts";
import {type Caption, type LineChart, lineChart} from "../drawing/index.ts";
import {
  isDPsgd,
  METRIC_FACTS,
  mainMetric,
  roundWord,
  type StudyResults,
  unfinishedOf,
} from "../study/index.ts";
import {forestChart} from "./charts/forest-chart.ts";
import {methodLines} from "./charts/method-lines.ts";
import {isSiteAlone} from "./charts/palette.ts";
import type {Picture} from "./charts/picture.ts";
import {sitesChart} from "./charts/sites-chart.ts";
import {hasChangingLinks, topologyChart, topologyText} from "./charts/topology-chart.ts";
import {boundsOf, lostWords, methodsInOrder} from "./result-groups.ts";
import {drawnRounds, lastRounds, type RoundSeries, roundSeries} from "./round-series.ts";
import {largestSites, siteGains} from "./site-gains.ts";
import {comparisonVerdict, lostText} from "./verdict.ts";
import {countOf, figureText, listText} from "./words.ts";

const MOST_SITES = 30;
const ROUNDS_HEADER = ["method", "round", "mean", "least", "most", "seeds"];

/** Patients of the curves: `validation` or `train`; empty without rounds. */
export function watchedSplit({rounds}: StudyResults): string {
  return [...new Set(rounds.map(({on}) => on))].join(" and ");
}

const seedsText = ({seeds}: StudyResults): string =>
  seeds.length === 1
    ? "one seed, so without a band"
    : `means over ${countOf(seeds.length, "seed")}, bands from the least to the most of them`;

/**
 * Describes a method's result at each seed's own last round: the mean, and the seeds if some have no model.
 */
function endText(study: StudyResults, method: string): string {
  const values = lastRounds(drawnRounds(study, method)).map(({value}) => value);
  const known = values.filter((value) => value !== null);
  const isKnown = known.length === values.length;
  const mean = isKnown ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
  const end = `${method} ${figureText(mean)}`;
  const lost = unfinishedOf(study.results).filter((row) => row.method === method);
  if (lost.length === 0) return end;
  const all = study.seeds.length;
  return lost.length === all
    ? `${end} before it ${lostWords(lost)}`
    : `${end} (${all - lost.length} of ${countOf(all, "seed")}; it ${lostWords(lost)} at the others)`;
}

/** Label of the axis of rounds. */
function roundLabel(series: readonly RoundSeries[]): string {
  const merging = series.flatMap(({method}) => (roundWord(method) === "merge" ? [method] : []));
  return merging.length === 0 ? "round" : `round; of ${listText(merging)}, merge`;
}

/** Explains where lines end; empty if all seeds of each method take the same rounds. */
function reachText(study: StudyResults, series: readonly RoundSeries[]): string {
  const isEven = series.every(
    ({method}) => new Set(lastRounds(drawnRounds(study, method)).map(({round}) => round)).size === 1,
  );
  return isEven ? "" : " A method's line ends where the first of its seeds ends.";
}

/** A picture of figures by rounds, a line for each method. */
function roundsPicture(
  series: readonly RoundSeries[],
  caption: Caption,
  vertical: Pick<LineChart, "yTitle" | "yKind" | "bounds">,
): Picture {
  const drawn = methodLines(
    series.map(({method, points}) => ({
      method,
      points: points.map(({round, value, low, high}) => ({x: round, y: value, low, high})),
    })),
  );
  const chart = {caption, series: drawn, xLabel: roundLabel(series), xKind: "rounds", ...vertical} as const;
  const rows = series.flatMap(({method, points}) =>
    points.map(({round, value, low, high, seeds}) => [method, round, value, low, high, seeds]),
  );
  return {caption, data: {header: ROUNDS_HEADER, rows}, draw: (look) => lineChart(look, chart)};
}

/** Draws the first metric by rounds. */
export function curvesPicture(study: StudyResults): Picture {
  const {label, range} = METRIC_FACTS[mainMetric(study)];
  const series = roundSeries(study, ({value}) => value);
  const ends = series.map(({method}) => endText(study, method));
  const patients = `${watchedSplit(study)} patients`;
  const caption = {
    id: "curves",
    title: `${label} on ${patients} by round`,
    description: `All nodes' scores judged together, each node's patients scored by its own model. Lines: ${seedsText(study)}.${reachText(study, series)} ${study.seeds.length === 1 ? "At the end" : "At the end, means of each seed's last value"}: ${listText(ends)}.`,
  };
  const yTitle = {label: `${label} of all nodes' scores together`, note: `, ${patients}`};
  return roundsPicture(series, caption, {yTitle, yKind: "linear", bounds: boundsOf(range)});
}

/** Draws the distance between the nodes' models by rounds, on an axis of powers of ten. */
export function consensusPicture(study: StudyResults): Picture {
  const logs = roundSeries(study, ({consensusDistance}) =>
    consensusDistance > 0 ? Math.log10(consensusDistance) : null,
  );
  const power = (value: number | null): number | null => (value === null ? null : 10 ** value);
  const series = logs.map(({method, points}) => ({
    method,
    points: points.map((point) => ({
      ...point,
      value: 10 ** point.value,
      low: power(point.low),
      high: power(point.high),
    })),
  }));
  const caption = {
    id: "consensus",
    title: "Consensus distance by round",
    description: `How far the nodes' models lie from their mean, on a logarithmic axis: geometric ${seedsText(study)}.${reachText(study, series)}`,
  };
  const yTitle = {label: "root mean square distance", note: " of the nodes' models from their mean"};
  const picture = roundsPicture(series, caption, {yTitle, yKind: "log", bounds: boundsOf("positive")});
  const isShort = series.every(({points}) => points.length < 2);
  return {...picture, draw: (look) => (isShort ? null : picture.draw(look))};
}

/** Describes the variation that the intervals of comparisons cover. */
function coverText(rows: StudyResults["comparisons"]): string {
  return rows.some(({covers}) => covers === "patients") ? "patients, of one seed" : "patients and seeds";
}

/** Draws the network beside each baseline, with the margin. */
export function forestPicture(study: StudyResults): Picture {
  const metric = mainMetric(study);
  const all = study.comparisons.filter((row) => row.metric === metric);
  const rows = all.filter(({baseline}) => !isSiteAlone(baseline));
  const left = rows.length === all.length ? "" : " Single sites' own models are in the table.";
  const caption = {
    id: "forest",
    title: `${METRIC_FACTS[metric].label}: the network less each baseline`,
    description: `Differences with 95 % intervals over ${coverText(rows)} for ${countOf(rows.length, "comparison")}; the dashed line is the margin of non-inferiority.${left}`,
  };
  return {
    caption,
    data: {
      header: [
        "test",
        "baseline",
        "n",
        "seeds",
        "difference",
        "low",
        "high",
        "margin",
        "verdict",
        "p",
        "p_holm",
      ],
      rows: rows.map((row) => [
        row.test,
        row.baseline,
        row.n,
        row.seeds,
        row.difference,
        row.low,
        row.high,
        row.margin,
        comparisonVerdict(row),
        row.p,
        row.pHolm,
      ]),
    },
    draw: (look) => forestChart(look, {caption, rows, whyNot: (row) => lostText(row, study.results)}),
  };
}

/** Draws the value of joining, site by site. */
export function sitesPicture(study: StudyResults): Picture {
  const metric = mainMetric(study);
  const gains = siteGains(study.results, study.sites, metric);
  const drawn = new Set(largestSites(study.sites, MOST_SITES).map(({name}) => name));
  const shown = gains.filter(({site}) => drawn.has(site));
  const which =
    shown.length === gains.length
      ? ""
      : ` Drawn are the ${countOf(shown.length, "site")} with most patients.`;
  const better = gains.filter(({gain}) => gain > 0).length;
  const {label, range} = METRIC_FACTS[metric];
  const caption = {
    id: "sites",
    title: "What joining is worth, site by site",
    description: `${label} on each site's own test patients, alone and in the network; ${better} of ${countOf(gains.length, "site")} gain ${study.seeds.length === 1 ? "of one seed" : `by the mean over ${study.seeds.length} seeds`}.${which}`,
  };
  return {
    caption,
    data: {
      header: ["site", "alone", "joined", "difference"],
      rows: gains.map(({site, alone, joined}) => [site, alone, joined, joined - alone]),
    },
    draw: (look) =>
      sitesChart(look, {
        caption,
        gains: shown,
        xLabel: `${label}, each site's own test patients`,
        bounds: boundsOf(range),
      }),
  };
}

/** Names the methods that mix along graphs of their own, which are not drawn. */
export function othersText({results}: StudyResults): string {
  const graphs = methodsInOrder(results.filter(({method}) => isDPsgd(method)));
  return graphs.length === 0
    ? ""
    : ` These are the network's own links; ${listText(graphs)} ${graphs.length === 1 ? "mixes along a graph of its own, which is" : "mix along graphs of their own, which are"} not drawn.`;
}

/** Draws who mixes with whom in the network. */
export function topologyPicture(study: StudyResults): Picture {
  const {sites, topology} = study;
  const caption = {
    id: "topology",
    title: "Topology of the network",
    description: `${topologyText(study)}${othersText(study)} The larger a dot, the more train patients.`,
  };
  return {
    caption,
    data: {
      header: ["node", "other", "share", "partners"],
      rows: topology.edges.map(([one, other, share]) => [
        at(sites, one).name,
        at(sites, other).name,
        share,
        hasChangingLinks(study) ? "changing: one draw" : "fixed",
      ]),
    },
    draw: (look) => topologyChart(look, caption, study),
  };
}
