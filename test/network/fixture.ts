import {createRandom, type LogFields, type Logger, sha256, systemClock, toHex} from "../../src/core/index.ts";
import {
  type LinkState,
  type Network,
  type NetworkErrorCode,
  type NetworkOptions,
  type PeerId,
  peerIdOfSeed,
} from "../../src/network/index.ts";
import {type Release, releaseAgain} from "../../src/privacy/index.ts";

/** Ed25519 seed of test member `index`: 32 bytes of one value. */
export const seedOf = (index: number): Uint8Array => new Uint8Array(32).fill(index + 1);

/** Id of test member `index`. */
export const peerOf = (index: number): Promise<PeerId> => peerIdOfSeed(seedOf(index));

/** Ids of the first `count` test members. */
export const peersOf = (count: number): Promise<PeerId[]> =>
  Promise.all(Array.from({length: count}, (_, index) => peerOf(index)));

/** Pseudo-random bytes that depend on `seed` alone. */
export function bytesOf(length: number, seed = 1): Uint8Array {
  const random = createRandom({seed, site: "", round: 0, purpose: "test bytes"});
  const words = new Uint32Array(Math.ceil(length / 4)).map(() => random.uint32());
  return new Uint8Array(words.buffer, 0, length);
}

/** A release of exactly `bytes`. */
export const releaseOf = (bytes: Uint8Array): Release => releaseAgain(sha256, bytes, toHex(sha256(bytes)));

/** What a test saw of one member. */
export interface Witness {
  readonly events: {
    readonly kind: "up" | "down";
    readonly peer: PeerId;
    readonly reason?: NetworkErrorCode;
  }[];
  readonly frames: {readonly from: PeerId; readonly frame: Uint8Array}[];
  readonly lines: {readonly message: string; readonly fields: LogFields | undefined}[];
  /** Resolves once `condition` holds; looked at after every event. */
  until(condition: () => boolean): Promise<void>;
}

/** Parts of the options that every test member shares. */
export type CommonOptions = Pick<
  NetworkOptions,
  "identity" | "roster" | "handshake" | "events" | "clock" | "random" | "logger"
>;

/** A {@link Witness} and the options that feed it. */
export async function witness(
  index: number,
  members: readonly PeerId[],
): Promise<{witness: Witness; options: CommonOptions}> {
  const waiting = new Set<{condition: () => boolean; resolve: () => void}>();
  const look = (): void => {
    for (const waiter of waiting) {
      if (!waiter.condition()) continue;
      waiting.delete(waiter);
      waiter.resolve();
    }
  };
  const events: Witness["events"] = [];
  const frames: Witness["frames"] = [];
  const lines: Witness["lines"] = [];
  const write = (message: string, fields?: LogFields): void => {
    lines.push({message, fields});
    look();
  };
  const logger: Logger = {error: write, warn: write, info: write, debug: write, child: () => logger};
  return {
    witness: {
      events,
      frames,
      lines,
      until: (condition) =>
        new Promise((resolve) => {
          waiting.add({condition, resolve});
          look();
        }),
    },
    options: {
      identity: {privateKeySeed: seedOf(index), peerId: await peerOf(index)},
      roster: {members, expiries: new Map(), rendezvous: new Uint8Array(32).fill(7)},
      handshake: {consortium: "c0ffee", run: "run-1", layout: "abcdef"},
      clock: systemClock,
      random: createRandom({seed: index, site: "", round: 0, purpose: "network"}),
      logger,
      events: {
        onLinkUp(peer) {
          events.push({kind: "up", peer});
          look();
        },
        onLinkDown(peer, reason) {
          events.push({kind: "down", peer, reason});
          look();
        },
        onFrame(from, frame) {
          frames.push({from, frame});
          look();
        },
      },
    },
  };
}

/** A member under test. */
export interface TestMember extends Witness {
  readonly network: Network;
  readonly peer: PeerId;
  /** State of the link to `other`. */
  linkTo(other: PeerId): LinkState;
  /** Resolves when the link to `other` is up. */
  upWith(other: TestMember): Promise<void>;
}

/** Joins a witness and its network. */
export function testMember(seen: Witness, network: Network): TestMember {
  const linkTo = (other: PeerId): LinkState => {
    const state = network.links().find(({peer}) => peer === other);
    if (state === undefined) throw new Error(`${other} is not in the roster of this member`);
    return state;
  };
  return {
    ...seen,
    network,
    peer: network.self,
    linkTo,
    upWith: (other) => seen.until(() => linkTo(other.peer).status === "up"),
  };
}

/** A signal that never aborts. */
export const noAbort = (): AbortSignal => new AbortController().signal;
