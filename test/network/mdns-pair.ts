/*
 * Two members that know no address and find each other by multicast DNS. Run in a network namespace of its own, so
 * that nobody else on this machine's networks hears them; ends once they are linked.
 */
import "../../src/core/polyfill.ts";
import {peersOf} from "./fixture.ts";
import {libp2pWorld} from "./libp2p-world.ts";

const world = libp2pWorld(await peersOf(2));
const one = await world.start(0, {bootstrap: [], mdns: true});
const other = await world.start(1, {bootstrap: [], mdns: true});
await Promise.all([one.upWith(other), other.upWith(one)]);
process.stdout.write(`${JSON.stringify([one, other].map(({events}) => events))}\n`);
await world.close();
