import {beforeAll, describe, expect, it} from "vitest";
import type {Site} from "../consortium.ts";
import {FLOODS, pour} from "./floods.ts";
import {besiege, type Outcome, type Siege} from "./siege.ts";
import {
  expectNoSlander,
  expectPace,
  expectSameContributors,
  expectWellBeing,
  linesWith,
  show,
} from "./verdicts.ts";

const KEPT_OUT = "a member is kept out for a time";
const WAVES = 2;
/** Who floods is late as well: as the leader of a ballot, and in the attempt of the next one. */
const DEADLINES = 2;
const STEP_LIMIT_MS = 40_000;
const ROUNDS = 60;

describe("a member of four that floods the three others, each with another kind", () => {
  let outcome: Outcome;

  const timesOut = async ({daemon}: Site, name: string): Promise<number> => {
    const status = await daemon?.status();
    return status?.peers.find((peer) => peer.name === name)?.link.exclusions ?? 0;
  };

  const flood = async ({consortium, honest, mallory, liar}: Siege): Promise<void> => {
    const kinds = Object.entries(FLOODS);
    for (let wave = 0; wave < WAVES; wave++) {
      await consortium.until("mallory's links", STEP_LIMIT_MS, () => (mallory.isLinked() ? true : null));
      await Promise.all(
        honest.map(async (site, at) => {
          const [name, frames] = kinds[wave * honest.length + at] ?? [];
          if (frames === undefined) throw new Error("there are too few floods");
          let isOver = false;
          const pouring = pour(mallory, site.peerId, {flood: frames, isOver: () => isOver});
          await consortium.until(`${site.name} to keep mallory out for ${name}`, STEP_LIMIT_MS, async () =>
            (await timesOut(site, liar.name)) > wave ? true : null,
          );
          isOver = true;
          await pouring;
        }),
      );
    }
  };

  beforeAll(async () => {
    outcome = await besiege({acts: [], rounds: ROUNDS, beside: flood});
    if (process.env["MALLORY_SHOW"] === "1") show(outcome);
  }, 240_000);

  it("is kept out by each, for each flood", () => {
    expect(Object.keys(FLOODS)).toHaveLength(WAVES * outcome.survivors.length);
    for (const {site, status} of outcome.survivors) {
      const {link} = status.peers.find(({name}) => name === outcome.liar.name) ?? {};
      expect(link?.exclusions, `times out at ${site.name}`).toBeGreaterThanOrEqual(WAVES);
    }
  });

  it("is named in the log and the status of each", () => {
    for (const survivor of outcome.survivors) {
      const named = linesWith(survivor, KEPT_OUT).map(({peer}) => peer);
      expect(named.length, survivor.site.name).toBeGreaterThanOrEqual(WAVES);
      expect(new Set(named), survivor.site.name).toEqual(new Set([outcome.liar.name]));
    }
  });

  it("decides nothing and keeps no round up", () => {
    const window = {first: outcome.opening, last: ROUNDS};
    expectPace(outcome, window, DEADLINES);
    expectSameContributors(outcome);
  });

  it("leaves honest members unnamed", () => expectNoSlander(outcome));

  it("leaves memory flat and health told in time", () => expectWellBeing(outcome));
});
