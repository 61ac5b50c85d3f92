import {divergencesOf} from "../outputs/divergences.ts";
import {METRIC_FACTS} from "../outputs/metric-facts.ts";
import type {StudyResults} from "../study/results.ts";
import {forestChart} from "./forest-chart.ts";
import {lineChart} from "./line-chart.ts";
import type {Look} from "./look.ts";
import type {Markup} from "./markup.ts";
import {roundSeries} from "./round-series.ts";
import {largestSites, siteGains} from "./site-gains.ts";
import {sitesChart} from "./sites-chart.ts";
import type {Caption} from "./svg.ts";
import {topologyChart, topologyText} from "./topology-chart.ts";
import {countOf, figureText, listText} from "./words.ts";

const MOST_SITES = 30;

/** A picture of one point of a sweep. */
export interface Picture {
  readonly caption: Caption;
  /** Null where there is nothing to draw. */
  draw(look: Look): Markup | null;
}

/** What the figures of this study are by first. */
export function mainMetric(study: StudyResults): StudyResults["metrics"][number] {
  return study.metrics[0] ?? "auroc";
}

const seedsText = ({seeds}: StudyResults): string =>
  seeds.length === 1
    ? "one seed, so without a band"
    : `means over ${countOf(seeds.length, "seed")} with 95 % t-intervals as bands`;

/** The first metric by rounds, a line a method. */
export function curvesPicture(study: StudyResults): Picture {
  const {label} = METRIC_FACTS[mainMetric(study)];
  const series = roundSeries(study.rounds, ({value}) => value);
  const diverged = new Set(divergencesOf(study.results).map(({method}) => method));
  const ends = series.map(({method, points}) => {
    const end = `${method} ${figureText(points.at(-1)?.value ?? null)}`;
    return diverged.has(method) ? `${end} before it diverged` : end;
  });
  const caption = {
    id: "curves",
    title: `${label} by round`,
    description: `Lines: ${seedsText(study)}. At the end: ${listText(ends)}.`,
  };
  const drawn = series.map(({method, points}) => ({
    method,
    points: points.map(({round, value, low, high}) => ({x: round, y: value, low, high})),
  }));
  return {
    caption,
    draw: (look) =>
      drawn.every(({points}) => points.length === 0)
        ? null
        : lineChart(look, {caption, series: drawn, xLabel: "round", yLabel: label, yKind: "linear"}),
  };
}

/** How far apart the nodes' models are, by rounds, on an axis of powers of ten. */
export function consensusPicture(study: StudyResults): Picture {
  const logs = roundSeries(study.rounds, ({consensusDistance}) =>
    consensusDistance > 0 ? Math.log10(consensusDistance) : null,
  );
  const power = (value: number | null): number | null => (value === null ? null : 10 ** value);
  const series = logs.map(({method, points}) => ({
    method,
    points: points.map(({round, value, low, high}) => ({
      x: round,
      y: 10 ** value,
      low: power(low),
      high: power(high),
    })),
  }));
  const caption = {
    id: "consensus",
    title: "Consensus distance by round",
    description: `How far the nodes' models lie from their mean, on a logarithmic axis: geometric ${seedsText(study)}.`,
  };
  return {
    caption,
    draw: (look) =>
      series.every(({points}) => points.length < 2)
        ? null
        : lineChart(look, {caption, series, xLabel: "round", yLabel: "distance", yKind: "log"}),
  };
}

/** The network beside each baseline, with the margin. */
export function forestPicture(study: StudyResults): Picture {
  const metric = mainMetric(study);
  const rows = study.comparisons.filter((row) => row.metric === metric);
  const caption = {
    id: "forest",
    title: `${METRIC_FACTS[metric].label}: the network less each baseline`,
    description: `Differences with 95 % intervals over patients and seeds for ${countOf(rows.length, "comparison")}; the dashed line is the margin of non-inferiority.`,
  };
  return {caption, draw: (look) => forestChart(look, caption, rows)};
}

/** What joining is worth, site by site. */
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
  const caption = {
    id: "sites",
    title: "What joining is worth, site by site",
    description: `${METRIC_FACTS[metric].label} on each site's own test patients, alone and in the network; ${better} of ${countOf(gains.length, "site")} gain by the mean over seeds.${which}`,
  };
  return {caption, draw: (look) => sitesChart(look, caption, shown, METRIC_FACTS[metric].label)};
}

/** Who mixes with whom. */
export function topologyPicture(study: StudyResults): Picture {
  const caption = {
    id: "topology",
    title: "Topology",
    description: `${topologyText(study)} The larger a dot, the more train patients.`,
  };
  return {caption, draw: (look) => topologyChart(look, caption, study)};
}
