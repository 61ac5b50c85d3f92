import type {MadeMetric} from "../../src/core/index.ts";

const PREFIXES = ["consilium_", "process_", "nodejs_", "libp2p_"];
/** Base units, plural, and what has none by its nature. */
const UNITS = ["seconds", "bytes", "ratio", "info", "members", "peers", "rounds", "dials"];
/** Gauges that are a number of things, a state of 0 or 1, or a figure without unit. */
const UNITLESS = [
  "consilium_activity",
  "consilium_alerts",
  "consilium_check_ok",
  "consilium_healthy",
  "consilium_peer_up",
  "consilium_peer_silent",
  "consilium_peers",
  "consilium_round",
  "consilium_status_event_streams",
  "consilium_train_loss",
  "libp2p_connections",
  "libp2p_protocol_streams",
];
const FOREIGN_UNITS = /_(ms|millis|milliseconds|minutes|hours|days|kb|mb|kib|mib|kilobytes|percent|pct)(_|$)/;
/** Labels whose values are few: names on the roster, and words of this program. */
const LABELS = [
  "activity",
  "alert",
  "check",
  "direction",
  "event",
  "kind",
  "operation",
  "outcome",
  "peer",
  "phase",
  "protocol",
  "reason",
  "severity",
  "state",
  "status",
  "version",
  "window",
];

/** What is wrong with a metric's name, help, unit or labels. */
export function metricFaults({name, help, type, labels}: MadeMetric): string[] {
  const base = name.replace(/_total$/, "");
  const checks: readonly (readonly [boolean, string])[] = [
    [/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name), "is not snake_case"],
    [PREFIXES.some((prefix) => name.startsWith(prefix)), "has no known prefix"],
    [(type === "counter") === name.endsWith("_total"), "a counter, and nothing else, ends in _total"],
    [!/_(count|sum|bucket)$/.test(name), "ends as a histogram's parts do"],
    [!FOREIGN_UNITS.test(name), "has a unit that is no base unit"],
    [
      type === "counter" || UNITLESS.includes(name) || UNITS.includes(base.split("_").at(-1) ?? ""),
      "ends in no base unit",
    ],
    [/^[A-Z0-9].*[.]$/.test(help) && help.length >= 12, "has no help in a sentence"],
    [labels.every((label) => LABELS.includes(label)), "has a label whose values are not known to be few"],
    [!labels.some((label) => name.includes(`_by_${label}`)), "names a label"],
  ];
  return checks.filter(([isRight]) => !isRight).map(([, fault]) => `${name} ${fault}`);
}
