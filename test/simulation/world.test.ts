import {describe, expect, it} from "vitest";
import {type Effect, type Event, encodeFrame, type Frame} from "../../src/rounds/index.ts";
import {
  faultPointOf,
  faultsAt,
  type LinkModel,
  logNormalLatency,
  PLAIN_LINK,
  uniformLatency,
} from "../../src/simulation/index.ts";
import {type ConsortiumOptions, createConsortium} from "../gossip/consortium.ts";

type Sent = {readonly to: string; readonly frame: Frame};

/** A run over links of that model, with what was sent and what came. */
function runOver(model: Partial<LinkModel>, options: Partial<ConsortiumOptions> = {}) {
  const sent: (Sent & {readonly from: string})[] = [];
  const came: (Sent & {readonly from: string; readonly event: Event})[] = [];
  const link = {...PLAIN_LINK, ...model};
  const consortium = createConsortium({
    seed: 4,
    weights: [3, 4, 5, 6],
    rounds: 3,
    startMembers: 4,
    linkOf: () => link,
    faultAt: (member, effect) => {
      if (effect.type === "send") sent.push({from: member, to: effect.to, frame: effect.frame});
      return "none";
    },
    onEvent: (member, event) => {
      if (event.type === "frame") came.push({from: event.from, to: member, frame: event.frame, event});
    },
    ...options,
  });
  for (const member of consortium.members) consortium.world.start(member);
  return {...consortium, sent, came};
}

const bytesOf = (frame: Frame): string => Buffer.from(encodeFrame(frame)).toString("hex");

/** Standard deviations by which a count of `n` trials of chance `p` is off its mean. */
function offBy(count: number, n: number, p: number): number {
  return Math.abs(count - n * p) / Math.sqrt(n * p * (1 - p));
}

describe("a link", () => {
  it("that is plain brings each frame once", () => {
    const {world, sent, came} = runOver({});
    world.run();
    const untilMs = world.nowMs + 1000;
    world.after(1000, () => {});
    world.run(() => world.nowMs >= untilMs);
    expect(came).toHaveLength(sent.length);
  });

  it("hands over the very frames where they are not written, to the same end at the same time", () => {
    const ends = [true, false].map((writesFrames) => {
      const {world, members, came} = runOver({loss: 0.05}, {rounds: 8, writesFrames});
      world.run();
      const results = members.map((member) => world.sessionOf(member)?.view().certified?.snapshot.hash);
      return {
        results,
        nowMs: world.nowMs,
        frames: came.map(({from, to, frame}) => [from, to, bytesOf(frame)]),
      };
    });
    const [written, handed] = ends;
    expect(written?.frames.length).toBeGreaterThan(100);
    expect(handed).toEqual(written);
    expect(new Set(handed?.results).size).toBe(1);
  });

  it("loses and repeats frames as often as it says", () => {
    const lossy = runOver({loss: 0.2}, {rounds: 60, startMembers: 3});
    lossy.world.run(undefined, 200_000);
    const lost = lossy.sent.length - lossy.came.length;
    expect(lossy.sent.length).toBeGreaterThan(1000);
    // The last frames may still be under way: at most a few.
    expect(offBy(lost, lossy.sent.length, 0.2)).toBeLessThan(5);
    const doubling = runOver({duplication: 0.3}, {rounds: 60});
    doubling.world.run(undefined, 200_000);
    const again = doubling.came.length - doubling.sent.length;
    expect(offBy(again, doubling.sent.length, 0.3)).toBeLessThan(5);
  });

  it("keeps frames in order where none may overtake, and only there", () => {
    const isInOrder = (reordering: number): boolean => {
      const {world, members, sent, came} = runOver({reordering}, {rounds: 10});
      world.run();
      return members.every((to) =>
        members.every((from) => {
          const isOn = (frame: {from: string; to: string}): boolean => frame.from === from && frame.to === to;
          const arrived = came.filter(isOn).map(({frame}) => bytesOf(frame));
          const left = sent.filter(isOn).map(({frame}) => bytesOf(frame));
          return arrived.every((frame, index) => frame === left[index]);
        }),
      );
    };
    expect(isInOrder(0)).toBe(true);
    expect(isInOrder(1)).toBe(false);
  });

  it("has the latency that it says", () => {
    const durations = (latencyMs: LinkModel["latencyMs"]): number => {
      const {world} = runOver({latencyMs}, {trainingMs: () => 10});
      world.run();
      return world.nowMs;
    };
    const near = durations(uniformLatency(1, 2));
    const far = durations(logNormalLatency(100, 0.1));
    expect(near).toBeLessThan(150);
    // Ready, start, parts, sums, propose and votes: at least eight ways one after another in each of three rounds.
    expect(far).toBeGreaterThan(3 * 8 * 70);
  });

  it("takes a transfer's bytes through both ends, one transfer after another", () => {
    const values = 1000;
    const bytesPerMs = 10;
    const {world, came} = runOver(
      {latencyMs: () => 5, bytesPerMs},
      {weights: [3, 4], rounds: 1, startMembers: 2, values, trainingMs: () => 20},
    );
    world.run();
    const contributionMs = (4 * values + 4) / bytesPerMs;
    // The leader's fetch of the other's contribution, then the other's fetch of the sum: each stored and forwarded.
    expect(world.nowMs).toBeGreaterThan(4 * contributionMs);
    expect(world.nowMs).toBeLessThan(4 * contributionMs + 200);
    expect(came.length).toBeGreaterThan(5);
  });

  it("that breaks transfers off holds nobody for ever", () => {
    const {world, certified} = runOver({failure: 0.3}, {startMembers: 3});
    world.run(undefined, 200_000);
    expect(certified.get("member-a")?.at(-1)?.certificate.body.round).toBe(2);
  });
});

