export {type MixingGraph, mixingGraph} from "./mixing-graph.ts";
export {listenersIn, type Phase} from "./phase.ts";
export {isExact, type Period, type ScheduleSpec, schedulePeriod} from "./schedule.ts";
