/** Lets a limited number run at once; the others wait their turn, first come first served. */
export interface Semaphore {
  /**
   * Waits for a place.
   * @returns a function that gives the place back; a second call does nothing
   * @throws the signal's reason when it aborts while waiting
   */
  acquire(signal: AbortSignal): Promise<() => void>;
}

/** Creates a {@link Semaphore} of `places`. */
export function createSemaphore(places: number): Semaphore {
  let free = places;
  const waiting: (() => void)[] = [];
  const place = (): (() => void) => {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    };
  };
  return {
    acquire(signal) {
      signal.throwIfAborted();
      if (free > 0) {
        free -= 1;
        return Promise.resolve(place());
      }
      return new Promise((resolve, reject) => {
        const onTurn = (): void => {
          signal.removeEventListener("abort", onAbort);
          resolve(place());
        };
        const onAbort = (): void => {
          waiting.splice(waiting.indexOf(onTurn), 1);
          reject(signal.reason);
        };
        waiting.push(onTurn);
        signal.addEventListener("abort", onAbort, {once: true});
      });
    },
  };
}
