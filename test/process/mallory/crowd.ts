import type {Connection} from "@libp2p/interface";
import {multiaddr} from "@multiformats/multiaddr";
import {LINK_PROTOCOL} from "../../../src/network/libp2p/streams.ts";
import {rawHost} from "../../network/raw-peer.ts";
import {pause} from "../until.ts";

/** Hosts with the same key, each of which opens one connection after the other: all at once would displace each other. */
const HOSTS = 10;
const DIAL_LIMIT_MS = 5_000;
/** What was refused or closed is opened anew after so long. */
const PAUSE_MS = 1_000;

/** Connections of one key with a daemon, each opened anew when it is refused or closed. */
export interface Crowd {
  /** How often one has been dialled. */
  dialled(): number;
  /** How many are open. */
  open(): number;
  stop(): Promise<void>;
}

/** A {@link Crowd} of `count`. @param seed of the key */
export async function openCrowd(seed: Uint8Array, address: string, count: number): Promise<Crowd> {
  const hosts = await Promise.all(Array.from({length: HOSTS}, () => rawHost(seed)));
  const ending = new AbortController();
  let dialled = 0;
  const keepSome = async (host: (typeof hosts)[0]): Promise<void> => {
    // The daemon may open its link, so that it has a reason to keep a connection.
    await host.handle(LINK_PROTOCOL, () => {});
    const slots: (Connection | null)[] = Array.from({length: count / HOSTS}, () => null);
    while (!ending.signal.aborted) {
      for (const [slot, connection] of slots.entries()) {
        if (connection?.status === "open" || ending.signal.aborted) continue;
        dialled += 1;
        const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(DIAL_LIMIT_MS)]);
        slots[slot] = await host.dial(multiaddr(address), {force: true, signal}).catch(() => null);
      }
      await pause(PAUSE_MS);
    }
  };
  const kept = hosts.map(keepSome);
  return {
    dialled: () => dialled,
    open: () => hosts.flatMap((host) => host.getConnections()).length,
    async stop() {
      ending.abort();
      await Promise.all(kept);
      await Promise.all(hosts.map(async (host) => host.stop()));
    },
  };
}
