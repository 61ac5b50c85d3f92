export type {GossipErrorCode} from "./errors.ts";
export {recordSession, type TraceSink} from "./recorder/record-session.ts";
export {type ReplayedStep, replaySession} from "./recorder/replay-session.ts";
export {decodeTrace, type Trace} from "./recorder/trace-entry.ts";
export {restoreSession} from "./restore.ts";
export {createSession} from "./session.ts";
export type {Session, SessionView} from "./session-types.ts";
