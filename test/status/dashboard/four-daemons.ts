import {parsePlan, type Roster} from "../../../src/consortium/index.ts";
import {createMetricRegistry, silentLogger} from "../../../src/core/index.ts";
import {openStatusServer} from "../../../src/status/index.ts";
import {Fleet, OWN_MACHINE} from "../../node/fleet.ts";
import {identityOf, SITES, type ThreeSites, threeSites} from "../../node/three-sites.ts";
import {dashboardUrl} from "./dashboard-url.ts";

/** The sites of the synthetic preset, all four. */
const FOUR_SITES = [...SITES, "west"];
/** The consortium's name, which every page shows: their patients are generated. */
export const FOUR_SITES_CONSORTIUM = "synthetic-hospitals";
/** More than a test waits for. */
const ROUNDS = 5000;

async function consortiumOf(rounds: number): Promise<ThreeSites> {
  const three = await threeSites({
    rounds,
    quorum: {weightShare: 0.5},
    deadline: {minimumSeconds: 1, maximumSeconds: 5},
  });
  const {plan} = three.plan;
  const start = {...plan.start, members: FOUR_SITES.length};
  const whole = {...plan, consortium: FOUR_SITES_CONSORTIUM, start};
  const roster: Roster = {
    ...three.roster,
    consortium: FOUR_SITES_CONSORTIUM,
    members: FOUR_SITES.map((name) => ({name, peerId: identityOf(name).peerId, role: "trainer"})),
  };
  return {...three, roster, plan: parsePlan(Buffer.from(JSON.stringify(whole)), "plan.yaml")};
}

/** Four daemons of one consortium in this process, each with a status server and a disk in memory. */
export async function fourDaemons(rounds = ROUNDS): Promise<Fleet> {
  const fleet = new Fleet(await consortiumOf(rounds), {
    openServer: (_, parts) =>
      openStatusServer({...OWN_MACHINE, ...parts, registry: createMetricRegistry(), dashboardUrl}),
    loggerOf: () => silentLogger,
  });
  for (const site of FOUR_SITES) await startDaemon(fleet, site);
  return fleet;
}

/** Starts a site's daemon; the test looks at the dashboard, not at the end of the run. */
export async function startDaemon(fleet: Fleet, site: string): Promise<void> {
  const {outcome} = await fleet.start(site);
  outcome.catch(() => {});
}
