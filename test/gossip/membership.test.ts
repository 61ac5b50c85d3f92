import {describe, expect, it} from "vitest";
import type {Effect} from "../../src/rounds/index.ts";
import type {Fault} from "../../src/simulation/index.ts";
import {createConsortium, fedAvg, train} from "./consortium.ts";

type Consortium = ReturnType<typeof createConsortium>;

function startAll({world, members}: Consortium): void {
  for (const member of members) world.start(member);
}

/** Lets virtual time pass, whatever happens in it. */
function pass({world}: Consortium, durationMs: number): void {
  const untilMs = world.nowMs + durationMs;
  world.after(durationMs, () => {});
  world.run(() => world.nowMs >= untilMs, 200_000);
}

function missingReports({world}: Consortium): (readonly string[])[] {
  return world.reports.flatMap(({report}) => (report.kind === "waiting" ? [report.missing] : []));
}

/** Contributors of each round, as `member` saw them certified. */
function contributorsBy({certified}: Consortium, member: string): (readonly string[])[] {
  return (certified.get(member) ?? []).map(({certificate}) => certificate.body.contributors);
}

/** Largest relative difference, over the members' rounds, of sum n_i x_i before and after the round. */
function expectConserved(consortium: Consortium, seed: number, values: number): void {
  const {members, certified, weightOf} = consortium;
  let reference = new Float32Array(values);
  for (const {certificate, snapshot} of certified.get(members[0] ?? "") ?? []) {
    const {round, contributors} = certificate.body;
    const before = new Float64Array(values);
    for (const member of contributors) {
      train(seed, member, round, reference).forEach((value, index) => {
        before[index] = (before[index] ?? 0) + weightOf(member) * value;
      });
    }
    const weight = contributors.reduce((sum, member) => sum + weightOf(member), 0);
    expect(certificate.body.weight, `round ${round}`).toBe(weight);
    const after = Float64Array.from(snapshot.values, (value) => weight * value);
    const error = Math.hypot(...after.map((value, index) => value - (before[index] ?? 0)));
    expect(error / Math.hypot(...before), `round ${round}`).toBeLessThan(1e-6);
    reference = Float32Array.from(snapshot.values);
  }
}

describe.each([1, 2, 3, 24])("%i members", (count) => {
  it("finish with the same bytes, everyone in every round, and conserve sum n_i x_i", () => {
    const weights = Array.from({length: count}, (_, index) => 1 + ((37 * index) % 40));
    const consortium = createConsortium({seed: 4, weights, rounds: 3, startMembers: count});
    startAll(consortium);
    const {world, members, certified} = consortium;
    world.run(undefined, 200_000);
    const hashes = members.map((member) =>
      (certified.get(member) ?? []).map(({snapshot}) => snapshot.hash).join(),
    );
    expect(new Set(hashes).size).toBe(1);
    expect(contributorsBy(consortium, members[0] ?? "")).toEqual([members, members, members]);
    expectConserved(consortium, 4, 5);
  });
});

describe("the first round", () => {
  it("begins with as many members as the plan says, not with fewer, and says whom it waits for", () => {
    const consortium = createConsortium({seed: 3, weights: [10, 20, 30, 40], rounds: 2, startMembers: 3});
    const {world, members, certified} = consortium;
    for (const member of members.slice(0, 2)) world.start(member);
    pass(consortium, 60_000);
    expect(members.map((member) => certified.get(member)?.length)).toEqual([0, 0, 0, 0]);
    expect(missingReports(consortium).at(-1)).toEqual(expect.arrayContaining(members.slice(2)));
    world.start(members[2] ?? "");
    world.run(() => members.slice(0, 3).every((member) => world.sessionOf(member)?.view().isFinished));
    expect(contributorsBy(consortium, "member-a")[0]).toEqual(members.slice(0, 3));
  });

  it("waits for the others as long as the plan says once enough are ready, whoever was to lead it", () => {
    for (const late of ["member-a", "member-b", "member-c", "member-d"]) {
      for (const [lateMs, isIn] of [
        [1500, true],
        [9000, false],
      ] as const) {
        const consortium = createConsortium({seed: 3, weights: [10, 20, 30, 40], rounds: 2, startMembers: 3});
        const {world, members} = consortium;
        const punctual = members.filter((member) => member !== late);
        for (const member of punctual) world.start(member);
        world.after(lateMs, () => world.start(late));
        world.run(() => punctual.every((member) => world.sessionOf(member)?.view().isFinished));
        const [first] = contributorsBy(consortium, punctual[0] ?? "");
        expect(first?.includes(late), `${late} comes after ${lateMs} ms`).toBe(isIn);
      }
    }
  });
});

