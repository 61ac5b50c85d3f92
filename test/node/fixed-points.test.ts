import {describe, expect, it} from "vitest";
import {type Quadratic, type QuadraticPlan, Quadratics} from "./quadratics.ts";

/** Binary32 parameters leave about seven digits of the reference's ten. */
const TOLERANCE = 2e-6;
const OPTIMUM = 1.7368421053;
const CURVATURES = [1, 2, 4, 0.5];
const OPTIMA = [-1, 0, 2, 5];

/** Four sites with a = (1, 2, 4, 0.5), b = (-1, 0, 2, 5) and p = (.1, .2, .3, .4). */
function fourSites(steps: number): Quadratic[] {
  return CURVATURES.map((curvature, index) => ({
    patients: index + 1,
    curvature,
    optimum: OPTIMA[index] ?? 0,
    steps,
  }));
}

async function endOf(sites: readonly Quadratic[], plan: QuadraticPlan, rounds = 120): Promise<number> {
  return (await new Quadratics(sites, plan).rounds(rounds)).model()[0] ?? Number.NaN;
}

describe("federated averaging of quadratics ends at sum c b / sum c, c = p (1 - (1 - eta a)^H)", () => {
  it.each([
    [0.1, 1, OPTIMUM],
    [0.1, 5, 1.7782459417],
    [0.1, 20, 2.131691572],
    [0.05, 20, 1.9035688743],
    [0.01, 100, 1.9070824278],
  ])("with rate %d and %i steps", async (learningRate, steps, expected) => {
    expect(Math.abs((await endOf(fourSites(steps), {learningRate})) - expected)).toBeLessThan(TOLERANCE);
  });

  it("and nearer to the optimum with a proximal term: c = p a (1 - (1 - eta (a + mu))^H) / (a + mu)", async () => {
    const [learningRate, steps, proximal] = [0.1, 20, 2];
    const shares = CURVATURES.map(
      (a, index) =>
        (((index + 1) / 10) * a * (1 - (1 - learningRate * (a + proximal)) ** steps)) / (a + proximal),
    );
    const total = shares.reduce((sum, share) => sum + share, 0);
    const expected = shares.reduce((sum, share, index) => sum + share * (OPTIMA[index] ?? 0), 0) / total;
    const found = await endOf(fourSites(steps), {learningRate, training: {proximal}});
    expect(Math.abs(found - expected)).toBeLessThan(TOLERANCE);
    expect(Math.abs(found - OPTIMUM)).toBeLessThan(Math.abs(2.131691572 - OPTIMUM));
  });
});

describe("drift correction", () => {
  const training = {driftCorrection: "scaffold"} as const;

  it.each<[string, number, QuadraticPlan]>([
    ["5 steps", 5, {learningRate: 0.1, training}],
    ["20 steps", 20, {learningRate: 0.05, training}],
    ["5 steps with momentum", 5, {learningRate: 0.05, momentum: 0.5, training}],
  ])("ends at the optimum after rounds of %s, where averaging does not", async (_, steps, plan) => {
    const end = await endOf(fourSites(steps), plan, 250);
    expect(Math.abs(end - OPTIMUM)).toBeLessThan(1e-5);
    expect(Math.abs((await endOf(fourSites(steps), {...plan, training: {}})) - OPTIMUM)).toBeGreaterThan(
      1e-2,
    );
  });

  it("ends there too when a site is away for some rounds, whose control then counts again", async () => {
    const federation = new Quadratics(fourSites(5), {learningRate: 0.1, training});
    for (let round = 0; round < 10; round++) await federation.round((site) => round % 3 !== 1 || site !== 3);
    await federation.rounds(250);
    expect(Math.abs((federation.model()[0] ?? 0) - OPTIMUM)).toBeLessThan(1e-5);
  });

  it("ends there when sites take different numbers of steps", async () => {
    const sites = fourSites(5).map((site, index) => ({...site, steps: 1 + 3 * index}));
    expect(Math.abs((await endOf(sites, {learningRate: 0.05, training}, 250)) - OPTIMUM)).toBeLessThan(1e-5);
  });
});

describe("two sites of equal weight, a = 1, b = (0, 1), that take 1 and 9 steps", () => {
  const sites: Quadratic[] = [
    {patients: 8, curvature: 1, optimum: 0, steps: 1},
    {patients: 8, curvature: 1, optimum: 1, steps: 9},
  ];

  it.each([
    [0.1, 0.859665, 0.40499],
    [0.01, 0.896355, 0.490035],
  ])(
    "with rate %d end at %d, and normalised by their steps at %d",
    async (learningRate, plain, normalised) => {
      // The slower of the two shrinks its error by .95 a round.
      const rounds = 400;
      expect(await endOf(sites, {learningRate}, rounds)).toBeCloseTo(plain, 5);
      const fednova = {learningRate, training: {normalisation: "fednova"}} as const;
      expect(await endOf(sites, fednova, rounds)).toBeCloseTo(normalised, 5);
    },
  );

  it("as many steps at each give what averaging gives", async () => {
    const even = sites.map((site) => ({...site, steps: 4}));
    const averaged = await endOf(even, {learningRate: 0.1}, 20);
    const fednova = {learningRate: 0.1, training: {normalisation: "fednova"}} as const;
    expect(await endOf(even, fednova, 20)).toBeCloseTo(averaged, 6);
  });
});

describe("the outer step", () => {
  it("follows a loop in binary64: v = mom v + D, z = z - lr (mom v + D)", async () => {
    const [learningRate, outer, steps] = [0.1, {learningRate: 0.7, momentum: 0.9}, 5];
    const federation = new Quadratics(fourSites(steps), {learningRate, outer});
    let [model, velocity] = [0, 0];
    for (let round = 0; round < 50; round++) {
      await federation.round();
      let mean = 0;
      for (const {patients, curvature, optimum} of fourSites(steps)) {
        let value = model;
        for (let step = 0; step < steps; step++) value -= learningRate * curvature * (value - optimum);
        mean += (patients / 10) * value;
      }
      const difference = model - mean;
      velocity = outer.momentum * velocity + difference;
      model -= outer.learningRate * (outer.momentum * velocity + difference);
      expect(Math.abs((federation.model()[0] ?? 0) - model), `round ${round}`).toBeLessThan(TOLERANCE);
      const carried = federation.certified?.snapshot.values ?? new Float32Array();
      expect(carried, "the velocity is in the snapshot, where a late member finds it").toHaveLength(2);
      expect(Math.abs((carried[1] ?? 0) - velocity)).toBeLessThan(TOLERANCE);
    }
  });

  it("with rate 1 and no momentum gives the bytes of averaging", async () => {
    const plain = await new Quadratics(fourSites(5), {learningRate: 0.1}).rounds(10);
    const outer = {learningRate: 1, momentum: 0};
    const stepped = await new Quadratics(fourSites(5), {learningRate: 0.1, outer}).rounds(10);
    expect(stepped.model()).toEqual(plain.model());
  });
});
