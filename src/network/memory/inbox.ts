import type {PeerId} from "../types.ts";

/** Frames on their way to their reader, who may let a peer's wait. */
export interface Inbox {
  take(peer: PeerId, frame: Uint8Array): void;
  pause(peer: PeerId): void;
  resume(peer: PeerId): void;
  /** The link is gone, and what waited with it. */
  forget(peer: PeerId): void;
}

/** An {@link Inbox} before `read`. */
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
