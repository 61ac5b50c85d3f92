import {beforeAll, describe, expect, it, vi} from "vitest";
import {besiege, type Outcome} from "./siege.ts";
import {
  expectNoSlander,
  expectPace,
  expectSameContributors,
  inWindow,
  linesWith,
  OBJECTION,
  show,
  windowOf,
} from "./verdicts.ts";

/** Whether mallory leaves every question for bytes open: it neither answers nor refuses. */
const stall = vi.hoisted(() => ({isOn: false}));

vi.mock(import("../../../src/network/libp2p/blob-server.ts"), async (original) => {
  const actual = await original();
  return {
    ...actual,
    createBlobServer(parts) {
      const serve = actual.createBlobServer(parts);
      return async (stream, connection) => (stall.isOn ? undefined : serve(stream, connection));
    },
  };
});

const ACT = "bytes that never come";

describe("a member of four that is ready each round, and never gives its bytes", () => {
  let outcome: Outcome;
  beforeAll(async () => {
    outcome = await besiege({
      acts: [
        {
          name: ACT,
          rounds: 4,
          script({effects}) {
            stall.isOn = true;
            return effects;
          },
        },
        {
          name: "bytes again",
          rounds: 1,
          script({effects}) {
            stall.isOn = false;
            return effects;
          },
        },
      ],
      rounds: 18,
    });
    if (process.env["MALLORY_SHOW"] === "1") show(outcome);
  }, 240_000);

  it("keeps no round up", () => expectPace(outcome, windowOf(outcome, ACT)));

  it("is named by whoever waits for its bytes", () => {
    const window = windowOf(outcome, ACT);
    const told = outcome.survivors.flatMap((survivor) => inWindow(linesWith(survivor, OBJECTION), window));
    expect(told.length).toBeGreaterThanOrEqual(window.last - window.first);
    for (const line of told) expect(line).toMatchObject({member: outcome.liar.name, reason: "unreachable"});
  });

  it("decides nothing", () => expectSameContributors(outcome));

  it("leaves honest members unnamed", () => expectNoSlander(outcome));

  it("has its part again when it gives its bytes", () => {
    const {last} = windowOf(outcome, "bytes again");
    for (const {contributors, site} of outcome.survivors) {
      const later = [...contributors].filter(([round]) => round > last);
      expect(
        later.some(([, names]) => names.includes(outcome.liar.name)),
        site.name,
      ).toBe(true);
    }
  });
});
