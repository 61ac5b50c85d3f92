import {describe, expect, it} from "vitest";
import {createConsortium, fedAvg} from "./consortium.ts";

describe("a run without faults", () => {
  for (const weights of [[7], [9, 1], [199, 172, 30, 85], [1, 2, 3, 4, 5, 6, 7]]) {
    for (const codec of ["f32", "fp16"] as const) {
      it(`gives all ${weights.length} members the same bytes every round (${codec}, weights ${weights})`, () => {
        const {world, members, certified} = createConsortium({
          seed: 1,
          weights,
          rounds: 6,
          codec,
          startMembers: weights.length,
        });
        for (const member of members) world.start(member);
        world.run();
        const first = certified.get(members[0] ?? "") ?? [];
        expect(first).toHaveLength(6);
        for (const member of members) {
          const hashes = (certified.get(member) ?? []).map(({snapshot}) => snapshot.hash);
          expect(hashes, member).toEqual(first.map(({snapshot}) => snapshot.hash));
        }
        for (const {certificate} of first) expect(certificate.body.contributors).toEqual(members);
      });
    }
  }

  it("ends every round in the weighted mean that central FedAvg gives, for unequal sites", () => {
    const weights = [199, 172, 30, 85];
    const {world, members, certified, weightOf} = createConsortium({
      seed: 3,
      weights,
      rounds: 10,
      values: 40_000,
      startMembers: 4,
    });
    for (const member of members) world.start(member);
    world.run();
    let reference = new Float32Array(40_000);
    for (const {certificate, snapshot} of certified.get(members[2] ?? "") ?? []) {
      const central = fedAvg(
        3,
        certificate.body.round,
        reference,
        members.map((member) => ({member, weight: weightOf(member)})),
      );
      let difference = 0;
      let norm = 0;
      central.forEach((value, index) => {
        difference += (value - (snapshot.values[index] ?? 0)) ** 2;
        norm += value ** 2;
      });
      expect(Math.sqrt(difference / norm), `round ${certificate.body.round}`).toBeLessThan(1e-6);
      reference = Float32Array.from(snapshot.values);
    }
  });
});
