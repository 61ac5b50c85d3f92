/*
 * The names that most users of the library need first. Each room has its own door: `consilium/gossip`,
 * `consilium/evaluation`, `consilium/simulation`, `consilium/node` and `consilium/config`.
 */
export {loadExperiment} from "./config/index.ts";
export {createSession} from "./gossip/index.ts";
export {createNode} from "./node/index.ts";
export {simulate} from "./study/index.ts";
