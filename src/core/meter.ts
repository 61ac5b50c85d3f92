import {at} from "./at.ts";
import {CodedError, present} from "./errors.ts";

/**
 * Values of a metric's labels, by name. Every combination of values is kept, so a label should have few
 * values.
 */
export type LabelValues<Label extends string> = Readonly<Record<Label, string>>;

/** Description of a metric. */
export interface MetricSpec<Label extends string> {
  /** Such as `consilium_sent_bytes_total`: prefix, subject, base unit, `_total` for counters. */
  readonly name: string;
  /** One sentence. */
  readonly help: string;
  readonly labels?: readonly Label[];
}

/** A histogram's {@link MetricSpec}. */
export interface HistogramSpec<Label extends string> extends MetricSpec<Label> {
  /** Upper bounds, ascending, without infinity. */
  readonly buckets: readonly number[];
}

/** A metric that only grows. */
export interface Counter<Label extends string> {
  add(labels: LabelValues<Label>, by?: number): void;
  /** Sets the total to one that is counted elsewhere. */
  take(labels: LabelValues<Label>, total: number): void;
}

/** A metric that goes up and down. */
export interface Gauge<Label extends string> {
  set(labels: LabelValues<Label>, value: number): void;
  add(labels: LabelValues<Label>, by: number): void;
  /** Forgets all values. */
  clear(): void;
}

/** A distribution. */
export interface Histogram<Label extends string> {
  observe(labels: LabelValues<Label>, value: number): void;
}

/** Creates a room's metrics. Names are unique in one meter. */
export interface Meter {
  /** @throws CORE_METRIC_TWICE; so do the other methods */
  counter<Label extends string = never>(spec: MetricSpec<Label>): Counter<Label>;
  gauge<Label extends string = never>(spec: MetricSpec<Label>): Gauge<Label>;
  histogram<Label extends string = never>(spec: HistogramSpec<Label>): Histogram<Label>;
  /** Calls `collect` before every exposition, to bring gauges up to date. */
  onExposition(collect: () => void): void;
}

/** All metrics of one node. */
export interface MetricRegistry extends Meter {
  /** Returns all metrics in Prometheus's text format 0.0.4. */
  expose(): string;
  /** The metrics made so far. */
  metrics(): readonly MadeMetric[];
}

/** A metric that was made. */
export interface MadeMetric {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly labels: readonly string[];
}

/** Content type of {@link MetricRegistry.expose}. */
export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

interface Family extends MadeMetric {
  lines(): Iterable<string>;
}

type AnyLabels = Readonly<Record<string, string | undefined>>;

function escapeLabel(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? "+Inf" : "-Inf";
}

/** Formats labels as `{a="b",c="d"}`, or as nothing if there are none. */
function labelText(names: readonly string[], values: AnyLabels): string {
  const pairs = names.map((name) => `${name}="${escapeLabel(present(values[name], `the label ${name}`))}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** Values by their labels' text. */
class Series {
  readonly #name: string;
  readonly #labels: readonly string[];
  readonly #values = new Map<string, number>();

  constructor({name, labels = []}: MetricSpec<string>) {
    this.#name = name;
    this.#labels = labels;
    // A metric without labels exists from the start, so its first change is visible as one.
    if (labels.length === 0) this.#values.set("", 0);
  }

  add(labels: AnyLabels, by: number): void {
    const key = labelText(this.#labels, labels);
    this.#values.set(key, (this.#values.get(key) ?? 0) + by);
  }

  set(labels: AnyLabels, value: number): void {
    this.#values.set(labelText(this.#labels, labels), value);
  }

  clear(): void {
    this.#values.clear();
  }

  *lines(): Iterable<string> {
    for (const [labels, value] of this.#values) yield `${this.#name}${labels} ${numberText(value)}`;
  }
}

interface Distribution {
  readonly labels: AnyLabels;
  readonly counts: number[];
  sum: number;
  count: number;
}

class Buckets {
  readonly #spec: HistogramSpec<string>;
  readonly #distributions = new Map<string, Distribution>();

  constructor(spec: HistogramSpec<string>) {
    this.#spec = spec;
  }

  observe(labels: AnyLabels, value: number): void {
    const {labels: names = [], buckets} = this.#spec;
    const key = labelText(names, labels);
    const kept = this.#distributions.get(key) ?? {labels, counts: buckets.map(() => 0), sum: 0, count: 0};
    this.#distributions.set(key, kept);
    kept.sum += value;
    kept.count += 1;
    const bucket = buckets.findIndex((bound) => value <= bound);
    if (bucket >= 0) kept.counts[bucket] = at(kept.counts, bucket) + 1;
  }

  *lines(): Iterable<string> {
    const {name, labels: names = [], buckets} = this.#spec;
    for (const [key, {labels, counts, sum, count}] of this.#distributions) {
      const bounded = [...names, "le"];
      let below = 0;
      for (const [index, bound] of buckets.entries()) {
        below += at(counts, index);
        yield `${name}_bucket${labelText(bounded, {...labels, le: numberText(bound)})} ${below}`;
      }
      yield `${name}_bucket${labelText(bounded, {...labels, le: "+Inf"})} ${count}`;
      yield `${name}_sum${key} ${numberText(sum)}`;
      yield `${name}_count${key} ${count}`;
    }
  }
}

/** Creates an empty {@link MetricRegistry}. Every node has its own. */
export function createMetricRegistry(): MetricRegistry {
  const families = new Map<string, Family>();
  const collectors: (() => void)[] = [];
  const enlist = (
    type: MadeMetric["type"],
    {name, help, labels = []}: MetricSpec<string>,
    lines: Family["lines"],
  ): void => {
    if (families.has(name)) throw new CodedError("CORE_METRIC_TWICE", `the metric ${name} was made twice`);
    families.set(name, {type, name, help, labels, lines});
  };
  return {
    counter(spec) {
      const series = new Series(spec);
      enlist("counter", spec, () => series.lines());
      return {
        add: (labels, by = 1) => series.add(labels, by),
        take: (labels, total) => series.set(labels, total),
      };
    },
    gauge(spec) {
      const series = new Series(spec);
      enlist("gauge", spec, () => series.lines());
      return {
        set: (labels, value) => series.set(labels, value),
        add: (labels, by) => series.add(labels, by),
        clear: () => series.clear(),
      };
    },
    histogram(spec) {
      const buckets = new Buckets(spec);
      enlist("histogram", spec, () => buckets.lines());
      return {observe: (labels, value) => buckets.observe(labels, value)};
    },
    onExposition: (collect) => void collectors.push(collect),
    expose() {
      for (const collect of collectors) collect();
      const lines = [...families.values()].flatMap((family) => [
        `# HELP ${family.name} ${escapeHelp(family.help)}`,
        `# TYPE ${family.name} ${family.type}`,
        ...family.lines(),
      ]);
      return `${lines.join("\n")}\n`;
    },
    metrics: () => [...families.values()].map(({name, help, type, labels}) => ({name, help, type, labels})),
  };
}
