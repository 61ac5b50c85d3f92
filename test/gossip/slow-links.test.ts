import {describe, expect, it} from "vitest";
import {PLAIN_LINK} from "../../src/simulation/index.ts";
import {createConsortium} from "./consortium.ts";

/** Messages take so long that an attempt takes several times the longest deadline of the plan. */
const LATENCY_MS = 1200;
const LIMITS = {minimumMs: 200, maximumMs: 4000};

describe("a network slower than the plan's deadlines", () => {
  for (const absent of [0, 1]) {
    it(`ends every round all the same, with ${absent} of four members absent`, () => {
      const {world, members, certified} = createConsortium({
        seed: 5,
        weights: [4, 3, 2, 1],
        rounds: 4,
        limits: LIMITS,
        linkOf: () => ({...PLAIN_LINK, latencyMs: () => LATENCY_MS}),
      });
      const present = members.slice(absent);
      for (const member of present) world.start(member);
      world.run(() => present.every((member) => certified.get(member)?.length === 4));
      for (const member of present) expect(certified.get(member), member).toHaveLength(4);
    });
  }
});
