import type {PeerId} from "../types.ts";

/** Frames on their way to their reader, which may make one peer's frames wait. */
export interface Inbox {
  take(peer: PeerId, frame: Uint8Array): void;
  pause(peer: PeerId): void;
  resume(peer: PeerId): void;
  /** Drops the frames that wait, because the link is gone. */
  forget(peer: PeerId): void;
}

/** Creates an {@link Inbox} in front of `read`. */
export function createInbox(read: (peer: PeerId, frame: Uint8Array) => void): Inbox {
  const waiting = new Map<PeerId, Uint8Array[]>();
  const paused = new Set<PeerId>();
  return {
    take(peer, frame) {
      if (!paused.has(peer)) return read(peer, frame);
      waiting.set(peer, [...(waiting.get(peer) ?? []), frame]);
    },
    pause: (peer) => void paused.add(peer),
    resume(peer) {
      paused.delete(peer);
      const frames = waiting.get(peer) ?? [];
      for (let next = frames.shift(); next !== undefined; next = frames.shift()) {
        read(peer, next);
        if (paused.has(peer)) return;
      }
    },
    forget: (peer) => void waiting.delete(peer),
  };
}
