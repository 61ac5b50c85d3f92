import {
  createLibp2pNetwork,
  type Libp2pNetworkOptions,
  type Network,
  type PeerId,
} from "../../src/network/index.ts";
import {type TestMember, testMember, witness} from "./fixture.ts";
import type {MemberChanges, World} from "./network-contract.ts";

/** Changes to the options of a libp2p member. */
export type Libp2pChanges = MemberChanges &
  Partial<Omit<Libp2pNetworkOptions, "roster">> & {readonly expiries?: ReadonlyMap<PeerId, number>};

/** Members over libp2p on loopback; each bootstraps from all that were started before it. */
export interface Libp2pWorld extends World {
  start(index: number, changes?: Libp2pChanges): Promise<TestMember>;
}

/** A {@link Libp2pWorld} without members yet. */
export function libp2pWorld(members: readonly PeerId[]): Libp2pWorld {
  const networks: Network[] = [];
  return {
    async start(index, {members: roster = members, expiries = new Map(), ...changes} = {}) {
      const {witness: seen, options} = await witness(index, roster);
      const network = await createLibp2pNetwork({
        ...options,
        roster: {...options.roster, expiries},
        listen: ["/ip4/127.0.0.1/tcp/0"],
        bootstrap: networks.flatMap((other) => other.addresses()),
        mdns: false,
        knownAddresses: {},
        onAddresses() {},
        ...changes,
      });
      networks.push(network);
      return testMember(seen, network);
    },
    close: async () => void (await Promise.all(networks.map((network) => network.close()))),
  };
}
