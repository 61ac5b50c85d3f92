import {expect, it} from "vitest";
import {type Consortium, createConsortium, type Site} from "../consortium.ts";
import type {NodeStatus} from "../daemon.ts";
import {openCrowd} from "./crowd.ts";
import {keySeedOf} from "./mallory.ts";
import {residentBytes} from "./siege.ts";
import {linesWith, MOST_GROWTH_BYTES} from "./verdicts.ts";

const CONNECTIONS = 300;
const LIMIT_MS = 240_000;
const STEP_LIMIT_MS = 60_000;
/** Without a bound on one key's connections it took 28 s, and 6 s without the connections. */
const MOST_JOIN_MS = 15_000;
const DEADLINE = {minimumSeconds: 1, maximumSeconds: 3};
const KEPT_OUT = "a member is kept out for a time";

async function linkOf(
  {daemon}: Site,
  {name}: Site,
): Promise<NodeStatus["peers"][number]["link"] | undefined> {
  const status = await daemon?.status();
  return status?.peers.find((peer) => peer.name === name)?.link;
}

/** Starts a daemon. @returns how long it took to be linked with `first` from when it had a status, in ms */
async function join(
  consortium: Consortium,
  site: Site,
  [first, from]: readonly [Site, NodeStatus],
): Promise<number> {
  await consortium.start(site, from);
  const startMs = performance.now();
  await consortium.until(`${site.name} to be let in`, STEP_LIMIT_MS, async () =>
    (await linkOf(first, site))?.status === "up" ? true : null,
  );
  return performance.now() - startMs;
}

it("300 connections under one member's key keep no other member out", {timeout: LIMIT_MS}, async () => {
  const consortium = await createConsortium({
    sites: ["north", "south", "east", "west"],
    rounds: 4,
    localSteps: 2,
    deadline: DEADLINE,
    startMembers: 3,
  });
  const site = (name: string): Site => consortium.site(name);
  const [first, liar] = [site("north"), site("west")];
  const others = [site("south"), site("east")];
  try {
    const from = await consortium.start(first);
    const before = await residentBytes(first);
    const crowd = await openCrowd(await keySeedOf(liar), from.addresses[0] ?? "", CONNECTIONS);
    try {
      await consortium.until("all connections to be dialled", STEP_LIMIT_MS, () =>
        crowd.dialled() >= CONNECTIONS ? true : null,
      );
      const grown = (await residentBytes(first)) - before;
      console.log(`${crowd.open()} are open; memory ${(grown / 1e6).toFixed(1)} MB more`);
      expect(grown, `growth of ${first.name} in bytes`).toBeLessThan(MOST_GROWTH_BYTES);
      for (const other of others) {
        const tookMs = await join(consortium, other, [first, from]);
        console.log(
          `${other.name} is in after ${(tookMs / 1000).toFixed(1)} s beside ${CONNECTIONS} connections`,
        );
        expect(tookMs, other.name).toBeLessThan(MOST_JOIN_MS);
      }
      await consortium.until("the end of the run", STEP_LIMIT_MS, async () => {
        const statuses = await consortium.statuses([first, ...others]);
        return statuses.every(({activity}) => activity === "finished") ? true : null;
      });
      console.log(`${crowd.dialled()} were dialled, ${crowd.open()} are open`);
    } finally {
      await crowd.stop();
    }
    expect((await linkOf(first, liar))?.exclusions).toBeGreaterThan(0);
    const told = linesWith({lines: first.daemon?.lines ?? []}, KEPT_OUT);
    expect(new Set(told.map(({peer}) => peer))).toEqual(new Set([liar.name]));
    expect(told.map(({detail}) => detail)).toContain("connections");
    for (const other of others)
      expect(await linkOf(first, other)).toMatchObject({exclusions: 0, violations: 0});
  } finally {
    await consortium.close();
  }
});
