import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import {createProgressDeadline} from "../../src/network/deadline.ts";
import {startHeartbeat} from "../../src/network/heartbeat.ts";
import {redialPauseMs, startRedial} from "../../src/network/libp2p/mesh/redial.ts";
import {createSemaphore} from "../../src/network/semaphore.ts";
import {createFakeClock} from "./fake-clock.ts";
import {noAbort} from "./fixture.ts";

const random = () => createRandom({seed: 1, site: "", round: 0, purpose: "redial"});

/** Lets all promises that can settle do so. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("the redial loop", () => {
  it("pauses between half and all of an exponential, bounded time", () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({min: 100, max: 60_000}), (failures, maxPauseMs) => {
        const pauseMs = redialPauseMs(failures, maxPauseMs, random());
        const fullMs = Math.min(maxPauseMs, 100 * 2 ** Math.min(failures, 20));
        expect(pauseMs).toBeGreaterThanOrEqual(fullMs / 2);
        expect(pauseMs).toBeLessThan(fullMs);
      }),
    );
  });

  const start = (results: (attempt: number) => boolean) => {
    const clock = createFakeClock();
    const controller = new AbortController();
    const timesMs: number[] = [];
    const redial = startRedial({
      clock,
      random: random(),
      maxPauseMs: 1_000,
      firstPauseMs: 0,
      ready: Promise.resolve(),
      signal: controller.signal,
      async attempt() {
        timesMs.push(clock.nowMs());
        return results(timesMs.length);
      },
    });
    const pass = async (ms: number): Promise<void> => {
      for (let passedMs = 0; passedMs < ms; passedMs += 10) {
        await settle();
        clock.advance(10);
      }
      await settle();
    };
    return {clock, controller, redial, timesMs, pass};
  };

  it("never gives up, and never pauses longer than its limit", async () => {
    const {timesMs, pass} = start(() => false);
    await pass(20_000);
    expect(timesMs.length).toBeGreaterThanOrEqual(20);
    for (const [index, timeMs] of timesMs.entries()) {
      expect(timeMs - (timesMs[index - 1] ?? timeMs), `attempt ${index}`).toBeLessThanOrEqual(1_020);
    }
  });

  it("goes on at once when it is woken, also when that was during an attempt", async () => {
    const {timesMs, redial, pass} = start((attempt) => {
      if (attempt === 8) redial.wake();
      return false;
    });
    await pass(6_000);
    const [eighth = 0, ninth = 0] = timesMs.slice(7);
    expect(ninth - eighth).toBeLessThanOrEqual(10);
    const before = timesMs.length;
    redial.wake();
    await settle();
    expect(timesMs.length).toBe(before + 1);
  });

  it("is not hurried by a call that comes during an attempt, so that two members cannot spin", async () => {
    const {timesMs, redial, pass} = start(() => {
      redial.nudge();
      return false;
    });
    await pass(5_000);
    expect(timesMs.length).toBeLessThan(15);
  });

  it("ends with its signal", async () => {
    const {controller, redial, timesMs, pass} = start(() => false);
    await pass(1_000);
    controller.abort();
    await redial.finished;
    const before = timesMs.length;
    await pass(5_000);
    expect(timesMs.length).toBe(before);
  });
});

describe("the heartbeat", () => {
  const start = () => {
    const clock = createFakeClock();
    const seen = {beats: 0, isSilent: false};
    const heartbeat = startHeartbeat({
      clock,
      heartbeatMs: 20_000,
      silenceTimeoutMs: 80_000,
      send: () => void (seen.beats += 1),
      onSilence: () => void (seen.isSilent = true),
    });
    return {clock, seen, heartbeat};
  };

  it("gives up a peer that is silent for the whole time, and not one that spoke within it", () => {
    const {clock, seen, heartbeat} = start();
    clock.advance(70_000);
    heartbeat.heard();
    clock.advance(70_000);
    expect(seen).toMatchObject({isSilent: false});
    expect(seen.beats).toBeGreaterThanOrEqual(6);
    clock.advance(40_000);
    expect(seen.isSilent).toBe(true);
  });

  it("does not blame the peer when this node's own event loop was blocked", () => {
    const {clock, seen, heartbeat} = start();
    clock.advance(10_000);
    clock.jump(300_000);
    expect(seen.isSilent).toBe(false);
    heartbeat.heard();
    clock.advance(60_000);
    expect(seen.isSilent).toBe(false);
  });

  it("does nothing after it was stopped", () => {
    const {clock, seen, heartbeat} = start();
    heartbeat.stop();
    clock.advance(500_000);
    expect(seen).toEqual({beats: 0, isSilent: false});
  });
});

describe("the deadline", () => {
  it("aborts after silence only, with its reason, and with its parent's", () => {
    const clock = createFakeClock();
    const parent = new AbortController();
    const [first, second] = [0, 1].map(() => createProgressDeadline(clock, 100, parent.signal, () => "late"));
    clock.advance(99);
    first?.restart();
    clock.advance(50);
    expect([first?.signal.aborted, second?.signal.reason]).toEqual([false, "late"]);
    parent.abort("over");
    expect(first?.signal.reason).toBe("over");
  });
});

describe("the semaphore", () => {
  it("holds at most its places, serves in order, and forgets who no longer waits", async () => {
    const semaphore = createSemaphore(2);
    const order: number[] = [];
    const [leaveFirst, leaveSecond] = await Promise.all([
      semaphore.acquire(noAbort()),
      semaphore.acquire(noAbort()),
    ]);
    const gone = new AbortController();
    const waiting = [1, 2, 3].map((id) =>
      semaphore.acquire(id === 2 ? gone.signal : noAbort()).then(
        (leave) => {
          order.push(id);
          return leave;
        },
        () => () => {},
      ),
    );
    await settle();
    expect(order).toEqual([]);
    gone.abort();
    leaveFirst?.();
    leaveFirst?.();
    await settle();
    expect(order).toEqual([1]);
    leaveSecond?.();
    await Promise.all(waiting);
    expect(order).toEqual([1, 3]);
  });
});
