import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {expectOneHistory} from "./certificates.ts";
import {type Consortium, createConsortium, type Site} from "./consortium.ts";
import type {NodeStatus} from "./daemon.ts";
import {expectSameModel, passed} from "./progress.ts";

const STEP_LIMIT_MS = 60_000;
const TEST_LIMIT_MS = 240_000;
/** From SIGTERM to the end of the process. */
const CLOSING_LIMIT_MS = 5000;

describe("of two members", () => {
  let consortium: Consortium;
  let north: Site;
  let south: Site;

  beforeAll(async () => {
    consortium = await createConsortium({
      sites: ["north", "south"],
      rounds: 16,
      localSteps: 200,
      deadline: {minimumSeconds: 0.2, maximumSeconds: 2},
    });
    north = consortium.site("north");
    south = consortium.site("south");
  });
  afterAll(() => consortium.close());

  /** Waits until `site` is at `activity`, and its status otherwise as `isRight` says. */
  const at = (
    site: Site,
    activity: NodeStatus["activity"],
    isRight: (status: NodeStatus) => boolean = () => true,
  ): Promise<NodeStatus> =>
    consortium.until(`${site.name} at ${activity}`, STEP_LIMIT_MS, async () => {
      const status = await site.daemon?.status();
      return status?.activity === activity && isRight(status) ? status : null;
    });

  const expectOrderlyEnd = async (site: Site, stage: string): Promise<void> => {
    const ended = await site.daemon?.end("SIGTERM");
    expect(ended?.status, `exit status after SIGTERM ${stage}`).toBe(0);
    expect(ended?.tookMs, `ms from SIGTERM ${stage} to the end`).toBeLessThan(CLOSING_LIMIT_MS);
  };

  const isWaitingFor =
    (site: Site) =>
    ({waitingFor}: NodeStatus): boolean =>
      waitingFor.length === 1 && waitingFor[0] === site.name;

  it(
    "the first to come waits and says for whom; told to end then, it does so in time",
    async () => {
      await consortium.start(north);
      const {round} = await at(north, "waiting", isWaitingFor(south));
      expect(round).toBe(0);
      await expectOrderlyEnd(north, "while waiting");
    },
    TEST_LIMIT_MS,
  );

  it(
    "one that goes away is waited for by name; back, it goes on where it was",
    async () => {
      const first = await consortium.start(north);
      await consortium.start(south, first);
      await passed(consortium, {sites: [north, south], round: 3, limitMs: STEP_LIMIT_MS});
      await at(north, "training");
      await expectOrderlyEnd(north, "while training");
      const {round} = await at(south, "waiting", isWaitingFor(north));
      const {round: later} = await at(south, "waiting", isWaitingFor(north));
      expect(later, "nothing is decided alone").toBe(round);
      const [there] = await consortium.statuses([south]);
      const back = await consortium.start(north, there);
      expect(back.round, "the round to which it comes back").toBeGreaterThanOrEqual(round - 1);
      await passed(consortium, {sites: [north, south], round, limitMs: STEP_LIMIT_MS});
    },
    TEST_LIMIT_MS,
  );

  it(
    "one that is told to end while it exchanges does so in time",
    async () => {
      await at(north, "training");
      north.daemon?.signal("SIGSTOP");
      // South either announces its own part, or finds itself in an exchange that north had just joined.
      const {activity} = await consortium.until("south to need north", STEP_LIMIT_MS, async () => {
        const status = await south.daemon?.status();
        return status?.ready.includes("south") === true ? status : null;
      });
      const [leaver, other] = activity === "exchanging" ? [south, north] : [north, south];
      if (leaver === north) {
        south.daemon?.signal("SIGSTOP");
        north.daemon?.signal("SIGCONT");
        // All are ready then, unless south was stopped before it had announced its part: north waits for it.
        await consortium.until("north's part", STEP_LIMIT_MS, async () => {
          const status = await north.daemon?.status();
          return status?.ready.includes("north") === true ? status : null;
        });
      }
      await expectOrderlyEnd(leaver, "while exchanging");
      other.daemon?.signal("SIGCONT");
      const [there] = await consortium.statuses([other]);
      await consortium.start(leaver, there);
    },
    TEST_LIMIT_MS,
  );

  it(
    "both end with the same model, and after SIGTERM with exit status 0",
    async () => {
      await expectSameModel(consortium, [north, south], STEP_LIMIT_MS);
      for (const site of [north, south]) await expectOrderlyEnd(site, "when finished");
      const history = await expectOneHistory(consortium);
      for (const [round, {body}] of history) expect(body.contributors.length, `round ${round}`).toBe(2);
    },
    TEST_LIMIT_MS,
  );
});
