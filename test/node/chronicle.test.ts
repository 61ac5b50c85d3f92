import {describe, expect, it} from "vitest";
import {silentLogger} from "../../src/core/index.ts";
import {createEventFeed, type NodeEvent} from "../../src/node/watch/event-feed.ts";
import {createRunChronicle, type RunChronicle} from "../../src/node/watch/run-chronicle.ts";
import type {Certificate, Report} from "../../src/rounds/index.ts";

const MEMBERS = ["north", "south", "east"];
const WALL_MS = 1_700_000_000_000;
const STATISTICS = 2;
const ROUNDS = 6;

/** A round as an observer with a clock of its own has it, in ms. */
interface Timed {
  readonly waits: number;
  readonly trains: number;
  readonly exchanges: number;
}

class Watched {
  nowMs = 0;
  readonly events: NodeEvent[] = [];
  readonly chronicle: RunChronicle;

  constructor(self = "north") {
    const clock = {nowMs: () => this.nowMs, wallMs: () => WALL_MS + this.nowMs, after: () => () => {}};
    const feed = createEventFeed(clock);
    feed.subscribe(null, ({event}) => void this.events.push(event));
    this.chronicle = createRunChronicle({
      feed,
      clock,
      logger: silentLogger,
      stages: {
        rounds: ROUNDS,
        stageOf: (round) =>
          round < STATISTICS ? {kind: "mean"} : {kind: "training", step: round - STATISTICS},
      },
      self,
      members: MEMBERS,
      nameOf: (member) => member,
    });
  }

  round(round: number, {waits, trains, exchanges}: Timed, contributors: readonly string[] = MEMBERS): void {
    this.nowMs += waits;
    this.chronicle.setActivity("training", round);
    this.nowMs += trains;
    this.chronicle.setActivity("exchanging", round);
    this.nowMs += exchanges;
    this.certify(round, contributors);
  }

  certify(round: number, contributors: readonly string[], hasJumped = false): void {
    const hash = "ab".repeat(32);
    const certificate: Certificate = {
      body: {
        run: "cd".repeat(16),
        round,
        attempt: 0,
        group: "ab".repeat(32),
        roster: hash,
        parent: hash,
        contributors: [...contributors],
        weight: 1,
        peakWeight: 1,
        result: hash,
      },
      ballot: 0,
      votes: [],
    };
    this.chronicle.certified(certificate, {consensusDistance: null, hasJumped});
  }
}

describe("the seconds of a run, beside a clock", () => {
  it("add up: total is waiting, training and exchanging, of every round but the first after a start", () => {
    const watched = new Watched();
    const timed = Array.from({length: ROUNDS}, (_, round) => ({
      waits: 70 * (round + 1),
      trains: 1100 + 130 * round,
      exchanges: 430 + 17 * round,
    }));
    for (const [round, times] of timed.entries()) watched.round(round, times);
    for (const [round, {waits, trains, exchanges}] of timed.entries()) {
      const {seconds, certifiedWallMs} = watched.chronicle.timesOf(round);
      const ended = timed
        .slice(0, round + 1)
        .reduce((sum, each) => sum + each.waits + each.trains + each.exchanges, 0);
      expect(certifiedWallMs).toBe(WALL_MS + ended);
      expect(seconds.training).toBeCloseTo(trains / 1000, 9);
      expect(seconds.exchanging).toBeCloseTo(exchanges / 1000, 9);
      const total = round === 0 ? -1 : (waits + trains + exchanges) / 1000;
      expect(seconds.total ?? -1).toBeCloseTo(total, 9);
    }
    const totals = watched.events.flatMap((event) =>
      event.type === "round" ? [event.seconds.total ?? 0] : [],
    );
    const first = timed[0] ?? {waits: 0, trains: 0, exchanges: 0};
    const afterFirst = watched.nowMs - first.waits - first.trains - first.exchanges;
    expect(totals.reduce((sum, seconds) => sum + seconds, 0)).toBeCloseTo(afterFirst / 1000, 9);
  });

  it("say of rounds of training alone how long they take, once training has begun", () => {
    const watched = new Watched();
    for (const round of [0, 1]) watched.round(round, {waits: 0, trains: 50, exchanges: 50});
    expect(watched.chronicle.recentRoundSeconds(), "no round of training has ended").toEqual([]);
    watched.round(2, {waits: 0, trains: 2000, exchanges: 1000});
    watched.round(3, {waits: 0, trains: 4000, exchanges: 1000});
    expect(watched.chronicle.recentRoundSeconds()).toEqual([3, 5]);
    expect(watched.chronicle.medianRoundSeconds()).toBe(4);
  });

  it("tell since when the site waits, and for how long it has worked", () => {
    const watched = new Watched();
    watched.nowMs = 1000;
    watched.chronicle.setActivity("training", 0);
    watched.nowMs = 4000;
    expect([watched.chronicle.workSeconds(), watched.chronicle.waitingSinceWallMs()]).toEqual([3, null]);
    watched.chronicle.setActivity("exchanging", 0);
    watched.nowMs = 9000;
    watched.chronicle.report({kind: "waiting", round: 0, missing: ["east"]});
    expect([watched.chronicle.workSeconds(), watched.chronicle.waitingSinceWallMs()]).toEqual([
      3,
      WALL_MS + 4000,
    ]);
    watched.certify(0, MEMBERS);
    expect([watched.chronicle.workSeconds(), watched.chronicle.waitingSinceWallMs()]).toEqual([0, null]);
  });
});

