import {pino} from "pino";

/**
 * The names that facts beside a message may have, rounds counted from 1; whoever adds one says with it that its values hold no record, patient
 * key, weight, secret or raw network byte.
 */
const LOG_FIELDS = [
  "room",
  "run",
  "round",
  "rounds",
  "stage",
  "activity",
  "unit",
  "weight",
  "verdict",
  "result",
  "site",
  "consortium",
  "peerId",
  "fingerprint",
  "addresses",
  "address",
  "statusUrl",
  "probesUrl",
  "state",
  "version",
  "host",
  "peer",
  "peers",
  "peersUp",
  "member",
  "members",
  "missing",
  "objector",
  "absent",
  "waitingFor",
  "direction",
  "code",
  "detail",
  "seconds",
  "reason",
  "error",
  "event",
  "backend",
  "notUsed",
  "bytesSent",
  "bytesReceived",
  "loss",
  "validationAuroc",
  "testPatients",
  "testAuroc",
  "testAccuracy",
] as const;

/** A name that a log knows. */
export type LogField = (typeof LOG_FIELDS)[number];

/** Facts beside a log message; a name that the log does not know is refused by the compiler, and its value withheld. */
export type LogFields = Readonly<
  Partial<Record<LogField, string | number | boolean | null | readonly string[] | undefined>>
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

const WITHHELD = "[withheld]";
const KNOWN: ReadonlySet<string> = new Set(LOG_FIELDS);

/** The fields with the values of unknown names, which a cast or a spread has let in, withheld. */
function known(fields: LogFields = {}): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, KNOWN.has(name) ? value : WITHHELD]),
  );
}

function adapt(target: pino.Logger): Logger {
  return {
    error: (message, fields) => target.error(known(fields), message),
    warn: (message, fields) => target.warn(known(fields), message),
    info: (message, fields) => target.info(known(fields), message),
    debug: (message, fields) => target.debug(known(fields), message),
    child: (fields) => adapt(target.child(known(fields))),
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
