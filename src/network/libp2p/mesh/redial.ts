import type {Clock, Random} from "../../../core/index.ts";
import {createPause} from "../../pause.ts";

/** Half the pause after a first failure, in milliseconds; the pause doubles with each further failure. */
const LEAST_PAUSE_MS = 100;

/** Number of doublings after which the pause is above any limit. */
const MAX_DOUBLINGS = 20;

/** Dependencies and pauses of a redial loop. */
export interface RedialOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Longest pause, in milliseconds. */
  readonly maxPauseMs: number;
  /** Resolves when the first attempt may begin. */
  readonly ready: Promise<void>;
  /** Pause before the first attempt, in milliseconds. */
  readonly firstPauseMs: number;
  /** Ends the loop. */
  readonly signal: AbortSignal;
  /** Makes one attempt, which ends with the link; returns whether it was a success. Must not reject. */
  attempt(): Promise<boolean>;
}

/** A loop that tries for ever to keep one thing up. */
export interface Redial {
  /** Ends the pause, or skips the next one, because something new is known. */
  wake(): void;
  /** Ends the pause, if there is one, because the peer called. */
  nudge(): void;
  /** Resolves when the signal has aborted and the last attempt is over. */
  readonly finished: Promise<void>;
}

/**
 * The pause before the next attempt, in milliseconds: exponential in the number of failures in a row,
 * bounded, with jitter in [1/2, 1), so members that lost each other at once do not all call at once.
 */
export function redialPauseMs(failures: number, maxPauseMs: number, random: Random): number {
  const pauseMs = Math.min(maxPauseMs, LEAST_PAUSE_MS * 2 ** Math.min(failures, MAX_DOUBLINGS));
  return pauseMs * (0.5 + random.uniform() / 2);
}

/** Starts a {@link Redial} loop. */
export function startRedial(options: RedialOptions): Redial {
  const {clock, random, maxPauseMs, signal} = options;
  const pause = createPause(clock, signal);
  const run = async (): Promise<void> => {
    let failures = 0;
    await options.ready;
    await pause.sleep(options.firstPauseMs);
    while (!signal.aborted) {
      failures = (await options.attempt()) ? 0 : failures + 1;
      await pause.sleep(redialPauseMs(failures, maxPauseMs, random));
    }
  };
  return {wake: () => pause.wake(), nudge: () => pause.nudge(), finished: run()};
}