describe("a partition", () => {
  it("lets the larger side go on alone and both together when it is healed", () => {
    const {world, members, certified, came} = runOver(
      {},
      {weights: [1, 2, 3, 4, 5], rounds: 6, startMembers: 5},
    );
    const [small, large] = [members.slice(0, 2), members.slice(2)];
    world.run(() => members.every((member) => (certified.get(member)?.length ?? 0) === 1));
    const heal = world.partition([small, large]);
    const before = came.length;
    world.run(() => large.every((member) => (certified.get(member)?.length ?? 0) >= 3));
    const across = came.slice(before).filter(({from, to}) => small.includes(from) !== small.includes(to));
    expect(across).toEqual([]);
    for (const member of small) expect(certified.get(member), member).toHaveLength(1);
    heal();
    world.run();
    const ends = members.map((member) => certified.get(member)?.at(-1)?.snapshot.hash);
    expect(new Set(ends).size).toBe(1);
  });
});

describe("a fault at a named point", () => {
  const named = [
    "persist:contribution",
    "persist:vote",
    "persist:certificate",
    "send:ready",
    "send:vote",
    "fetch",
  ];
  for (const point of named) {
    it(`strikes there, once, and the member comes back (${point})`, () => {
      const struck: string[] = [];
      const seen: Effect[] = [];
      const strike = faultsAt(
        [{member: "member-b", point, occurrence: 1, fault: "crash-before"}],
        (fault) => {
          struck.push(fault.point);
          consortium.world.after(500, () => consortium.world.start("member-b"));
        },
      );
      const consortium = createConsortium({
        seed: 3,
        weights: [3, 4, 5],
        rounds: 4,
        faultAt: (member, effect, count) => {
          if (member === "member-b" && faultPointOf(effect) === point) seen.push(effect);
          return strike(member, effect, count);
        },
      });
      const {world, members} = consortium;
      for (const member of members) world.start(member);
      world.run(() => members.every((member) => world.sessionOf(member)?.view().isFinished === true));
      expect(struck).toEqual([point]);
      expect(seen.length).toBeGreaterThan(1);
    });
  }
});
