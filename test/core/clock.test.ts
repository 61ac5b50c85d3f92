import {describe, expect, it} from "vitest";
import {type Clock, delay, systemClock} from "../../src/core/index.ts";

/** Time that passes when the test says so. */
function createFakeClock() {
  const timers = new Set<{readonly atMs: number; readonly action: () => void}>();
  let nowMs = 0;
  const clock: Clock = {
    nowMs: () => nowMs,
    wallMs: () => nowMs,
    after(delayMs, action) {
      const timer = {atMs: nowMs + delayMs, action};
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  };
  const pass = (durationMs: number): void => {
    nowMs += durationMs;
    for (const timer of timers) {
      if (timer.atMs > nowMs) continue;
      timers.delete(timer);
      timer.action();
    }
  };
  return {clock, pass, pending: () => timers.size};
}

describe("a delay", () => {
  it("ends when its time is over, not before", async () => {
    const {clock, pass, pending} = createFakeClock();
    let isOver = false;
    const waiting = delay(clock, 100).then(() => {
      isOver = true;
    });
    pass(99);
    await Promise.resolve();
    expect(isOver).toBe(false);
    pass(1);
    await waiting;
    expect(isOver).toBe(true);
    expect(pending()).toBe(0);
  });

  it("ends with the reason of an abort, and leaves no timer behind", async () => {
    const {clock, pending} = createFakeClock();
    const controller = new AbortController();
    const waiting = delay(clock, 100, controller.signal);
    expect(pending()).toBe(1);
    controller.abort(new RangeError("closing"));
    await expect(waiting).rejects.toThrow(new RangeError("closing"));
    expect(pending()).toBe(0);
  });

  it("does not begin after an abort", async () => {
    const {clock, pending} = createFakeClock();
    await expect(delay(clock, 100, AbortSignal.abort(new RangeError("closed")))).rejects.toThrow("closed");
    expect(pending()).toBe(0);
  });

  it("no longer listens to the signal once it is over", async () => {
    const {clock, pass} = createFakeClock();
    const controller = new AbortController();
    const waiting = delay(clock, 1, controller.signal);
    pass(1);
    await waiting;
    controller.abort(new RangeError("too late"));
    await expect(waiting).resolves.toBeUndefined();
  });
});

describe("the machine's clock", () => {
  it("does not go back", () => {
    let before = systemClock.nowMs();
    for (let reading = 0; reading < 1000; reading++) {
      const now = systemClock.nowMs();
      expect(now).toBeGreaterThanOrEqual(before);
      before = now;
    }
  });

  it("fires what was not cancelled, in order, and takes a past time as now", async () => {
    const fired: string[] = [];
    await new Promise<void>((resolve) => {
      const cancel = systemClock.after(0, () => fired.push("cancelled"));
      systemClock.after(-5, () => fired.push("past"), {unref: true});
      systemClock.after(5, resolve);
      cancel();
      cancel();
    });
    expect(fired).toEqual(["past"]);
  });
});
