import {describe, expect, it} from "vitest";
import {createConsortium} from "./consortium.ts";
import {dyadicUpdate, expectLawfulHistory} from "./lawful-history.ts";

const SITES = ["north", "south", "east", "west"];
const ROUNDS = 3;

/** The results of a run in which member i is the site of that name; updates are dyadic, weights equal by site. */
function resultsOf(sites: readonly string[]): string[] {
  const {world, members, certified} = createConsortium({
    seed: 8,
    weights: sites.map((site) => 2 ** SITES.indexOf(site)),
    rounds: ROUNDS,
    startMembers: sites.length,
    weightShare: 1,
    updateOf: (member, round) => dyadicUpdate(8, sites[member.charCodeAt(7) - 97] ?? "", round),
  });
  for (const member of members) world.start(member);
  world.run();
  return (certified.get(members[0] ?? "") ?? []).map(({snapshot}) => snapshot.hash);
}

// algorithms.md 1.8, P6: sums of dyadic numbers are exact in any order, so only a wrong use of ids could show.
describe("the members' ids", () => {
  it("change nothing about the result when they are dealt out anew", () => {
    const first = resultsOf(SITES);
    expect(first).toHaveLength(ROUNDS);
    for (const order of [
      ["south", "north", "west", "east"],
      ["west", "east", "south", "north"],
    ]) {
      expect(resultsOf(order)).toEqual(first);
    }
  });
});

// P7
describe("models that are equal", () => {
  it("stay equal to the bit through every round", () => {
    const {world, members, certified} = createConsortium({
      seed: 9,
      weights: [199, 172, 30, 85],
      rounds: ROUNDS,
      updateOf: () => new Float32Array(5),
    });
    for (const member of members) world.start(member);
    world.run();
    const entries = members.flatMap((member) => certified.get(member) ?? []);
    expect(entries).toHaveLength(ROUNDS * members.length);
    expect(new Set(entries.map(({snapshot}) => snapshot.hash)).size).toBe(1);
    expect([...(entries[0]?.snapshot.values ?? [])]).toEqual([0, 0, 0, 0, 0]);
  });
});

// P8: a side without a quorum decides nothing, so merging is going on together from the last common result.
describe("two halves that are parted and come together again", () => {
  it("end as if they had never been parted, whenever it happens", () => {
    const end = (atMs: number | null): (string | undefined)[] => {
      const consortium = createConsortium({
        seed: 10,
        weights: [1, 2, 4, 8],
        rounds: ROUNDS,
        startMembers: 4,
        weightShare: 1,
        updateOf: (member, round) => dyadicUpdate(10, member, round),
      });
      const {world, members, certified} = consortium;
      if (atMs !== null) {
        world.after(atMs, () => {
          const heal = world.partition([members.slice(0, 2), members.slice(2)]);
          world.after(3000, heal);
        });
      }
      for (const member of members) world.start(member);
      world.run(undefined, 100_000);
      return members.map((member) => certified.get(member)?.at(-1)?.snapshot.hash);
    };
    const together = end(null);
    expect(new Set(together).size).toBe(1);
    for (let atMs = 0; atMs <= 600; atMs += 20) expect(end(atMs), `parted at ${atMs} ms`).toEqual(together);
  });
});

describe("histories that once broke a law", () => {
  const reliable = {loss: 0, duplication: 0, reordering: 0, failure: 0};

  it("end when the last word of a member's readiness is lost and the others are done", () => {
    for (let seed = 0; seed < 40; seed++) {
      const link = {...reliable, loss: 0.237, duplication: 0.072};
      expectLawfulHistory({n: 2, seed, link, troubles: [], deaths: []});
    }
  });

  it("end when transfers fail between two members that need each other", () => {
    for (let seed = 0; seed < 40; seed++) {
      expectLawfulHistory({n: 2, seed, link: {...reliable, failure: 0.4}, troubles: [], deaths: []});
    }
  });
});
