import {pino} from "pino";

/**
 * Names of the fields of a log line. Rounds are counted from 1. Adding a name states that its values hold no
 * record, patient key, weight, secret or raw network byte.
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

/** The name of a log field. */
export type LogField = (typeof LOG_FIELDS)[number];

/** Facts beside a log message. The compiler refuses an unknown name; at run time its value is withheld. */
export type LogFields = Readonly<
  Partial<Record<LogField, string | number | boolean | null | readonly string[] | undefined>>
>;

/**
 * A room's log. Messages are constant; facts go into fields.
 * error: the operator must act; warn: the operator will need to act; info: a rare change of state; debug:
 * once a round.
 */
export interface Logger {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /** Returns a log whose lines also carry `fields`. */
  child(fields: LogFields): Logger;
}

/** Destination of log lines. */
export interface LogSink {
  write(line: string): void;
}

/** The least severe level that a log writes. */
export type LogLevel = "error" | "warn" | "info" | "debug" | "silent";

const WITHHELD = "[withheld]";
const KNOWN: ReadonlySet<string> = new Set(LOG_FIELDS);

/** Withholds the values of unknown names that a cast or a spread has let in. */
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

/** Creates a log that writes lines of at least `level` as JSON to `sink`. */
export function createJsonLogger(level: LogLevel, sink: LogSink): Logger {
  return adapt(pino({level, base: null, timestamp: pino.stdTimeFunctions.isoTime}, sink));
}

/** A log that discards everything. */
export const silentLogger: Logger = {
  error() {},
  warn() {},
  info() {},
  debug() {},
  child: () => silentLogger,
};
