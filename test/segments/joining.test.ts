import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {createSession} from "../../src/gossip/index.ts";
import type {AsyncSpec, Report} from "../../src/rounds/index.ts";
import {createRecorder, expectSameAgain} from "../gossip/trace-recorder.ts";
import {runs} from "../setup/thorough.ts";
import {createSegments, type SegmentOptions} from "./segment-consortium.ts";

const RUNS = runs(6, 300);
const WEIGHTS = [0.25, 0.25, 0.125, 0.25, 0.5];
const LATE = 4;

/** Four members that learn their way to about 10; a fifth comes when they are there. */
function withLateMember(
  spec: Partial<AsyncSpec>,
  {
    seed = 4,
    liar = null,
    lateMs = 3000,
    openSession = createSession,
  }: {seed?: number; liar?: number | null; lateMs?: number; openSession?: SegmentOptions["openSession"]} = {},
) {
  const consortium = createSegments({
    seed,
    weights: WEIGHTS,
    values: 1,
    work: (member, _, start) =>
      start.map((x) => (member === liar ? 4000 : member === LATE ? 0 : 0.3 * (10 - x))),
    unitMs: (member) => 100 + 20 * member,
    spec: {units: 60, abandonMs: 1000, ...spec},
    openSession,
  });
  const {world, members} = consortium;
  for (const member of members.slice(0, LATE)) world.start(member);
  world.after(lateMs, () => world.start(members[LATE] ?? ""));
  return consortium;
}

type Late = ReturnType<typeof withLateMember>;

function estimateAt({world, members}: Late, index: number): number {
  return (
    world
      .sessionOf(members[index] ?? "")
      ?.view()
      .segment?.estimate()[0] ?? Number.NaN
  );
}

function joined({world}: Late): (Extract<Report, {kind: "joined-late"}> & {readonly by: string})[] {
  return world.reports.flatMap(({member, report}) =>
    report.kind === "joined-late" ? [{...report, by: member}] : [],
  );
}

/** Runs until the late member has joined. @returns everybody's estimates just before and after */
function runToJoin(
  consortium: Late,
  lateMs = 3000,
): {before: number[]; after: number[]; sums: [number, number]} {
  const {world, ledger} = consortium;
  let before: number[] = [];
  let sum = 0;
  world.run(() => {
    if (joined(consortium).length > 0) return true;
    if (world.nowMs < lateMs) return false;
    before = WEIGHTS.map((_, index) => estimateAt(consortium, index));
    sum = ledger().total.values[0] ?? Number.NaN;
    return false;
  }, 400_000);
  const after = WEIGHTS.map((_, index) => estimateAt(consortium, index));
  return {before, after, sums: [sum, ledger().total.values[0] ?? Number.NaN]};
}

describe.each(["swap", "push-sum"] as const)("a member that comes late to a segment of %s", (exchange) => {
  it("begins at the median of three members' models, and says whose", () => {
    const consortium = withLateMember({exchange});
    const {before, after, sums} = runToJoin(consortium);
    const {members} = consortium;
    expect(joined(consortium)).toMatchObject([{by: members[LATE], round: 0}]);
    const [{members: shown} = {members: []}] = joined(consortium);
    expect(new Set(shown).size).toBe(3);
    expect(members.slice(0, LATE)).toEqual(expect.arrayContaining([...shown]));
    expect(after[LATE]).toBeGreaterThan(5);
    const others = before.slice(0, LATE);
    // Shown a little earlier than now, and so a little less far.
    expect(after[LATE]).toBeGreaterThan(Math.min(...others) - 2);
    expect(after[LATE]).toBeLessThan(Math.max(...others) + 1e-6);
    // Nothing but p times that median came to the sums.
    expect(sums[1] - sums[0]).toBeCloseTo((WEIGHTS[LATE] ?? 0) * (after[LATE] ?? 0), 5);
    consortium.world.run(() => consortium.world.isFinished, 400_000);
    const last = consortium.certified.get(members[0] ?? "")?.at(-1);
    expect(last?.certificate.body.contributors).toEqual(members);
    expect(joined(consortium)).toHaveLength(1);
  });

  it("does not pull the others back: the mean moves by at most its share of how far they are apart", () => {
    const consortium = withLateMember({exchange});
    const {before, after} = runToJoin(consortium);
    const own = WEIGHTS[LATE] ?? 0;
    const rest = WEIGHTS.slice(0, LATE).reduce((sum, weight) => sum + weight, 0);
    const mean = before.slice(0, LATE).reduce((sum, x, index) => sum + (WEIGHTS[index] ?? 0) * x, 0) / rest;
    const shift = (own / (rest + own)) * Math.abs((after[LATE] ?? 0) - mean);
    const apart = Math.max(...before.slice(0, LATE).map((x) => Math.abs(x - mean)));
    expect(shift).toBeLessThanOrEqual((own / (rest + own)) * (apart + 2));
    // From the snapshot it would have been this.
    expect(shift).toBeLessThan(0.25 * (own / (rest + own)) * mean);
  });

  it("is not misled by one of those that show it their models", () => {
    // It is shown what each holds while nobody has mixed with the liar: its own alone is far out.
    const consortium = withLateMember({exchange, abandonMs: 1e6}, {liar: 1, lateMs: 3000});
    const {world, members} = consortium;
    const [a = "", liar = "", c = "", d = ""] = members;
    for (const member of [a, c, d]) world.cut(liar, member);
    const {after} = runToJoin(consortium);
    expect(estimateAt(consortium, 1)).toBeGreaterThan(1000);
    expect(after[LATE]).toBeLessThan(15);
    expect(after[LATE]).toBeGreaterThan(5);
  });
});

