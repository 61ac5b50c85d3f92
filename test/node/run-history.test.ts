import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {type Clock, CodedError, silentLogger} from "../../src/core/index.ts";
import {createEventFeed, type NodeEvent} from "../../src/node/index.ts";
import {openRunHistory, thinned, withEvent} from "../../src/node/watch/run-history.ts";
import {type HistoryPoint, openStateDirectory} from "../../src/storage/index.ts";
import {createCrashFileSystem} from "../storage/crash-file-system.ts";

const RUN = "0123456789abcdef0123456789abcdef";
const auroc = (round: number) => ({value: 0.5 + 0.4 * (1 - 1 / (round + 1)), low: 0.4, high: 0.95});

/** What a node tells of a round: its validation only when the next one trains. */
function eventsOf(round: number): readonly NodeEvent[] {
  const certified = {type: "round", attempt: 0, stage: "training", result: "ab".repeat(32)} as const;
  const seconds = {total: 1, training: 1, exchanging: 0};
  return [
    {type: "loss", round, loss: 1 / (round + 1)},
    {...certified, round, contributors: [], absent: [], seconds, consensusDistance: 0.1 / (round + 1)},
    {type: "validation", round, n: 40, auroc: auroc(round), logLoss: 0.5},
  ];
}

const pointOf = (round: number): HistoryPoint => ({
  round,
  loss: 1 / (round + 1),
  consensusDistance: 0.1 / (round + 1),
  validation: {n: 40, auroc: auroc(round), logLoss: 0.5},
});
const none: readonly HistoryPoint[] = [];
const pointsOf = (rounds: readonly number[]): readonly HistoryPoint[] =>
  rounds.flatMap(eventsOf).reduce(withEvent, none);
const upTo = (rounds: number, first = 0): readonly number[] =>
  Array.from({length: rounds - first}, (_, index) => first + index);

/** A clock whose timers are fired by hand. */
function handClock(): Clock & {fire(): void} {
  const timers = new Set<() => void>();
  return {
    nowMs: () => 0,
    wallMs: () => 1_700_000_000_000,
    after(_, action) {
      timers.add(action);
      return () => void timers.delete(action);
    },
    fire() {
      for (const timer of timers) timer();
      timers.clear();
    },
  };
}

describe("the history of a run", () => {
  it("has every figure of every round, as long as there is room", () => {
    expect(pointsOf(upTo(383, 2))).toEqual(upTo(383, 2).map(pointOf));
  });

  it("of a long run has its first round, its newest 128, and every eighth between, each as it was told", () => {
    const rounds = [2, ...upTo(1872 / 8 + 1).map((step) => step * 8), ...upTo(2000, 1873)].filter(
      (round, place) => place === 0 || round > 2,
    );
    expect(pointsOf(upTo(2000, 2)).map(({round}) => round)).toEqual(rounds.filter((round) => round <= 1999));
    for (const point of pointsOf(upTo(2000, 2))) expect(point).toEqual(pointOf(point.round));
  });

  it("is the same whether it is thinned at every round or at the end, never has more than 512 points, and no hole", () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 5000}), fc.nat({max: 9}), (rounds, first) => {
        const all = upTo(first + rounds, first).map(pointOf);
        let kept: readonly HistoryPoint[] = [];
        for (let from = 0; from < all.length; from += 97)
          kept = thinned([...kept, ...all.slice(from, from + 97)]);
        expect(kept).toEqual(thinned(all));
        expect(kept.length).toBeLessThanOrEqual(512);
        expect(kept[0]).toEqual(all[0]);
        expect(kept.at(-1)).toEqual(all.at(-1));
        // Even: between neighbours of the thinned part there are equally many rounds.
        const earlier = kept.slice(1).filter(({round}) => round <= first + rounds - 1 - 128);
        const steps = earlier.slice(1).map(({round}, index) => round - (earlier[index]?.round ?? 0));
        expect(new Set(steps).size).toBeLessThanOrEqual(1);
        expect((steps[0] ?? 1) * 383).toBeLessThan(Math.max(2 * (first + rounds), 384));
      }),
    );
  });

  it("keeps null where a figure is withheld or was never told", () => {
    const withheld: NodeEvent = {type: "validation", round: 4, n: 12, auroc: null, logLoss: null};
    expect([withheld].reduce(withEvent, none)).toEqual([
      {round: 4, loss: null, consensusDistance: null, validation: {n: 12, auroc: null, logLoss: null}},
    ]);
    const statistics = {...eventsOf(0)[1], stage: "mean"} as NodeEvent;
    expect(withEvent(none, statistics)).toBe(none);
  });

  it("is there again after a restart, and goes on", async () => {
    const disk = createCrashFileSystem();
    const life = async (rounds: readonly number[], isKilled: boolean): Promise<readonly HistoryPoint[]> => {
      const state = await openStateDirectory("/state", disk);
      const storage = await state.openRun(RUN);
      const clock = handClock();
      const feed = createEventFeed(clock);
      const history = await openRunHistory({storage, feed, clock, logger: silentLogger});
      const before = history.points();
      for (const event of rounds.flatMap(eventsOf)) feed.emit(event);
      if (isKilled) clock.fire();
      await history.close();
      await state.close();
      return before;
    };
    expect(await life(upTo(300, 2), false)).toEqual([]);
    expect(await life(upTo(900, 300), true)).toEqual(pointsOf(upTo(300, 2)));
    expect(await life([], false)).toEqual(pointsOf(upTo(900, 2)));
  });

  it("begins anew with a warning where its file is damaged, and bears a full disk", async () => {
    const disk = createCrashFileSystem();
    const state = await openStateDirectory("/state", disk);
    const storage = await state.openRun(RUN);
    const file = await disk.create(`/state/runs/${RUN}/history.json`, 0o600);
    await file.write(Buffer.from('{"formatVersion": 1, "points": [{"round": "x"}]}'));
    await file.close();
    const warnings: string[] = [];
    const logger = {...silentLogger, warn: (message: string) => void warnings.push(message)};
    const clock = handClock();
    const feed = createEventFeed(clock);
    const full = {
      readHistory: () => storage.readHistory(),
      writeHistory: () => Promise.reject(new CodedError("STORAGE_FULL", "no room")),
    };
    const history = await openRunHistory({storage: full, feed, clock, logger});
    for (const event of eventsOf(2)) feed.emit(event);
    await history.close();
    expect(history.points()).toEqual([pointOf(2)]);
    expect(warnings).toEqual(["the run's curves begin anew", "the run's curves could not be kept"]);
    await state.close();
  });
});
