import {describe, expect, it} from "vitest";
import {type OuterOptimizer, outerStep} from "../../src/parameters/index.ts";
import type {RoundMixing} from "../../src/rounds/index.ts";
import {createConsortium, fedAvg} from "./consortium.ts";

const WEIGHTS = [199, 172, 30, 85];
const VALUES = 6;
const ROUNDS = 5;

function run(outer: OuterOptimizer | undefined, mixing: RoundMixing = {kind: "all"}) {
  const options = {seed: 12, weights: WEIGHTS, rounds: ROUNDS, values: VALUES, startMembers: 4, mixing};
  const consortium = createConsortium(outer === undefined ? options : {...options, outer});
  for (const member of consortium.members) consortium.world.start(member);
  consortium.world.run();
  return consortium;
}

describe("outer Nesterov", () => {
  it.each<[string, RoundMixing]>([
    ["all", {kind: "all"}],
    ["base", {kind: "schedule", schedule: {name: "base", peers: 1}}],
  ])("takes the steps that a loop by hand takes, with the same bytes at everyone (%s)", (_, mixing) => {
    const outer = {learningRate: 0.7, momentum: 0.9};
    const {members, certified, weightOf} = run(outer, mixing);
    let [x, v] = [new Float64Array(VALUES), new Float64Array(VALUES)];
    for (let round = 0; round < ROUNDS; round++) {
      const entries = members.map((member) => ({member, weight: weightOf(member)}));
      const mean = fedAvg(12, round, Float32Array.from(x), entries);
      const gradient = x.map((value, index) => value - (mean[index] ?? 0));
      v = v.map((speed, index) => outer.momentum * speed + (gradient[index] ?? 0));
      x = x.map((value, index) => value - 0.7 * (0.9 * (v[index] ?? 0) + (gradient[index] ?? 0)));
      for (const member of members) {
        const {snapshot, certificate} = certified.get(member)?.[round] ?? {};
        expect(certificate?.body.contributors).toHaveLength(4);
        expect(snapshot?.hash).toBe(certified.get("member-a")?.[round]?.snapshot.hash);
        [...x, ...v].forEach((value, index) => {
          expect(Math.abs(value - (snapshot?.values[index] ?? Number.NaN)), `round ${round}`).toBeLessThan(
            2e-5,
          );
        });
      }
    }
  });

  it("with rate 1 and no momentum is plain averaging, but for a rounding", () => {
    const plain = run(undefined);
    const stepped = run({learningRate: 1, momentum: 0});
    const [one, other] = [plain, stepped].map(
      ({certified}) => certified.get("member-b")?.at(-1)?.snapshot.values,
    );
    for (let index = 0; index < VALUES; index++) {
      expect(Math.abs((one?.[index] ?? 0) - (other?.[index] ?? Number.NaN))).toBeLessThan(2e-6);
    }
  });

  it("carries on what lies behind the velocity", () => {
    const reference = Float32Array.of(1, 2, 0.5, -0.5, 7, 8);
    const next = outerStep(reference, Float32Array.of(0, 2), {size: 2, learningRate: 0.5, momentum: 0.5});
    // D = (1, 0); v = (1.25, -0.25); x - 0.5 (0.5 v + D).
    expect([...next]).toEqual([1 - 0.5 * (0.625 + 1), 2 - 0.5 * -0.125, 1.25, -0.25, 7, 8]);
  });

  it("reaches a member that missed rounds: the velocity is part of the certified model", () => {
    const {world, members, certified} = createConsortium({
      seed: 3,
      weights: WEIGHTS,
      rounds: ROUNDS,
      values: VALUES,
      outer: {learningRate: 0.7, momentum: 0.9},
    });
    for (const member of members) world.start(member);
    world.run(() => (certified.get("member-a")?.length ?? 0) >= 1);
    world.crash("member-c");
    world.run(() => (certified.get("member-a")?.length ?? 0) >= 3);
    world.start("member-c");
    world.run(() => members.every((member) => world.sessionOf(member)?.view().isFinished));
    const last = members.map((member) => certified.get(member)?.at(-1)?.snapshot.hash);
    expect(new Set(last).size).toBe(1);
  });
});
