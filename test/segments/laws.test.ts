import fc from "fast-check";
import {describe, expect, it} from "vitest";
import type {AsyncSpec, Report} from "../../src/rounds/index.ts";
import {runs} from "../setup/thorough.ts";
import {createSegments, type SegmentOptions} from "./segment-consortium.ts";

const PARTITIONS = runs(8, 300);
const WEIGHTS = [0.125, 0.5, 0.25, 0.0625];

/** A consortium whose members move once, in their first unit, and only mix afterwards. */
function mixing(options: Partial<SegmentOptions> & {readonly spec?: Partial<AsyncSpec>}) {
  return createSegments({
    seed: 9,
    weights: WEIGHTS,
    work: (member, unit) => Float32Array.from([unit === 0 ? 1 + 3 * member : 0, unit === 0 ? -member : 0, 0]),
    unitMs: (member) => 100 + 30 * member,
    ...options,
    spec: {units: 25, maximumLead: Number.POSITIVE_INFINITY, abandonMs: 1e9, ...options.spec},
  });
}

function end({world, members}: ReturnType<typeof createSegments>, watch: () => void = () => {}): void {
  for (const member of members) world.start(member);
  world.run(() => {
    watch();
    return members.every((member) => world.sessionOf(member)?.view().isFinished === true);
  }, 400_000);
}

function resultsOf({members, certified}: ReturnType<typeof createSegments>): number[][] {
  return members.map((member) => [...(certified.get(member)?.at(-1)?.snapshot.values ?? [])]);
}

/** Squared distance of all masses from their mean, weights included. */
function spreadOf(masses: readonly {readonly values: Float64Array; readonly weight: number}[]): number {
  const vectors = masses.map(({values, weight}) => [...values, weight]);
  const mean = (vectors[0] ?? []).map(
    (_, index) => vectors.reduce((sum, vector) => sum + (vector[index] ?? 0), 0) / vectors.length,
  );
  return vectors.reduce(
    (sum, vector) => sum + vector.reduce((own, value, index) => own + (value - (mean[index] ?? 0)) ** 2, 0),
    0,
  );
}

const PAIRS: readonly [string, AsyncSpec["schedule"]][] = [
  ["random pairs", null],
  ["base of one peer", {name: "base", peers: 1}],
];
/** With several exchanges from one mass the law holds for whole phases; some of a phase can be better than all. */
const PHASES: readonly [string, AsyncSpec["schedule"]][] = [
  ...PAIRS,
  ["base of two peers", {name: "base", peers: 2}],
  ["complete", {name: "complete", steps: 1}],
];

/** Spreads of nine members' masses, after every event from when each has ended `units` units. */
function spreads(schedule: AsyncSpec["schedule"], units: number): number[] {
  const weights = Array.from({length: 9}, (_, index) => (1 + index) / 16);
  const consortium = mixing({weights, spec: {schedule}, unitMs: () => 400});
  const found: number[] = [];
  end(consortium, () => {
    const segments = consortium.members.map((member) => consortium.world.sessionOf(member)?.view().segment);
    if (segments.every((segment) => segment?.stage === "running" && segment.units >= units)) {
      found.push(spreadOf(consortium.settled()));
    }
  });
  return found;
}