describe("a member that comes late", () => {
  it("leaves a trace that replays to the same effects, as do those that it joined", () => {
    const {traces, openSession} = createRecorder();
    const consortium = withLateMember({units: 30}, {openSession, lateMs: 2000});
    consortium.world.run(() => joined(consortium).length > 0, 400_000);
    expect(traces).toHaveLength(WEIGHTS.length);
    for (const trace of traces) expect(expectSameAgain(trace)).toBeGreaterThan(10);
  });

  it("where fewer than three others are begins at the snapshot", () => {
    const consortium = createSegments({
      seed: 4,
      weights: [0.25, 0.25, 0.5],
      values: 1,
      work: (member, _, start) => start.map((x) => (member === 2 ? 0 : 0.3 * (10 - x))),
      unitMs: () => 100,
      spec: {units: 60, abandonMs: 1000},
    });
    const {world, members} = consortium;
    for (const member of members.slice(0, 2)) world.start(member);
    world.after(3000, () => world.start(members[2] ?? ""));
    world.run(() => world.isFinished && world.nowMs > 3000, 400_000);
    expect(joined(consortium)).toEqual([]);
  });

  it("by a little, or again after a crash, goes on from what it has", () => {
    const consortium = withLateMember({}, {lateMs: 150});
    const {world, members} = consortium;
    world.after(4000, () => world.crash(members[LATE] ?? ""));
    world.after(6000, () => world.start(members[LATE] ?? ""));
    world.run(() => world.isFinished && world.nowMs > 6000, 400_000);
    expect(joined(consortium)).toEqual([]);
  });

  it(`ends with the others whatever is lost, whenever it comes and whoever is gone by then (${RUNS} times)`, {
    timeout: 300_000,
  }, () => {
    let joins = 0;
    fc.assert(
      fc.property(
        fc.nat(1 << 30),
        fc.constantFrom<AsyncSpec["exchange"]>("swap", "push-sum"),
        fc.integer({min: 0, max: 4000}),
        fc.record({victim: fc.nat({max: 4}), forMs: fc.integer({min: 0, max: 3000})}),
        (seed, exchange, lateMs, {victim, forMs}) => {
          const consortium = withLateMember({exchange, units: 30}, {seed, lateMs});
          const {world, members, certified} = consortium;
          const lost = members[victim] ?? "";
          world.after(lateMs + 5, () => world.crash(lost));
          world.after(lateMs + 5 + forMs, () => world.start(lost));
          const lastMs = lateMs + forMs + 10;
          world.after(lastMs, () => {});
          const isOver = (member: string): boolean => world.sessionOf(member)?.view().isFinished === true;
          world.run(() => world.nowMs >= lastMs && members.every(isOver), 400_000);
          joins += joined(consortium).length;
          const results = new Set(
            members.map((member) => certified.get(member)?.at(-1)?.certificate.body.result ?? "restored"),
          );
          results.delete("restored");
          expect(results.size).toBeLessThanOrEqual(1);
        },
      ),
      {numRuns: RUNS},
    );
    expect(joins).toBeGreaterThan(0);
  });
});
