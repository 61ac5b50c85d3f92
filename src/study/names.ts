import type {BaselineName} from "../config/index.ts";

/** Name of the network under test in results.csv. */
export const GOSSIP = "Gossip";
/** The same network without bad sites. The difference from it is the effect of an attack. */
export const UNATTACKED = "Gossip (no attack)";

/** Names of the baselines in results.csv; FLamby's names if it has one. */
export const BASELINE_NAMES = {
  local: "Local",
  pooled: "Pooled Training",
  fedavg: "FedAvg",
  fedprox: "FedProx",
  "swarm-hpe": "Swarm (HPE)",
  "d-psgd": "D-PSGD",
} as const satisfies Readonly<Record<BaselineName, string>>;

/**
 * Name of the baseline in which one site trains alone. {@link BASELINE_NAMES}.local is all of them together.
 */
export function localName(site: string): string {
  return `${BASELINE_NAMES.local} ${site}`;
}

/** Name of the group of all sites' test patients, as in FLamby. */
export const POOLED_TEST = "Pooled Test";
const EXTERNAL = "External ";

/** Name of the group of an external site's patients. */
export function externalTest(site: string): string {
  return `${EXTERNAL}${site}`;
}

/** Tells whether a group's patients are those of an external site. */
export function isExternalTest(test: string): boolean {
  return test.startsWith(EXTERNAL);
}

/**
 * Unit in which a method's exchanges are counted. Swarm learning merges at its own intervals; other methods
 * use the plan's rounds.
 */
export function roundWord(method: string): "merge" | "round" {
  return method === BASELINE_NAMES["swarm-hpe"] ? "merge" : "round";
}

/** Name of decentralised SGD on one graph, such as `D-PSGD ring`. */
export function dPsgdName(graph: string): string {
  return `${BASELINE_NAMES["d-psgd"]} ${graph}`;
}

/** Tells whether a method is decentralised SGD on some graph. */
export function isDPsgd(method: string): boolean {
  return method.startsWith(dPsgdName(""));
}