describe("swaps alone", () => {
  it.each(PAIRS)("never spread the masses: %s", (_, schedule) => {
    // By the second unit no exchange is left that began before everybody had moved.
    const found = spreads(schedule, 2);
    const grown = found.filter(
      (spread, index) => spread > (found[index - 1] ?? spread) * (1 + 1e-12) + 1e-12,
    );
    expect(grown).toEqual([]);
    expect(found.length).toBeGreaterThan(100);
  });

  it.each(PHASES)("bring the masses together: %s", (_, schedule) => {
    const found = spreads(schedule, 1);
    expect(found.at(-1)).toBeLessThan(1e-3 * (found[0] ?? 0));
  });

  it.each(["f32", "fp16", "int8"] as const)(
    "leave equal models bit-equal, whatever they weigh: %s",
    (codec) => {
      const reference = Float32Array.from([0.1, -1e-9, 3e4]);
      const consortium = mixing({codec, reference, work: () => new Float32Array(3)});
      const seen = new Set<string>();
      let exchanges = 0;
      end(consortium, () => {
        for (const member of consortium.members) {
          const segment = consortium.world.sessionOf(member)?.view().segment;
          if (segment != null) seen.add(segment.estimate().join());
          exchanges = Math.max(exchanges, segment?.exchanges ?? 0);
        }
      });
      expect([...seen]).toEqual([reference.join()]);
      expect(exchanges).toBeGreaterThan(10);
      expect(resultsOf(consortium)).toEqual(WEIGHTS.map(() => [...reference]));
    },
  );

  it("apply no exchange twice when every frame arrives three times", () => {
    const decided = new Set<string>();
    const consortium = mixing({
      copies: (frame, from) => {
        if (frame.type === "commit") decided.add(`${from} ${frame.incarnation} ${frame.seq}`);
        return 3;
      },
    });
    const applied = new Map<string, number>();
    end(consortium, () => {
      for (const member of consortium.members) {
        const segment = consortium.world.sessionOf(member)?.view().segment;
        if (segment != null) applied.set(member, segment.exchanges);
      }
    });
    const total = [...applied.values()].reduce((sum, count) => sum + count, 0);
    expect(decided.size).toBeGreaterThan(20);
    // Both sides of each, but for one whose other side saw the end of the segment before it was counted here.
    expect(Math.abs(total - 2 * decided.size)).toBeLessThanOrEqual(1);
  });

  it(`end where they would have without a partition, whenever and however they part (${PARTITIONS} times)`, () => {
    // (0.125 * 1 + 0.5 * 4 + 0.25 * 7 + 0.0625 * 10) / 0.9375
    const expected = 4.8;
    const undisturbed = mixing({});
    end(undisturbed);
    for (const [x] of resultsOf(undisturbed)) expect(x).toBeCloseTo(expected, 6);
    fc.assert(
      fc.property(
        fc.nat(1 << 20),
        fc.integer({min: 0, max: 2000}),
        fc.integer({min: 1, max: 1500}),
        fc.integer({min: 1, max: 7}),
        (seed, atMs, forMs, side) => {
          const parted = mixing({seed});
          const {world, members} = parted;
          const [left, right] = [1, 0].map((bit) => members.filter((_, at) => (side >> at) % 2 === bit));
          world.after(atMs, () => {
            const heal = world.partition([left ?? [], right ?? []]);
            world.after(forMs, heal);
          });
          end(parted);
          for (const [x] of resultsOf(parted)) expect(x).toBeCloseTo(expected, 5);
        },
      ),
      {numRuns: PARTITIONS},
    );
  });
});

function reportsOf({world}: ReturnType<typeof createSegments>, kind: Report["kind"]) {
  return world.reports.filter(({report}) => report.kind === kind);
}

describe("an initiator that dies when it has decided", () => {
  /** Two members; `member-a` dies as it would say its first commit. */
  function dieDeciding(abandonMs: number, backAfterMs: number | null) {
    let isDead = false;
    const consortium = mixing({
      weights: [0.5, 0.25],
      // So late that the other has offered nothing yet.
      unitMs: (member, unit) => (member === 1 && unit === 0 ? 2000 : 100),
      spec: {units: 40, abandonMs},
      faultAt: (member, effect) => {
        if (isDead || member !== "member-a" || effect.type !== "send" || effect.frame.type !== "commit")
          return "none";
        isDead = true;
        if (backAfterMs !== null)
          consortium.world.after(backAfterMs, () => consortium.world.start("member-a"));
        return "crash-before";
      },
    });
    for (const member of consortium.members) consortium.world.start(member);
    consortium.world.run(() => isDead, 10_000);
    return consortium;
  }

  it("leaves the other in doubt: it trains on, exchanges with nobody, and applies the exchange when told", () => {
    const consortium = dieDeciding(1e9, 8000);
    const {world, members} = consortium;
    const before = world.sessionOf("member-b")?.view().segment;
    expect(before?.exchanges).toBe(0);
    world.run(() => world.sessionOf("member-a") !== null, 10_000);
    const doubting = world.sessionOf("member-b")?.view().segment;
    expect(doubting?.exchanges).toBe(0);
    expect(doubting?.units).toBeGreaterThan(10);
    world.run(() => members.every((member) => world.sessionOf(member)?.view().isFinished === true), 100_000);
    const [[x] = []] = resultsOf(consortium);
    // (0.5 * 1 + 0.25 * 4) / 0.75: the mass of the exchange is in it once.
    expect(x).toBeCloseTo(2, 6);
    expect(reportsOf(consortium, "mass-undetermined")).toEqual([]);
  });

  it("is given up after the plan's time, and it is told how much mass that concerns", () => {
    const consortium = dieDeciding(3000, null);
    const {world} = consortium;
    world.after(4000, () => {});
    world.run(() => reportsOf(consortium, "mass-undetermined").length > 0, 10_000);
    expect(reportsOf(consortium, "mass-undetermined")).toEqual([
      {
        member: "member-b",
        report: {kind: "mass-undetermined", round: 0, member: "member-a", weight: 0.25},
      },
    ]);
  });
});