describe("a round without enough of the weight", () => {
  it("is not decided by a majority of small members: they wait, say for whom, and go on when it comes", () => {
    const weights = [10, 20, 30, 400];
    const consortium = createConsortium({seed: 6, weights, rounds: 3, startMembers: 4, weightShare: 0.5});
    const {world, certified} = consortium;
    startAll(consortium);
    world.run(() => certified.get("member-a")?.length === 1);
    world.crash("member-d");
    pass(consortium, 30_000);
    expect(certified.get("member-a")).toHaveLength(1);
    expect(missingReports(consortium).at(-1)).toEqual(["member-d"]);
    world.start("member-d");
    world.run(undefined, 200_000);
    for (const contributors of contributorsBy(consortium, "member-a"))
      expect(contributors).toContain("member-d");
    expect(certified.get("member-a")).toHaveLength(3);
    expectConserved(consortium, 6, 5);
  });

  it("is decided without a small member when the rest has the weight", () => {
    const consortium = createConsortium({
      seed: 6,
      weights: [10, 200, 300, 400],
      rounds: 3,
      startMembers: 4,
      weightShare: 0.9,
    });
    const {world, certified, members} = consortium;
    startAll(consortium);
    world.run(() => certified.get("member-b")?.length === 1);
    world.crash("member-a");
    world.run();
    expect(contributorsBy(consortium, "member-b").at(-1)).toEqual(members.slice(1));
  });
});

describe("a member whose training takes too long", () => {
  it("is named absent, does not hold up the others, and is in again when it is fast", () => {
    const consortium = createConsortium({
      seed: 9,
      weights: [50, 60, 70, 80],
      rounds: 8,
      startMembers: 4,
      trainingMs: (member, round) => (member === "member-c" && round >= 2 && round <= 3 ? 30_000 : 100),
    });
    const {world, members, certified} = consortium;
    startAll(consortium);
    world.run();
    const rounds = contributorsBy(consortium, "member-a");
    expect(rounds).toHaveLength(8);
    expect(rounds[1]).toEqual(members);
    expect(rounds[2]).toEqual(["member-a", "member-b", "member-d"]);
    expect(rounds.at(-1)).toEqual(members);
    // Nobody waited for all of its 30 s.
    expect(world.nowMs).toBeLessThan(30_000);
    const ends = members.map((member) => certified.get(member)?.at(-1)?.snapshot.hash);
    expect(new Set(ends).size).toBe(1);
    expectConserved(consortium, 9, 5);
  });
});

describe("a vector of many chunks", () => {
  const VALUES = 40_000;
  const options = {seed: 12, weights: [199, 172, 30, 85], rounds: 1, values: VALUES};

  it("is mixed as one, with each member count and codec", () => {
    for (const codec of ["f32", "fp16"] as const) {
      for (const weights of [[7, 9], [7, 9, 2], options.weights]) {
        const consortium = createConsortium({...options, weights, codec, startMembers: weights.length});
        startAll(consortium);
        consortium.world.run();
        const hashes = consortium.members.map(
          (member) => consortium.certified.get(member)?.at(-1)?.snapshot.hash,
        );
        expect(new Set(hashes).size, `${weights.length} members, ${codec}`).toBe(1);
      }
    }
  });

  const moments: readonly [string, (effect: Effect) => boolean][] = [
    ["before it has summed", (effect) => effect.type === "fetch"],
    ["when it has summed", (effect) => effect.type === "publish-mixture"],
    ["when it has told one of its sum", (effect) => effect.type === "send" && effect.frame.type === "summed"],
  ];
  for (const [moment, isMoment] of moments) {
    for (const fault of ["crash-before", "crash-after"] as const) {
      it(`is mixed by the survivors when an owner dies ${moment} (${fault})`, () => {
        for (const victim of ["member-a", "member-b", "member-c", "member-d"]) {
          let isHit = false;
          const faultAt = (member: string, effect: Effect): Fault => {
            if (isHit || member !== victim || !isMoment(effect)) return "none";
            isHit = true;
            return fault;
          };
          const consortium = createConsortium({...options, faultAt});
          startAll(consortium);
          const {world, members, certified} = consortium;
          const others = members.filter((member) => member !== victim);
          world.run(() => others.every((member) => world.sessionOf(member)?.view().isFinished === true));
          expect(isHit, victim).toBe(true);
          const [first] = certified.get(others[0] ?? "") ?? [];
          expect(first?.certificate.body.contributors, victim).toEqual(others);
          const entries = others.map((member) => ({member, weight: consortium.weightOf(member)}));
          const central = fedAvg(options.seed, 0, new Float32Array(VALUES), entries);
          const worst = central.reduce(
            (most, value, index) => Math.max(most, Math.abs(value - (first?.snapshot.values[index] ?? 0))),
            0,
          );
          expect(worst, victim).toBeLessThan(1e-5);
        }
      });
    }
  }
});
