import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {type Consortium, createConsortium, giveOtherPlan, type Site} from "./consortium.ts";
import {startAll} from "./progress.ts";

const STEP_LIMIT_MS = 60_000;
const TEST_LIMIT_MS = 120_000;

describe("members whose plans differ", () => {
  let consortium: Consortium;
  let north: Site;
  let south: Site;
  let east: Site;

  beforeAll(async () => {
    consortium = await createConsortium({
      sites: ["north", "south", "east"],
      rounds: 5,
      localSteps: 5,
      deadline: {minimumSeconds: 0.2, maximumSeconds: 2},
    });
    [north, south, east] = consortium.sites as [Site, Site, Site];
    await giveOtherPlan(consortium, south, {model: {architecture: "mlp", hidden: [4], activation: "relu"}});
    await giveOtherPlan(consortium, east, {rounds: 6});
    await startAll(consortium, consortium.sites);
  }, TEST_LIMIT_MS);
  afterAll(() => consortium.close());

  /** How `site` sees the link to `other`, when it has been refused. */
  const refusal = (site: Site, other: Site) =>
    consortium.until(`the refusal of ${other.name} at ${site.name}`, STEP_LIMIT_MS, async () => {
      const peers = (await site.daemon?.status())?.peers ?? [];
      const link = peers.find(({name}) => name === other.name)?.link;
      return link?.lastError === "NETWORK_HANDSHAKE_MISMATCH" ? link : null;
    });

  it(
    "do not link, and both sides' status names what differs",
    async () => {
      const pairs = [
        [north, south, "layout"],
        [north, east, "run"],
        [south, east, "layout"],
      ] as const;
      for (const [one, other, field] of pairs) {
        for (const [site, peer] of [
          [one, other],
          [other, one],
        ] as const) {
          const {status, lastErrorDetail} = await refusal(site, peer);
          expect([status, lastErrorDetail], `${peer.name} as ${site.name} sees it`).toEqual(["down", field]);
        }
      }
    },
    TEST_LIMIT_MS,
  );

  it(
    "say so in one line of the log for each peer, and wait by name",
    async () => {
      for (const site of consortium.sites) {
        const others = consortium.sites.filter((other) => other !== site);
        for (const {name} of others) {
          const lines = (site.daemon?.lines ?? []).filter(
            (line) => line.includes(` peer=${name} `) && line.includes("NETWORK_HANDSHAKE_MISMATCH"),
          );
          expect(lines.length, `lines of ${site.name} about ${name}: ${lines.join("\n")}`).toBe(1);
          expect(lines[0]).toMatch(/ warn {2}network: link down .* detail=(layout|run)$/);
        }
        const waiting = await consortium.until(`${site.name} to wait`, STEP_LIMIT_MS, async () => {
          const status = await site.daemon?.status();
          return status?.waitingFor.length === others.length ? status : null;
        });
        expect([...waiting.waitingFor].sort()).toEqual(others.map(({name}) => name).sort());
        expect(waiting.certified, site.name).toBeNull();
      }
    },
    TEST_LIMIT_MS,
  );
});
