import {setMaxListeners} from "node:events";
import type {Clock} from "../core/index.ts";

/** Creates a signal for the end of a whole part of the program; any number may listen without a warning. */
export function createShutdown(): AbortController {
  const controller = new AbortController();
  allowListeners(controller.signal);
  return controller;
}

/** Lets any number listen to `signal`: Node takes more than ten listeners for a leak. */
export function allowListeners(signal: AbortSignal): void {
  setMaxListeners(0, signal);
}

/** A signal that aborts with any of its parents. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Makes the parents forget it; must be called. */
  end(): void;
}

/** Creates a {@link LinkedSignal}. Unlike `AbortSignal.any` it leaves nothing on its parents once ended. */
export function linkSignals(...parents: readonly AbortSignal[]): LinkedSignal {
  const controller = new AbortController();
  const onParent = (event: Event): void => {
    const parent = parents.find((candidate) => candidate === event.target);
    controller.abort(parent?.reason);
  };
  for (const parent of parents) {
    if (parent.aborted) controller.abort(parent.reason);
    parent.addEventListener("abort", onParent);
  }
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    end() {
      for (const parent of parents) parent.removeEventListener("abort", onParent);
    },
  };
}

/** A signal that aborts with its parent, or when it has not been restarted for a while. */
export interface ProgressDeadline {
  readonly signal: AbortSignal;
  /** Restarts the time. */
  restart(): void;
  /** Ends the deadline without aborting; must be called. */
  end(): void;
}

/**
 * Creates a {@link ProgressDeadline} of `timeoutMs` on `clock`.
 * @param reason reason with which the signal aborts when the time is over
 */
export function createProgressDeadline(
  clock: Clock,
  timeoutMs: number,
  parent: AbortSignal,
  reason: () => unknown,
): ProgressDeadline {
  const linked = linkSignals(parent);
  const arm = (): (() => void) => clock.after(timeoutMs, () => linked.abort(reason()), {unref: true});
  let cancel = arm();
  return {
    signal: linked.signal,
    restart() {
      cancel();
      cancel = arm();
    },
    end() {
      cancel();
      linked.end();
    },
  };
}
