import {type ChildProcess, spawn} from "node:child_process";
import {createWriteStream} from "node:fs";
import {dirname, join} from "node:path";
import {createInterface} from "node:readline";
import {fileURLToPath} from "node:url";
import {loadNodeConfig, readStatusSecrets} from "../../config/index.ts";
import {type Clock, CodedError, delay, present} from "../../core/index.ts";
import {type StatusResponse, statusResponseSchema} from "../../status/index.ts";
import type {CliErrorCode} from "../errors.ts";
import type {Variables} from "./request.ts";
import type {WorkspaceSite} from "./workspace.ts";

/** The built program, at the same distance from the sources as from their build. */
const PROGRAM = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));
const STATUS_URL = /http:\/\/(127\.0\.0\.1|\[::1\]):\d+/;
/** Start of a line that gives the reason why a process ends: a coded error's, or that of a bug's stack. */
const ERROR_LINE = /^([A-Z]+(_[A-Z]+)+|[A-Za-z]*Error)\b.*: /;
const POLL_TIMEOUT_MS = 2000;
const KILL_AFTER_MS = 5000;

/** A node's state, as its daemon reports it. */
export type NodeStatus = StatusResponse["node"];

/** Options for the start of a daemon. */
export interface DaemonProcessOptions {
  readonly site: WorkspaceSite;
  readonly variables: Variables;
  readonly clock: Clock;
}

/** One hospital's daemon, a separate process; its log is kept in daemon.log beside its node.yaml. */
export interface DaemonProcess {
  readonly site: WorkspaceSite;
  /** Undefined if it could not be started. */
  readonly pid: number | undefined;
  /** Address of its status; rejects if the daemon ends before it gives one. */
  readonly statusUrl: Promise<string>;
  /** Rejects with CLI_DAEMON_ENDED when the daemon ends unasked; never resolves. */
  readonly failure: Promise<never>;
  /** Its status, or null while it has none to give. */
  status(): Promise<NodeStatus | null>;
  /** Ends it: with SIGTERM, and with SIGKILL after five seconds. Resolves when it has ended. */
  stop(): Promise<void>;
}

function endedError(
  site: string,
  lastLine: string | null,
  status: number | NodeJS.Signals,
): CodedError<CliErrorCode> {
  const said = lastLine ?? "it said nothing";
  return new CodedError("CLI_DAEMON_ENDED", `the daemon of ${site} has ended (${status}): ${said}`, {
    data: {site, status: typeof status === "number" ? status : 1},
  });
}

/** Passes each line of the child's output to `onLine` and into the log file. */
function readLines(
  child: ChildProcess,
  logFile: string,
  onLine: (line: string, isError: boolean) => void,
): void {
  const log = createWriteStream(logFile, {flags: "a", mode: 0o600});
  // The daemons go on even if there is no room for their log.
  log.on("error", () => {});
  child.once("close", () => log.end());
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({input: stream}).on("line", (line) => {
      log.write(`${line}\n`);
      onLine(line, stream === child.stderr);
    });
  }
}

/** Headers with which a site's status server admits its own operator. */
async function bearerOf({configPath}: WorkspaceSite): Promise<Readonly<Record<string, string>>> {
  const {token} = await readStatusSecrets((await loadNodeConfig(configPath)).status);
  return token === null ? {} : {authorization: `Bearer ${token}`};
}

async function readStatus(url: string, site: WorkspaceSite): Promise<NodeStatus | null> {
  try {
    const headers = await bearerOf(site);
    const signal = AbortSignal.timeout(POLL_TIMEOUT_MS);
    const response = await fetch(`${url}/v1/status`, {headers, signal});
    return response.ok ? statusResponseSchema.parse(await response.json()).node : null;
  } catch {
    // The daemon is busy, starting or ending; its process tells when it has ended.
    return null;
  }
}

/** A promise with the functions that settle it; nobody need wait for it. */
interface Settling<Value> {
  readonly promise: Promise<Value>;
  resolve(value: Value): void;
  reject(reason: unknown): void;
}

function settling<Value>(): Settling<Value> {
  let resolve: (value: Value) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<Value>((onValue, onReason) => {
    resolve = onValue;
    reject = onReason;
  });
  promise.catch(() => {});
  return {promise, resolve, reject};
}

/** Starts `consilium start` for a site of a workspace. */
export function launchDaemon({site, variables, clock}: DaemonProcessOptions): DaemonProcess {
  const child = spawn(process.execPath, [PROGRAM, "start", "--config", site.configPath], {
    env: {...variables},
    stdio: ["ignore", "pipe", "pipe"],
  });
  const url = settling<string>();
  const failure = settling<never>();
  const closed = settling<void>();
  let lastError: string | null = null;
  let isStopping = false;
  readLines(child, join(dirname(site.configPath), "daemon.log"), (line, isError) => {
    if (isError && (lastError === null || ERROR_LINE.test(line))) lastError = line.trim();
    const found = STATUS_URL.exec(line)?.[0];
    if (found !== undefined) url.resolve(found);
  });
  const end = (status: number | NodeJS.Signals): void => {
    const error = endedError(site.name, lastError, status);
    closed.resolve();
    url.reject(error);
    if (!isStopping) failure.reject(error);
  };
  child.once("error", ({message}) => {
    lastError = message;
    end(1);
  });
  child.once("close", (status, signal) => end(present(status ?? signal, "how a process ended")));
  return {
    site,
    pid: child.pid,
    statusUrl: url.promise,
    failure: failure.promise,
    status: async () => readStatus(await url.promise, site),
    async stop() {
      isStopping = true;
      child.kill("SIGTERM");
      const waiting = new AbortController();
      delay(clock, KILL_AFTER_MS, waiting.signal).then(
        () => child.kill("SIGKILL"),
        () => {},
      );
      await closed.promise;
      waiting.abort();
    },
  };
}
