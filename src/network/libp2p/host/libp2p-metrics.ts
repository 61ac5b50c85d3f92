import type {CalculateMetric, Metric, MetricGroup, Metrics, StopTimer, Stream} from "@libp2p/interface";
import type {Counter, Gauge, Meter} from "../../../core/index.ts";
import {KNOWN_METRICS, type KnownMetric, protocolLabel} from "./known-metrics.ts";

/** The target of libp2p's metrics of one name. */
interface Slot {
  set(key: string, value: number): void;
  add(key: string, by: number): void;
  /** Clears the values that are not set again. */
  clear(): void;
}

type Values = Readonly<Partial<Record<string, unknown>>>;
/** The function that libp2p gives for a metric on demand: it returns one number, or one for each key. */
type Calculate = CalculateMetric<number> | CalculateMetric<Record<string, number>>;

const NOWHERE: Slot = {set() {}, add() {}, clear() {}};
const stopNothing: StopTimer = () => {};

function slotOf({labelsOf}: KnownMetric, metric: Counter<string> | Gauge<string>): Slot {
  const put = (key: string, action: (labels: Readonly<Record<string, string>>) => void): void => {
    const labels = labelsOf(key);
    if (labels !== null) action(labels);
  };
  return {
    add: (key, by) => put(key, (labels) => metric.add(labels, by)),
    set(key, value) {
      if ("set" in metric) put(key, (labels) => metric.set(labels, value));
    },
    clear() {
      if ("clear" in metric) metric.clear();
    },
  };
}

/** One metric; libp2p's timers and summaries are not taken over. */
function figureOf(slot: Slot): Metric & {observe(value: number): void} {
  return {
    update: (value) => slot.set("", value),
    increment: (by = 1) => slot.add("", by),
    decrement: (by = 1) => slot.add("", -by),
    reset() {},
    timer: () => stopNothing,
    observe() {},
  };
}

function each(values: Values, action: (key: string, value: number) => void): void {
  for (const [key, value] of Object.entries(values)) action(key, typeof value === "number" ? value : 1);
}

function groupOf(slot: Slot): MetricGroup & {observe(values: Values): void} {
  return {
    update: (values) => each(values, slot.set),
    increment: (values) => each(values, slot.add),
    decrement: (values) => each(values, (key, by) => slot.add(key, -by)),
    reset() {},
    timer: () => stopNothing,
    observe() {},
  };
}

function draw(slot: Slot, calculated: number | Record<string, number>): void {
  slot.clear();
  if (typeof calculated === "number") slot.set("", calculated);
  else for (const [key, value] of Object.entries(calculated)) slot.add(key, value);
}

/** Calls `calculate` before each exposition; a late result is drawn when it arrives, for the next one. */
function drawAlways(meter: Meter, slot: Slot, calculate: Calculate): void {
  meter.onExposition(() => {
    const result = calculate();
    if (result instanceof Promise)
      result.then(
        (later) => draw(slot, later),
        () => {},
      );
    else draw(slot, result);
  });
}

/**
 * Puts libp2p's own metrics into the registry of the node: those of {@link KNOWN_METRICS}, whose labels have
 * few values. Bytes are not counted here: a listener that is attached to a libp2p stream before its reader
 * takes bytes from that reader.
 */
export function createLibp2pMetrics(meter: Meter): Metrics {
  const slots = new Map(
    KNOWN_METRICS.map((known) => [known.source, slotOf(known, meter[known.type](known))]),
  );
  const opened = meter.counter<"direction" | "protocol">({
    name: "libp2p_streams_opened_total",
    help: "Streams that were opened, by who opened them and protocol.",
    labels: ["direction", "protocol"],
  });
  const slotFor = (name: string, options: {calculate?: Calculate} = {}): Slot => {
    const slot = slots.get(name);
    if (slot !== undefined && options.calculate !== undefined) drawAlways(meter, slot, options.calculate);
    return slot ?? NOWHERE;
  };
  const one = (name: string, options?: {calculate?: Calculate}) => figureOf(slotFor(name, options));
  const many = (name: string, options?: {calculate?: Calculate}) => groupOf(slotFor(name, options));
  return {
    trackMultiaddrConnection() {},
    trackProtocolStream: ({direction, protocol}: Stream) =>
      opened.add({direction, protocol: protocolLabel(protocol)}),
    registerMetric: one,
    registerMetricGroup: many,
    registerCounter: one,
    registerCounterGroup: many,
    registerHistogram: one,
    registerHistogramGroup: many,
    registerSummary: one,
    registerSummaryGroup: many,
    traceFunction: <Traced>(_: string, traced: Traced): Traced => traced,
    createTrace: () => undefined,
  };
}
