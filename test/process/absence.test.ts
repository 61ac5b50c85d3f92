import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {expectOneHistory} from "./certificates.ts";
import {type Consortium, createConsortium, SITES, type Site} from "./consortium.ts";
import {expectSameModel, passed, startAll} from "./progress.ts";

const STEP_LIMIT_MS = 60_000;
const END_LIMIT_MS = 180_000;
const TEST_LIMIT_MS = 300_000;
const MAXIMUM_SECONDS = 4;
/** The deadline, and the time that a round's work takes on a busy machine. */
const HELD_LIMIT_MS = 1000 * MAXIMUM_SECONDS + 5000;

describe("five members, of whom one has not been started yet", () => {
  let consortium: Consortium;
  let first: Site;
  let second: Site;
  let stopped: Site;
  let newcomer: Site;

  beforeAll(async () => {
    consortium = await createConsortium({
      sites: SITES,
      rounds: 40,
      localSteps: 20,
      deadline: {minimumSeconds: 0.2, maximumSeconds: MAXIMUM_SECONDS},
      startMembers: 4,
    });
    [first, second, stopped, newcomer] = ["north", "south", "east", "centre"].map(consortium.site) as [
      Site,
      Site,
      Site,
      Site,
    ];
    await startAll(
      consortium,
      consortium.sites.filter((site) => site !== newcomer),
    );
  }, TEST_LIMIT_MS);
  afterAll(() => consortium.close());

  it(
    "go on without one that was stopped, after the deadline at the latest; it catches up",
    async () => {
      const others = consortium.sites.filter((site) => site !== stopped && site !== newcomer);
      await passed(consortium, {sites: [stopped], round: 4, limitMs: STEP_LIMIT_MS});
      stopped.daemon?.signal("SIGSTOP");
      const stoppedMs = performance.now();
      const round = Math.max(...(await consortium.statuses(others)).map((status) => status.round));
      await passed(consortium, {sites: others, round, limitMs: STEP_LIMIT_MS});
      expect(performance.now() - stoppedMs, "ms until the next certificate").toBeLessThan(HELD_LIMIT_MS);
      const statuses = await passed(consortium, {sites: others, round: round + 6, limitMs: STEP_LIMIT_MS});
      stopped.daemon?.signal("SIGCONT");
      // It may have contributed to the round under way, and been the first to reach the next.
      const certain = [2, 3, 4, 5, 6].map((further) => round + further);
      for (const {site, absences} of statuses) {
        const without = absences
          .filter(({absent}) => absent.includes(stopped.name))
          .map((entry) => entry.round);
        expect(without, `rounds without ${stopped.name} at ${site}`).toEqual(expect.arrayContaining(certain));
      }
      const reached = Math.max(...(await consortium.statuses(others)).map((status) => status.round));
      await passed(consortium, {sites: [stopped], round: reached - 1, limitMs: STEP_LIMIT_MS});
    },
    TEST_LIMIT_MS,
  );

  it(
    "go on without the first, from which all found each other, and let a newcomer in through another",
    async () => {
      await first.daemon?.end("SIGKILL");
      const others = consortium.sites.filter((site) => site !== first && site !== newcomer);
      const seen = await consortium.statuses(others);
      const round = Math.max(...seen.map((status) => status.round));
      await passed(consortium, {sites: others, round: round + 2, limitMs: STEP_LIMIT_MS});
      const [through] = await consortium.statuses([second]);
      await consortium.start(newcomer, through);
      await consortium.until("links of the newcomer to all who are there", STEP_LIMIT_MS, async () => {
        const up = (await newcomer.daemon?.status())?.peers.filter(({link}) => link.status === "up") ?? [];
        return up.length === others.length ? up : null;
      });
      await expectSameModel(consortium, [...others, newcomer], END_LIMIT_MS);
    },
    TEST_LIMIT_MS,
  );

  it("end with exit status 0 and one history", async () => {
    const running = consortium.sites.filter((site) => site !== first);
    for (const {name, daemon} of running) expect((await daemon?.end("SIGTERM"))?.status, name).toBe(0);
    const history = await expectOneHistory(consortium, running);
    const last = history.get(consortium.lastRound)?.body.contributors;
    expect(last, "the killed one is not in it").not.toContain(first.peerId);
  });
});
