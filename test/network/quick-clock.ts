import {type Clock, systemClock} from "../../src/core/index.ts";

/** How many times as fast as the machine's own clock {@link quickClock} goes. */
const PACE = 4;

/** A clock of which a quarter of a second is a second: for tests of networks that would have to wait. */
export const quickClock: Clock = {
  nowMs: () => systemClock.nowMs() * PACE,
  wallMs: () => systemClock.wallMs() * PACE,
  after: (delayMs, action, options) => systemClock.after(delayMs / PACE, action, options),
};
