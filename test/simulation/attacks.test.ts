import {describe, expect, it} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import {type Attack, type AttackView, alieZ, attackVector} from "../../src/simulation/index.ts";

const random = () => createRandom({seed: 1, site: "bad", round: 0, purpose: "attack"});
/** Three honest members of mean (2, 4) and standard deviations (1, 0) times sqrt(2 / 3); one bad. */
const VIEW: AttackView = {
  honest: [Float64Array.of(1, 4), Float64Array.of(2, 4), Float64Array.of(3, 4)],
  own: [Float64Array.of(7, 7), Float64Array.of(8, 8), Float64Array.of(1, -2)],
  reference: Float64Array.of(5, -6),
  faulty: 1,
  random: random(),
};
const DEVIATION = Math.sqrt(2 / 3);

describe("the z of a little is enough", () => {
  it.each([
    {members: 25, faulty: 5, z: 0.2533},
    {members: 16, faulty: 3, z: 0.0966},
    {members: 50, faulty: 12, z: 0.336},
    {members: 10, faulty: 1, z: 1.5},
    {members: 10, faulty: 2, z: 1.5},
    // The bad are a majority: they need nobody further out.
    {members: 5, faulty: 3, z: 1.5},
  ])("$faulty of $members: $z", ({members, faulty, z}) => {
    expect(alieZ(members, faulty)).toBeCloseTo(z, 4);
  });
});

describe("what a bad member hands over", () => {
  it.each<[string, Attack, readonly number[]]>([
    ["its update turned round", {attack: "sign-flip", factor: 10}, [-10, 20]],
    ["a model of zeros", {attack: "zero"}, [-5, 6]],
    ["NaN", {attack: "not-a-number"}, [Number.NaN, Number.NaN]],
    ["mu - z sigma", {attack: "alie", z: 1.5}, [2 - 1.5 * DEVIATION, 4]],
    ["mu - z sigma, z from the counts", {attack: "alie", z: null}, [2 - alieZ(4, 1) * DEVIATION, 4]],
    ["-epsilon mu", {attack: "inner-product", epsilon: 0.5}, [-1, -2]],
    ["another's update", {attack: "mimic", target: 1}, [2, 4]],
    ["away from the honest", {attack: "dissensus", epsilon: 1.5}, [-9, -18]],
    ["an update that decides the mean", {attack: "model-replacement"}, [4, -8]],
    ["nothing", {attack: "free-rider"}, [0, 0]],
    ["an old update", {attack: "replay", rounds: 1}, [8, 8]],
    ["the oldest update, when older ones are asked for", {attack: "replay", rounds: 9}, [7, 7]],
  ])("%s", (_, attack, expected) => {
    const vector = attackVector(attack, VIEW);
    expect(Array.from(vector, (value) => Number(value.toFixed(12)))).toEqual(
      expected.map((value) => Number(value.toFixed(12))),
    );
  });

  it("noise about the honest mean, drawn from the stream it is given", () => {
    const honest = Array.from({length: 3}, () => new Float64Array(20_000).fill(2));
    const view = {...VIEW, honest};
    const vector = attackVector({attack: "gaussian", deviation: 3}, {...view, random: random()});
    const mean = vector.reduce((sum, value) => sum + value / vector.length, 0);
    const variance = vector.reduce((sum, value) => sum + (value - mean) ** 2 / vector.length, 0);
    // Five standard errors of the mean and of the variance of 20 000 draws.
    expect(Math.abs(mean - 2)).toBeLessThan((5 * 3) / Math.sqrt(20_000));
    expect(Math.abs(variance / 9 - 1)).toBeLessThan(5 * Math.sqrt(2 / 20_000));
    expect(attackVector({attack: "gaussian", deviation: 3}, {...view, random: random()})).toEqual(vector);
  });

  it("is its own copy: a mimic's victim is not touched", () => {
    attackVector({attack: "mimic", target: 0}, VIEW).fill(0);
    attackVector({attack: "replay", rounds: 0}, VIEW).fill(0);
    expect(VIEW.honest[0]).toEqual(Float64Array.of(1, 4));
    expect(VIEW.own[2]).toEqual(Float64Array.of(1, -2));
  });

  it("makes the mean run backwards under inner-product manipulation, as the plain mean's failure needs", () => {
    const bad = attackVector({attack: "inner-product", epsilon: 5}, VIEW);
    const sum = VIEW.honest.reduce((total, update) => total + (update[0] ?? 0), bad[0] ?? 0);
    expect(sum).toBeLessThan(0);
  });
});
