import type {Network, NetworkEvents, Publishable} from "../../../src/network/index.ts";

/** A network whose links all go down and come up again, as a bad line's do; what was published stays so. */
export interface FlappingNetwork extends Network {
  /** Takes all links down, and opens them anew. */
  flap(): Promise<void>;
}

/** A {@link FlappingNetwork} of those that `open` opens, one after the other. */
export async function openFlapping(
  open: (events: NetworkEvents) => Promise<Network>,
  events: NetworkEvents,
): Promise<FlappingNetwork> {
  const published = new Map<string, Publishable>();
  let network = await open(events);
  return {
    self: network.self,
    addresses: () => network.addresses(),
    send: (to, frame) => network.send(to, frame),
    publish(blob) {
      published.set(blob.hash, blob);
      network.publish(blob);
    },
    withdraw(hash) {
      published.delete(hash);
      network.withdraw(hash);
    },
    fetch: (request) => network.fetch(request),
    drop: (peer) => network.drop(peer),
    pause: (peer) => network.pause(peer),
    resume: (peer) => network.resume(peer),
    links: () => network.links(),
    totals: () => network.totals(),
    close: () => network.close(),
    async flap() {
      await network.close();
      network = await open(events);
      for (const blob of published.values()) network.publish(blob);
    },
  };
}
