import type {BaselineName} from "../../config/index.ts";

/** Name of the network under test in results.csv. */
export const GOSSIP = "Gossip";
/** The same network in which nobody does harm: what an attack costs is the difference to it. */
export const UNATTACKED = "Gossip (no attack)";

/** How results.csv names the baselines; FLamby's names where it has one. */
export const BASELINE_NAMES = {
  local: "Local",
  pooled: "Pooled Training",
  fedavg: "FedAvg",
  fedprox: "FedProx",
  "swarm-hpe": "Swarm (HPE)",
  ring: "Ring",
} as const satisfies Readonly<Record<BaselineName, string>>;

/** Name of the group of all sites' test patients, as FLamby has it. */
export const POOLED_TEST = "Pooled Test";
const EXTERNAL = "External ";

/** Name of the group of an external site's patients. */
export function externalTest(site: string): string {
  return `${EXTERNAL}${site}`;
}

/** Whether a group's patients are those of an external site. */
export function isExternalTest(test: string): boolean {
  return test.startsWith(EXTERNAL);
}
