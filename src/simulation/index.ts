export type {SimulationErrorCode} from "./errors.ts";
export {type Fault, World, type WorldOptions} from "./world/world.ts";