describe("a site's part", () => {
  it("is a round with its contribution; for an evaluator, any", () => {
    const trainer = new Watched();
    const evaluator = new Watched("visitor");
    for (const watched of [trainer, evaluator]) {
      watched.nowMs = 1000;
      watched.certify(2, ["south", "east"]);
    }
    expect(trainer.chronicle.lastPartWallMs(), "it was left out").toBeNull();
    expect(evaluator.chronicle.lastPartWallMs()).toBe(WALL_MS + 1000);
    trainer.nowMs = 2000;
    trainer.certify(3, MEMBERS);
    expect(trainer.chronicle.lastPartWallMs()).toBe(WALL_MS + 2000);
    expect([trainer.chronicle.lastCertifiedWallMs(), trainer.chronicle.usualPartSeconds()]).toEqual([
      WALL_MS + 2000,
      null,
    ]);
  });

  it("is an exchange of an asynchronous segment too", () => {
    const watched = new Watched();
    watched.certify(1, MEMBERS);
    for (const nowMs of [3000, 4000, 5500]) {
      watched.nowMs = nowMs;
      watched.chronicle.exchanged();
    }
    expect(watched.chronicle.lastPartWallMs()).toBe(WALL_MS + 5500);
    // Between the four parts lie 3, 1 and 1.5 seconds.
    expect(watched.chronicle.usualPartSeconds()).toBe(1.5);
  });
});

describe("a report", () => {
  const verdictsOf = (...reasons: readonly string[]): Report => ({
    kind: "verdicts",
    round: 2,
    verdicts: reasons.map((reason, index) => ({member: MEMBERS[index] ?? "", verdict: "left-out", reason})),
  });
  it.each<[string, Report, boolean]>([
    [
      "values that are not finite",
      {kind: "objection", round: 2, member: "east", by: "west", reason: "invalid"},
      true,
    ],
    ["a false sum", {kind: "objection", round: 2, member: "east", by: "west", reason: "false"}, true],
    ["a slow fetch", {kind: "objection", round: 2, member: "east", by: "west", reason: "unreachable"}, false],
    ["another result", {kind: "proposal-refused", round: 2, member: "east", reason: "it differs"}, true],
    ["a robust rule's choice", verdictsOf("outscored", "extreme-everywhere", "far-from-centre"), false],
    ["a malformed part under a robust rule", verdictsOf("outscored", "not-finite"), true],
    ["statistics that no patients can have", verdictsOf("extreme-everywhere", "out-of-range"), true],
    ["waiting", {kind: "waiting", round: 2, missing: ["east"]}, false],
  ])("of %s is a rejection or not", (_, report, isRejection) => {
    const watched = new Watched();
    watched.chronicle.report(report);
    expect(watched.events).toMatchObject([{type: "report", isRejection}]);
  });

  it("of verdicts names what was wrong, and who, and not what a rule chose beside it", () => {
    const watched = new Watched();
    watched.chronicle.report(verdictsOf("outscored", "not-finite"));
    expect(watched.events).toMatchObject([{reason: "left-out: not-finite", members: [MEMBERS[1]]}]);
  });
});
