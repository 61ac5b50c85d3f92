import {systemClock} from "../../src/core/index.ts";
import {createMemoryHub, createMemoryNetwork, type Network} from "../../src/network/index.ts";
import {testMember, witness} from "./fixture.ts";
import {networkContract} from "./network-contract.ts";

networkContract("in one process", (members) => {
  const hub = createMemoryHub({clock: systemClock});
  const networks: Network[] = [];
  return {
    async start(index, {members: roster = members, ...changes} = {}) {
      const {witness: seen, options} = await witness(index, roster);
      const network = await createMemoryNetwork({...options, ...changes, hub});
      networks.push(network);
      return testMember(seen, network);
    },
    close: async () => void (await Promise.all(networks.map((network) => network.close()))),
  };
});
