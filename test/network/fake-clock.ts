import type {Clock} from "../../src/core/index.ts";

/** A clock that stands until it is told to go on. */
export interface FakeClock extends Clock {
  /** Runs everything due within the next `ms`, in the order of its time. */
  advance(ms: number): void;
  /** Lets `ms` pass at once, as for a process that was stopped: what was due runs late. */
  jump(ms: number): void;
}

/** A {@link FakeClock} at 0 ms. */
export function createFakeClock(): FakeClock {
  let nowMs = 0;
  let timers: {readonly dueMs: number; readonly action: () => void}[] = [];
  const runDue = (untilMs: number, setTime: (dueMs: number) => void): void => {
    for (;;) {
      const [next] = timers.filter(({dueMs}) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs);
      if (next === undefined) return;
      timers = timers.filter((timer) => timer !== next);
      setTime(next.dueMs);
      next.action();
    }
  };
  return {
    nowMs: () => nowMs,
    wallMs: () => nowMs,
    after(delayMs, action) {
      const timer = {dueMs: nowMs + delayMs, action};
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(ms) {
      const untilMs = nowMs + ms;
      runDue(untilMs, (dueMs) => {
        nowMs = dueMs;
      });
      nowMs = untilMs;
    },
    jump(ms) {
      nowMs += ms;
      runDue(nowMs, () => {});
    },
  };
}
