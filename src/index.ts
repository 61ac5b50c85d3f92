/*
 * What most who use this package as a library begin with. Each room has a door of its own beside: `consilium/gossip`,
 * `consilium/evaluation`, `consilium/simulation`, `consilium/node` and `consilium/config`.
 */
export {loadExperiment} from "./config/index.ts";
export {createSession} from "./gossip/index.ts";
export {createNode} from "./node/index.ts";
export {simulate} from "./simulation/index.ts";