describe("members that see different members", () => {
  it("leave the schedule for random pairs, say so once, and end all the same", () => {
    const consortium = mixing({spec: {schedule: {name: "base", peers: 1}}});
    const {world, members} = consortium;
    world.after(50, () => world.cut(members[0] ?? "", members[1] ?? ""));
    let exchanges = 0;
    end(consortium, () => {
      const segments = members.map((member) => world.sessionOf(member)?.view().segment);
      exchanges = Math.max(exchanges, ...segments.map((segment) => segment?.exchanges ?? 0));
    });
    const told = reportsOf(consortium, "views-differ").map(
      ({member, report}) => `${member} ${"member" in report ? report.member : ""}`,
    );
    expect(told.length).toBeGreaterThan(0);
    expect(new Set(told).size).toBe(told.length);
    expect(exchanges).toBeGreaterThan(10);
  });
});

describe("a member that comes when the others are closing", () => {
  it("does not pull their mean back to the snapshot", () => {
    const consortium = mixing({weights: [0.25, 0.25, 0.5], spec: {units: 3}});
    const {world, members, certified} = consortium;
    for (const member of members.slice(0, 2)) world.start(member);
    world.run(() => (certified.get(members[0] ?? "")?.length ?? 0) > 0, 100_000);
    world.start(members[2] ?? "");
    world.run(() => world.isFinished, 100_000);
    expect(certified.get(members[2] ?? "")?.[0]?.certificate.body.contributors).toEqual(members.slice(0, 2));
    expect(resultsOf(consortium)[0]?.[0]).toBeCloseTo(2.5, 6);
  });
});

describe("a member that pushes its model far away in every unit", () => {
  function attacked(isClipped: boolean): number {
    const consortium = createSegments({
      seed: 6,
      weights: [0.25, 0.25, 0.25, 0.25, 0.25],
      values: 1,
      work: (member, _, start) => start.map((x) => (member === 4 ? -50 : 0.2 * (1 - x))),
      unitMs: (member) => 100 + 10 * member,
      spec: {units: 20, abandonMs: 1e6, clipFaulty: isClipped ? 1 : null},
      ...(isClipped
        ? {
            mixing: {
              kind: "robust",
              rule: {rule: "centred-clipping", faulty: 1, adaptiveClipping: false, nearestNeighbours: false},
            },
          }
        : {}),
    });
    end(consortium);
    return Math.abs((resultsOf(consortium)[0]?.[0] ?? Number.NaN) - 1);
  }

  it("moves the others far less when received models are clipped", () => {
    const [clipped, plain] = [attacked(true), attacked(false)];
    expect(plain).toBeGreaterThan(20);
    expect(clipped).toBeLessThan(plain / 5);
  });
});

describe("two sides of a partition that went different ways", () => {
  it("do not mix: the lighter one takes the other's model, and says so", () => {
    const target = (member: number): number => (member < 3 ? 10 : -10);
    const consortium = createSegments({
      seed: 3,
      weights: [0.25, 0.25, 0.25, 0.125],
      values: 1,
      work: (member, _, start) => start.map((x) => 0.1 * (target(member) - x)),
      unitMs: () => 100,
      spec: {units: 60, abandonMs: 1500},
    });
    const {world, members} = consortium;
    const [a, b, c, d] = members as [string, string, string, string];
    world.after(20, () => {
      for (const member of [a, b, c]) world.cut(member, d);
    });
    world.after(4000, () => {
      for (const member of [a, b, c]) world.heal(member, d);
    });
    end(consortium);
    const adopted = reportsOf(consortium, "lineage-adopted");
    expect(adopted.length).toBeGreaterThan(0);
    expect(new Set(adopted.map(({member}) => member))).toEqual(new Set([d]));
  });
});
