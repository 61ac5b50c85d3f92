import {describe, expect, it} from "vitest";
import {createSegments} from "./segment-consortium.ts";

describe("an asynchronous segment of swaps", () => {
  it("ends in one certified model near everyone's", () => {
    const targets = [-1, 0, 2, 5];
    const {world, members, certified} = createSegments({
      seed: 1,
      weights: [0.125, 0.25, 0.25, 0.375],
      work: (member, _, start) => start.map((value) => 0.2 * ((targets[member] ?? 0) - value)),
      unitMs: (member) => 200 + 50 * member,
      spec: {units: 60},
    });
    for (const member of members) world.start(member);
    world.run(undefined, 200_000);
    const results = members.map((member) => certified.get(member)?.at(-1)?.certificate.body.result);
    expect(new Set(results).size).toBe(1);
    const [x] = certified.get(members[0] ?? "")?.[0]?.snapshot.values ?? [];
    console.log(x, world.nowMs, members.map((m) => world.sessionOf(m)?.view()), world.reports);
    expect(x).toBeGreaterThan(2);
  });
});
