import {describe, expect, it} from "vitest";
import {dayFaults, shortDay} from "../../scripts/evidence/scripted-day.ts";

const TEST_LIMIT_MS = 480_000;

describe("four minutes of four daemons with a script of mishaps", () => {
  it(
    "in which the health of each is what an outside observer computes from its certificates",
    async () => {
      const report = await shortDay(Number(process.env["CONSILIUM_TEST_SEED"] ?? 1));
      console.log(JSON.stringify(report));
      expect(dayFaults(report)).toEqual([]);
      expect(report.incidents.length).toBeGreaterThanOrEqual(4);
      // What lasts longer than is allowed is seen; a slow member may still be in time.
      const lasting = report.incidents.filter(({mishap}) => mishap !== "slow");
      for (const {mishap, site, unhealthy_after_seconds: after} of lasting)
        expect(after, `${mishap} at ${site} is seen`).not.toBeNull();
    },
    TEST_LIMIT_MS,
  );
});
