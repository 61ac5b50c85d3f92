import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {OwnHistory} from "./own-history.ts";

const action = fc.oneof(
  {weight: 5, arbitrary: fc.constant({type: "done"} as const)},
  {
    weight: 6,
    arbitrary: fc.record({type: fc.constant("disk" as const), writes: fc.integer({min: 1, max: 4})}),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("decide" as const),
      isUsed: fc.boolean(),
      isSeen: fc.integer({min: 0, max: 3}).map((die) => die > 0),
    }),
  },
  {weight: 1, arbitrary: fc.record({type: fc.constant("restart" as const), writes: fc.nat(3)})},
);

describe("random histories of a site, with missed rounds and restarts", () => {
  it("never apply an update twice, never lose one worth keeping, and leave on disk what is needed", () => {
    const seen = {used: 0, unused: 0, unknown: 0, progress: 0, restarts: 0};
    fc.assert(
      fc.property(fc.array(action, {minLength: 20, maxLength: 60}), (actions) => {
        const history = new OwnHistory();
        for (const each of actions) {
          if (each.type === "done") history.done();
          else if (each.type === "disk") history.write(each.writes);
          else if (each.type === "decide") history.decide(each);
          else history.restart(each.writes);
        }
        history.writeAll();
        expect(history.blobs()).toEqual(history.expectedBlobs());
        for (const key of Object.keys(seen) as (keyof typeof seen)[]) seen[key] += history.seen[key];
      }),
      {numRuns: 300},
    );
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(50);
  });
});
