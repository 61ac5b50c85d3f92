import {once} from "node:events";
import type {IncomingMessage, RequestListener, ServerResponse} from "node:http";
import type {Clock, Closable, Logger} from "../core/index.ts";
import type {Health} from "./answers/health-answer.ts";
import type {ServerMetrics} from "./metrics/server-metrics.ts";
import {strangerOf, urlHost} from "./server/access.ts";
import {PROBE_BOUNDS} from "./server/connections.ts";
import {createListener, refuseMalformed} from "./server/listener.ts";
import {listenFailure, portOf} from "./server/listening.ts";
import {HEADERS} from "./server/routes.ts";

const METHODS = ["GET", "HEAD"];

/** Options of a probe server. */
export interface ProbeServerOptions {
  readonly host: string;
  /** TCP port; 0 takes a free one. */
  readonly port: number;
  /** Names beside this machine's own by which clients may address it. */
  readonly allowedHosts: readonly string[];
  health(): Health;
  readonly clock: Pick<Clock, "after">;
  readonly metrics: Pick<ServerMetrics, "refused">;
  readonly logger: Logger;
}

/** A probe server that listens. */
export interface ProbeServer extends Closable {
  /** Its address, such as `http://127.0.0.1:9700`. */
  readonly url: string;
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, string | boolean>>;
}

/** The answer to each path: states only, no member, round or figure, because no token is required. */
function answerAt(path: string, health: () => Health): Answer {
  switch (path) {
    case "/livez":
      return {status: 200, body: {status: "alive"}};
    case "/healthz": {
      const {healthy, state} = health();
      return {status: healthy ? 200 : 503, body: {status: healthy ? "healthy" : "unhealthy", state}};
    }
    case "/readyz": {
      const {ready, state} = health();
      return {status: ready ? 200 : 503, body: {ready, state}};
    }
    default:
      return {status: 404, body: {error: "not found"}};
  }
}

function answerTo(
  {method = "", url = "", headers, socket}: IncomingMessage,
  {host, allowedHosts, health, metrics}: ProbeServerOptions,
): Answer {
  const stranger = strangerOf(headers, socket, {host, allowedHosts, isPage: false});
  if (stranger !== null) {
    metrics.refused(stranger.reason);
    return {status: 403, body: {error: stranger.error}};
  }
  const [path = url] = url.split("?");
  return answerAt(METHODS.includes(method) ? path : "", health);
}

/** Calls {@link answerTo}; a fault of the node becomes an answer too, and ends no process. */
function safeAnswerTo(request: IncomingMessage, options: ProbeServerOptions): Answer {
  try {
    return answerTo(request, options);
  } catch (error) {
    options.logger.error("a probe failed", {error: error instanceof Error ? error.name : "unknown"});
    return {status: 500, body: {error: "internal error"}};
  }
}

function handlerOf(options: ProbeServerOptions): RequestListener {
  return (request: IncomingMessage, response: ServerResponse) => {
    const {status, body} = safeAnswerTo(request, options);
    const type = {"content-type": "application/json; charset=utf-8", connection: "close"};
    response.writeHead(status, {...HEADERS, ...type}).end(JSON.stringify(body));
  };
}

/**
 * Serves probes and nothing else, on a separate listener: a client that fills the status server with
 * connections or requests does not keep a supervisor from hearing that the node lives.
 * @throws STATUS_PORT_IN_USE, STATUS_LISTEN_FAILED
 */
export async function openProbeServer(options: ProbeServerOptions): Promise<ProbeServer> {
  const {host, port, clock} = options;
  const server = createListener({tls: null, clock, bounds: PROBE_BOUNDS}, handlerOf(options));
  server.on("clientError", refuseMalformed);
  try {
    server.listen({host, port});
    await once(server, "listening");
  } catch (cause) {
    throw listenFailure(cause, {host, port, block: "status.probes"});
  }
  return {
    url: `http://${urlHost(host)}:${portOf(server)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
