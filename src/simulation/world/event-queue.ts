interface Entry {
  readonly atMs: number;
  readonly sequence: number;
  readonly action: () => void;
}

/** Actions in virtual time. Actions of one moment run in the order in which they were added. */
export interface EventQueue {
  readonly nowMs: number;
  /** Time of the next action; null if there is none. */
  readonly nextMs: number | null;
  after(delayMs: number, action: () => void): void;
  /** Runs the next action. Returns false if there is none. */
  step(): boolean;
}

/** Creates an empty {@link EventQueue} at time 0: a binary heap. */
export function createEventQueue(): EventQueue {
  const heap: Entry[] = [];
  let nowMs = 0;
  let sequence = 0;
  const isBefore = (a: Entry | undefined, b: Entry | undefined): boolean =>
    a !== undefined && b !== undefined && (a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence));
  const swap = (a: number, b: number): void => {
    const [first, second] = [heap[a], heap[b]];
    if (first === undefined || second === undefined) return;
    heap[a] = second;
    heap[b] = first;
  };
  const sinkRoot = (): void => {
    let at = 0;
    for (;;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (isBefore(heap[child], heap[least])) least = child;
      if (least === at) return;
      swap(at, least);
      at = least;
    }
  };
  return {
    get nowMs() {
      return nowMs;
    },
    get nextMs() {
      return heap[0]?.atMs ?? null;
    },
    after(delayMs, action) {
      heap.push({atMs: nowMs + Math.max(0, delayMs), sequence: sequence++, action});
      for (let at = heap.length - 1; at > 0; ) {
        const parent = (at - 1) >> 1;
        if (!isBefore(heap[at], heap[parent])) return;
        swap(at, parent);
        at = parent;
      }
    },
    step() {
      const next = heap[0];
      if (next === undefined) return false;
      const last = heap.pop();
      if (heap.length > 0 && last !== undefined) {
        heap[0] = last;
        sinkRoot();
      }
      nowMs = next.atMs;
      next.action();
      return true;
    },
  };
}
