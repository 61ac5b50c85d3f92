import {readFileSync} from "node:fs";
import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {sha256} from "../../src/core/index.ts";
import {createDeadline} from "../../src/rounds/deadline.ts";
import {majority} from "../../src/rounds/index.ts";
import {blockingSize, leaderOrder, type QuorumRule, quorumSize} from "../../src/rounds/quorum.ts";
import {RUN} from "./consortium.ts";

describe("a majority", () => {
  it("is the least number of which any two groups share a member", () => {
    for (let members = 1; members <= 1024; members++) {
      const least = majority(members);
      expect(2 * least, `${members} members`).toBeGreaterThan(members);
      expect(2 * (least - 1), `${members} members`).toBeLessThanOrEqual(members);
    }
  });
});

describe("the order of leaders", () => {
  const membersOf = (count: number): string[] => Array.from({length: count}, (_, index) => `member-${index}`);
  const counts = fc.integer({min: 1, max: 40});

  it("deals every member one ballot before anyone has a second", () => {
    fc.assert(
      fc.property(counts, fc.nat({max: 1000}), fc.nat({max: 1000}), (count, round, first) => {
        const order = leaderOrder(sha256, RUN, round, membersOf(count));
        const leaders = Array.from({length: count}, (_, index) => order.leaderOf(first + index));
        expect(leaders.toSorted()).toEqual(membersOf(count).toSorted());
      }),
    );
  });

  it("lets the first lead go round from round to round, and is the same for everyone", () => {
    const members = membersOf(5);
    const firsts = Array.from({length: 500}, (_, round) =>
      leaderOrder(sha256, RUN, round, members).leaderOf(0),
    );
    for (const member of members) {
      const share = firsts.filter((first) => first === member).length;
      expect(share, `${member} of 500`).toBeGreaterThan(60);
    }
    expect(leaderOrder(sha256, RUN, 9, [...members]).leaderOf(0)).toBe(firsts[9]);
  });
});

describe("a deadline", () => {
  const limits = {minimumMs: 100, maximumMs: 4000};
  const history = fc.array(fc.oneof(fc.constant(null), fc.integer({min: 0, max: 20_000})), {maxLength: 60});

  it("is half the plan's maximum before anything was observed, late or not", () => {
    const deadline = createDeadline(limits);
    expect(deadline.timeoutMs()).toBe(2000);
    deadline.backOff();
    expect(deadline.timeoutMs()).toBe(2000);
  });

  it("stays between the minimum and half the maximum, whatever happens", () => {
    fc.assert(
      fc.property(history, (durations) => {
        const deadline = createDeadline(limits);
        for (const duration of durations) {
          if (duration === null) deadline.backOff();
          else deadline.observe(duration);
          expect(deadline.timeoutMs()).toBeGreaterThanOrEqual(100);
          expect(deadline.timeoutMs()).toBeLessThanOrEqual(2000);
        }
      }),
    );
  });

  it("is the mean and four deviations, as RFC 6298 smooths them", () => {
    const deadline = createDeadline(limits);
    deadline.observe(200);
    // Mean 200, deviation 100.
    expect(deadline.timeoutMs()).toBe(600);
    deadline.observe(280);
    // Deviation 0.75 * 100 + 0.25 * 80 = 95, mean 0.875 * 200 + 0.125 * 280 = 210.
    expect(deadline.timeoutMs()).toBeCloseTo(210 + 4 * 95, 9);
  });

  it("comes down to what is steady", () => {
    const deadline = createDeadline(limits);
    deadline.observe(1500);
    for (let times = 0; times < 100; times++) deadline.observe(300);
    expect(deadline.timeoutMs()).toBeGreaterThanOrEqual(300);
    expect(deadline.timeoutMs()).toBeLessThan(310);
  });

  it("doubles after each miss until the ceiling, and an observation ends that", () => {
    const deadline = createDeadline(limits);
    deadline.observe(100);
    const timeouts = [deadline.timeoutMs()];
    for (let misses = 0; misses < 4; misses++) {
      deadline.backOff();
      timeouts.push(deadline.timeoutMs());
    }
    expect(timeouts).toEqual([300, 600, 1200, 2000, 2000]);
    deadline.observe(100);
    expect(deadline.timeoutMs()).toBeLessThanOrEqual(300);
  });

  it("recovers from any number of misses with one observation", () => {
    const deadline = createDeadline(limits);
    for (let misses = 0; misses < 2000; misses++) deadline.backOff();
    deadline.observe(50);
    expect(deadline.timeoutMs()).toBe(150);
  });
});

describe("the table of quorums in docs/trust.md", () => {
  const rows = readFileSync("docs/trust.md", "utf8")
    .split("\n")
    .filter((line) => /^\|( *\d+ *\|)+$/.test(line))
    .map((line) => line.split("|").slice(1, -1).map(Number));

  /** Most members that may lie: two quorums share an honest one, and the honest alone are a quorum. */
  const survived = (members: number, quorum: number): number =>
    Math.max(
      ...Array.from({length: members}, (_, lies) => lies).filter(
        (lies) => lies === 0 || (2 * quorum - members > lies && members - lies >= quorum),
      ),
    );

  it.each(rows)("says of %i members what follows from the rules", (members, ...figures) => {
    const expected = (["majority", "two-thirds"] as const).flatMap((rule) => {
      const quorum = quorumSize(rule, members);
      return [quorum, members - quorum, survived(members, quorum)];
    });
    expect(figures).toEqual(expected);
  });

  it("is there", () => {
    expect(rows.length).toBeGreaterThan(5);
  });
});

describe("a quorum", () => {
  it("shares more than a third of all members with any other under two-thirds, and one under majority", () => {
    for (let members = 1; members <= 1024; members++) {
      const shared = (rule: QuorumRule): number => 2 * quorumSize(rule, members) - members;
      expect(shared("two-thirds"), `${members}`).toBeGreaterThan(members / 3);
      expect(shared("majority"), `${members}`).toBeGreaterThanOrEqual(1);
      for (const rule of ["majority", "two-thirds"] as const) {
        const quorum = quorumSize(rule, members);
        expect(members - blockingSize(quorum, members)).toBeLessThan(quorum);
        expect(members - blockingSize(quorum, members) + 1).toBe(quorum);
      }
    }
  });
});
