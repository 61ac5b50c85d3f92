/*
 * The names that most users of the library need first. Rooms have doors of their own, which package.json lists under
 * `exports`: `consilium/gossip`, `consilium/evaluation`, `consilium/simulation` and others.
 */
export {loadExperiment} from "./config/index.ts";
export {createSession} from "./gossip/index.ts";
export {createNode} from "./node/index.ts";
export {simulate} from "./study/index.ts";
