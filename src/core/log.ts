import {pino} from "pino";

/** Facts beside a log message; never a record, patient key, weight, secret or raw network byte. */
export type LogFields = Readonly<
  Record<string, string | number | boolean | null | readonly string[] | undefined>
>;

/**
 * A room's log. Messages are constant, facts go into fields.
 * error: the operator must act; warn: will need to; info: a rare change of state; debug: once a round.
 */
export interface Logger {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /** A log whose lines carry `fields` as well. */
  child(fields: LogFields): Logger;
}

/** Where log lines go. */
export interface LogSink {
  write(line: string): void;
}

/** Levels a log can be cut at. */
export type LogLevel = "error" | "warn" | "info" | "debug" | "silent";

function adapt(target: pino.Logger): Logger {
  return {
    error: (message, fields) => target.error(fields ?? {}, message),
    warn: (message, fields) => target.warn(fields ?? {}, message),
    info: (message, fields) => target.info(fields ?? {}, message),
    debug: (message, fields) => target.debug(fields ?? {}, message),
    child: (fields) => adapt(target.child(fields)),
  };
}

/** JSON lines of at least `level` to `sink`. */
export function createJsonLogger(level: LogLevel, sink: LogSink): Logger {
  return adapt(pino({level, base: null, timestamp: pino.stdTimeFunctions.isoTime}, sink));
}

/** A log that keeps nothing. */
export const silentLogger: Logger = {
  error() {},
  warn() {},
  info() {},
  debug() {},
  child: () => silentLogger,
};
