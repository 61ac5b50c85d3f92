import {libp2pWorld} from "./libp2p-world.ts";
import {networkContract} from "./network-contract.ts";

networkContract("over libp2p", (members) => libp2pWorld(members));
