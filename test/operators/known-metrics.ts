import {createMetricRegistry, type MadeMetric} from "../../src/core/index.ts";
import {alertSchema, CHECK_MEANINGS} from "../../src/status/answers/health-answer.ts";
import {activitySchema} from "../../src/status/answers/view-schemas.ts";
import {completeRegistry} from "../status/complete-registry.ts";
import {openSampleServer} from "../status/sample-node.ts";
import {namesOf, type Selector} from "./promql.ts";

/** Labels by metric, a histogram's parts among them. */
export type KnownMetrics = ReadonlyMap<string, readonly string[]>;

/** What Prometheus adds to every series, or makes itself. */
const TARGET_LABELS = ["job", "instance"];
const OF_PROMETHEUS: readonly (readonly [string, readonly string[]])[] = [
  ["up", []],
  ["ALERTS", ["alertname", "alertstate", "severity"]],
];
/** Labels that only take words of this program. */
const VOCABULARY: Readonly<Record<string, readonly string[]>> = {
  job: ["consilium"],
  check: Object.keys(CHECK_MEANINGS),
  activity: activitySchema.options,
  alert: alertSchema.shape.alert.options,
  severity: alertSchema.shape.severity.options,
  alertstate: ["firing", "pending"],
};

function seriesOf({name, type, labels}: MadeMetric): (readonly [string, readonly string[]])[] {
  if (type !== "histogram") return [[name, labels]];
  return [
    [`${name}_bucket`, [...labels, "le"]],
    [`${name}_sum`, labels],
    [`${name}_count`, labels],
  ];
}

/** The metrics of a daemon. */
export async function daemonMetrics(): Promise<readonly MadeMetric[]> {
  const registry = createMetricRegistry();
  const {server} = await openSampleServer({registry});
  await completeRegistry(registry);
  await server.close();
  return registry.metrics();
}

/** What queries may ask for, of `metrics` and of Prometheus itself. */
export function knownMetrics(metrics: readonly MadeMetric[]): KnownMetrics {
  return new Map([...metrics.flatMap(seriesOf), ...OF_PROMETHEUS]);
}

function selectorFaults({metric, matchers}: Selector, own: readonly string[]): string[] {
  return matchers.flatMap(({label, operator, value}) => {
    const isKnown = own.includes(label) || TARGET_LABELS.includes(label);
    const isExact = operator === "=" || operator === "!=";
    const isWord = !isExact || VOCABULARY[label]?.includes(value) !== false;
    return [
      ...(isKnown ? [] : [`${metric} has no label ${label}`]),
      ...(isWord ? [] : [`no ${label} is ever ${value}`]),
    ];
  });
}

/** What of `query` no daemon has: metrics, labels, and words that a label never is. */
export function queryFaults(query: string, known: KnownMetrics): string[] {
  const {selectors, groupings} = namesOf(query);
  const labels = [...TARGET_LABELS, ...selectors.flatMap(({metric}) => known.get(metric) ?? [])];
  return [
    ...selectors.flatMap((selector) => {
      const own = known.get(selector.metric);
      return own === undefined ? [`no metric ${selector.metric}`] : selectorFaults(selector, own);
    }),
    ...groupings
      .filter((label) => !labels.includes(label))
      .map((label) => `no metric of the query has a label ${label}`),
  ];
}

/** Names in `{{...}}` and `{{ $labels... }}` of a text that the series of `query` do not have. */
export function templateFaults(text: string, query: string, known: KnownMetrics): string[] {
  const {selectors} = namesOf(query);
  const has = new Set([...TARGET_LABELS, ...selectors.flatMap(({metric}) => known.get(metric) ?? [])]);
  const named = [...text.matchAll(/\{\{\s*(?:\$labels\.)?([a-z_]+)\s*\}\}/g)].map(([, label = ""]) => label);
  return named.filter((label) => !has.has(label)).map((label) => `no series has a label ${label}`);
}
