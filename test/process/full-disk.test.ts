import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {expectOneHistory, readCertificates} from "./certificates.ts";
import {type Consortium, createConsortium, type Site} from "./consortium.ts";
import {expectSameModel, passed, startAll} from "./progress.ts";
import {canMount, moveToSmallDisk, type SmallDisk} from "./small-disk.ts";

const STEP_LIMIT_MS = 60_000;
const END_LIMIT_MS = 120_000;
const TEST_LIMIT_MS = 240_000;
/** Room for 42 rounds with their ledger. */
const DISK_BYTES = 768 * 1024;
/** Enough for the round under way: the disk gets full in the middle of the work, not at a chosen write. */
const FREE_PAGES = 2;

const isPossible = canMount();
if (!isPossible) console.log("skipped: this user cannot mount a small disk; nobody's disk gets full");

describe.skipIf(!isPossible)("a member whose disk gets full", () => {
  let consortium: Consortium;
  let disk: SmallDisk;
  let north: Site;
  let east: Site;

  beforeAll(async () => {
    consortium = await createConsortium({
      sites: ["north", "south", "east"],
      rounds: 40,
      localSteps: 20,
      deadline: {minimumSeconds: 0.2, maximumSeconds: 4},
    });
    north = consortium.site("north");
    east = consortium.site("east");
    disk = await moveToSmallDisk(east.state, DISK_BYTES);
  }, TEST_LIMIT_MS);
  afterAll(async () => {
    disk.unmount();
    await consortium.close();
  });

  it(
    "ends with STORAGE_FULL in one line and status 74; with space again, it resumes and ends like the others",
    async () => {
      await startAll(consortium, consortium.sites);
      await passed(consortium, {sites: [east], round: 5, limitMs: STEP_LIMIT_MS});
      await disk.fill(FREE_PAGES);
      const ended = await consortium.until("the end of the daemon without space", STEP_LIMIT_MS, () =>
        east.daemon?.hasEnded() === true ? east.daemon.ended : null,
      );
      const lines = east.daemon?.lines ?? [];
      expect(lines.at(-1)).toMatch(
        /^STORAGE_FULL: no room to write .*Free space on that disk, then restart\.$/,
      );
      expect(lines.filter((line) => line.includes("STORAGE_")).length, lines.slice(-5).join("\n")).toBe(1);
      expect(ended.status).toBe(74);

      const others = consortium.sites.filter((site) => site !== east);
      const [{round} = {round: 0}] = await consortium.statuses([north]);
      const seen = await passed(consortium, {sites: others, round, limitMs: STEP_LIMIT_MS});
      await disk.free();
      const before = await readCertificates(consortium, east);
      await consortium.start(east, seen[0]);
      await expectSameModel(consortium, consortium.sites, END_LIMIT_MS);
      for (const {name, daemon} of consortium.sites) {
        expect((await daemon?.end("SIGTERM"))?.status, name).toBe(0);
      }
      await expectOneHistory(consortium);
      const after = await readCertificates(consortium, east);
      expect(before.length).toBeGreaterThan(5);
      expect(after.slice(0, before.length), "what it had written is still there").toEqual(before);
    },
    TEST_LIMIT_MS,
  );
});
