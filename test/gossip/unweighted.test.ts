import {describe, expect, it} from "vitest";
import {createRandom, sha256} from "../../src/core/index.ts";
import {codecOf, NO_DITHER} from "../../src/parameters/index.ts";
import {releaseUpdate} from "../../src/privacy/index.ts";
import type {Certified, Contribution, SessionSetup} from "../../src/rounds/index.ts";
import {World} from "../../src/simulation/index.ts";
import {LAYOUT, primitivesOf, RUN} from "./consortium.ts";

/** Two sites with f_i(x) = (x - b_i)^2 / 2, n = (9, 1), b = (0, 1); the optimum of the weighted sum is 0.1. */
const SITES: Readonly<Record<string, {readonly patients: number; readonly optimum: number}>> = {
  "member-a": {patients: 9, optimum: 0},
  "member-b": {patients: 1, optimum: 1},
};
const MEMBERS = Object.keys(SITES);
const REFERENCE_PATIENTS = 16;
const LEARNING_RATE = 0.1;
const LOCAL_STEPS = 5;
const ROUNDS = 40;

interface Site {
  readonly patients: number;
  readonly optimum: number;
}

/** What a site hands over, given its update of the common value. */
type Contribute = (site: Site, update: number) => Contribution;

function encode(update: number, weight: number): Contribution {
  const options = {clipNorm: 1e6, codec: codecOf("f32"), dither: NO_DITHER, hash: sha256};
  return releaseUpdate({...options, update: Float32Array.of(update), weight}).release;
}

const weighted: Contribute = ({patients}, update) => encode(update, patients / REFERENCE_PATIENTS);

/** The bug: local progress is added to a mass that mixing has already made equal at all sites. */
const unweighted: Contribute = (_, update) => encode(update, 1 / 2);

function localUpdate({optimum}: Site, start: number): number {
  let value = start;
  for (let step = 0; step < LOCAL_STEPS; step++) value -= LEARNING_RATE * (value - optimum);
  return value - start;
}

/** The value at which the members end, through the real protocol. */
function fixedPoint(contribute: Contribute): number {
  const results = new Map<string, number>();
  const setupOf = (self: string): Omit<SessionSetup, "restored"> => ({
    self,
    run: RUN,
    roster: "ab".repeat(32),
    members: MEMBERS,
    rounds: ROUNDS,
    quorum: "majority",
    start: {members: 2, weight: 0, waitMs: 1000},
    weightShare: 0,
    limits: {minimumMs: 100, maximumMs: 4000},
    primitives: primitivesOf(self),
    specOf: (_, previous) => ({
      mixing: {kind: "all"},
      outer: null,
      codec: codecOf("f32"),
      layout: LAYOUT,
      reference: previous?.snapshot.values ?? Float32Array.of(0.7),
      mixed: 1,
    }),
    shapeOf: () => ({layout: LAYOUT, values: 1}),
  });
  const world = new World({
    members: MEMBERS,
    setupOf,
    contributionOf(member, _round, certified: Certified | null) {
      const site = SITES[member] ?? {patients: 1, optimum: 0};
      return contribute(site, localUpdate(site, certified?.snapshot.values[0] ?? 0.7));
    },
    trainingMs: () => 50,
    random: createRandom({seed: 1, site: "", round: 0, purpose: "latency"}),
    faultAt: () => "none",
    onCertified: (member, {snapshot}) => results.set(member, snapshot.values[0] ?? Number.NaN),
  });
  for (const member of MEMBERS) world.start(member);
  world.run();
  const [first, second] = MEMBERS.map((member) => results.get(member));
  expect(second).toBe(first);
  return first ?? Number.NaN;
}

// algorithms.md 1.2, case 4.
describe("two sites of 9 patients and 1", () => {
  it("end at the optimum of all ten patients, 0.1", () => {
    expect(Math.abs(fixedPoint(weighted) - 0.1)).toBeLessThan(1e-5);
  });

  it("would end half-way between the sites, at 0.5, if they were not weighted: the test above sees it", () => {
    expect(Math.abs(fixedPoint(unweighted) - 0.5)).toBeLessThan(1e-5);
  });
});
