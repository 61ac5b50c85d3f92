import {type FastifyInstance, type FastifyReply, type FastifyRequest, fastify} from "fastify";
import {ZodError} from "zod";
import {
  at,
  type Clock,
  type Closable,
  createCloseStack,
  isCoded,
  type LogFields,
  type Logger,
  type MetricRegistry,
} from "../core/index.ts";
import type {EventFeed} from "../node/index.ts";
import {type AlertBoard, openAlertBoard} from "./alert-board.ts";
import {certificateEnd} from "./certificate.ts";
import {type DashboardFile, readDashboard} from "./dashboard/dashboard-files.ts";
import {addDashboard} from "./dashboard/dashboard-routes.ts";
import {healthOf} from "./health.ts";
import {createNodeMetrics} from "./metrics/node-metrics.ts";
import {createServerMetrics, type ServerMetrics} from "./metrics/server-metrics.ts";
import {type OpeningWatch, watchOpening} from "./opening-watch.ts";
import {openProbeServer} from "./probe-server.ts";
import {remainingOf} from "./remaining-time.ts";
import {
  carriesToken,
  requireGuard,
  type StatusAccess,
  type StatusTls,
  strangerOf,
  urlHost,
} from "./server/access.ts";
import {STATUS_BOUNDS} from "./server/connections.ts";
import type {AnswerSources, StatusNode} from "./server/endpoints.ts";
import {createListener, refuseMalformed, renewCertificate} from "./server/listener.ts";
import {listenFailure, portOf} from "./server/listening.ts";
import {openApiDocument} from "./server/open-api.ts";
import {watchCertificate} from "./server/renewal.ts";
import {addEndpoints, addEvents, HEADERS} from "./server/routes.ts";
import {createTokenBuckets, DEFAULT_RATE, type RateLimit} from "./server/token-bucket.ts";

const MAX_BODY_BYTES = 1024;
/** Needs no token: it says only that something answers. */
const LIVEZ = "/livez";
/** Path of the dashboard. */
const PAGE = "/";
/** Name under which all requests with the token are counted; no address has this name. */
const TOKEN_HOLDER = "token";

/** Options of a status server. */
export interface StatusServerOptions {
  /** Address to listen on; any but a loopback one must be guarded. */
  readonly host: string;
  /** TCP port; 0 takes a free one. */
  readonly port: number;
  /** Address of the listener for probes. */
  readonly probes: {readonly host: string; readonly port: number};
  readonly access: StatusAccess;
  /** Default {@link DEFAULT_RATE}. */
  readonly rate?: RateLimit;
  /** The node, or null while it is starting. */
  node(): StatusNode | null;
  readonly feed: EventFeed;
  /** Registry of the node's metrics, which are served unchanged. */
  readonly registry: MetricRegistry;
  readonly clock: Clock;
  /** Version of consilium. */
  readonly version: string;
  readonly logger: Logger;
  /**
   * Reads the files of `access.tls` again, for a renewed certificate; if absent, a renewal needs a restart.
   */
  readTls?(): Promise<StatusTls | null>;
  /** The folder with the built dashboard; default: beside this module. */
  readonly dashboardUrl?: URL;
}

/** A status server that listens. */
export interface StatusServer extends Closable {
  /** Its address, such as `http://127.0.0.1:9600`. */
  readonly url: string;
  /** The address of the probes, such as `http://127.0.0.1:9700`. */
  readonly probesUrl: string;
}

/** The certificate that the server uses now. */
interface TlsState {
  /** Time at which it expires, in wall-clock ms; null without TLS. */
  endsWallMs: number | null;
}

/** The sources of a server's answers beside its options. */
interface ServerParts {
  readonly alerts: AlertBoard;
  readonly tls: TlsState;
  readonly opening: OpeningWatch;
}

function sourcesOf(options: StatusServerOptions, {alerts, tls, opening}: ServerParts): AnswerSources {
  const {node, clock, version, registry} = options;
  const startedMs = clock.nowMs();
  const startedAt = new Date(clock.wallMs()).toISOString();
  const document = openApiDocument(version);
  return {
    node,
    opening: () => opening.now(),
    health: () => healthOf(node()?.view() ?? null, clock.wallMs()),
    facts(view) {
      const wallMs = clock.wallMs();
      return {
        version,
        startedAt,
        uptimeSeconds: Math.round((clock.nowMs() - startedMs) / 1000),
        health: healthOf(view, wallMs),
        remaining: remainingOf(view, wallMs),
        certificateEndsWallMs: tls.endsWallMs,
        alerts: alerts.alerts(),
      };
    },
    metrics: () => registry.expose(),
    document: () => document,
  };
}

function openPathsOf(dashboard: readonly DashboardFile[]): ReadonlySet<string> {
  return new Set(dashboard.map(({path}) => path));
}

/** Dependencies of the guard over requests. */
interface Guard {
  readonly options: StatusServerOptions;
  readonly metrics: ServerMetrics;
  /** Paths that need no token, because they hold no data of the node. */
  readonly openPaths: ReadonlySet<string>;
}

function addGuard(server: FastifyInstance, {options, metrics, openPaths}: Guard): void {
  const {access, clock, rate = DEFAULT_RATE, host} = options;
  const take = createTokenBuckets(clock, rate);
  const {token, allowedHosts} = access;
  const refusal = ({headers, socket, ip, url}: FastifyRequest): readonly [number, string] | null => {
    const [path = url] = url.split("?");
    const stranger = strangerOf(headers, socket, {host, allowedHosts, isPage: path === PAGE});
    if (stranger !== null) {
      metrics.refused(stranger.reason);
      return [403, stranger.error];
    }
    // It costs no more than a refusal, and tells a supervisor that the process lives.
    if (path === LIVEZ) return null;
    const isKnown = token !== null && carriesToken(headers.authorization, token);
    // A holder of the token has a bucket that nobody else empties, whatever comes from the same address.
    if (!take(isKnown ? TOKEN_HOLDER : ip)) {
      metrics.refused("rate");
      return [429, "too many requests"];
    }
    if (token === null || isKnown || openPaths.has(path)) return null;
    metrics.refused("token");
    return [401, "the token is missing or wrong"];
  };
  server.addHook("onRequest", async (request: FastifyRequest, reply: FastifyReply) => {
    reply.headers(HEADERS);
    const refused = refusal(request);
    if (refused === null) return undefined;
    const [status, error] = refused;
    if (status === 401) reply.header("www-authenticate", "Bearer");
    if (status === 429) reply.header("retry-after", "1");
    return reply.code(status).send({error});
  });
}

/** Log fields of a failed answer: for an answer outside its schema the place, and no value. */
function faultFields(error: Error): LogFields {
  const {name} = error;
  if (error instanceof ZodError) {
    const {code, path} = at(error.issues, 0);
    return {error: name, code, detail: `at ${path.map(String).join(".")}`};
  }
  return {error: name, code: isCoded(error) ? error.code : undefined};
}

function createServer(options: StatusServerOptions): FastifyInstance {
  const {access, logger, clock} = options;
  const server = fastify({
    forceCloseConnections: true,
    bodyLimit: MAX_BODY_BYTES,
    clientErrorHandler: refuseMalformed,
    frameworkErrors(_, __, reply: FastifyReply) {
      void reply.code(400).send({error: "bad request"});
    },
    serverFactory: (handler) => createListener({tls: access.tls, clock, bounds: STATUS_BOUNDS}, handler),
  });
  server.setNotFoundHandler((_, reply) => reply.code(404).send({error: "not found"}));
  server.setErrorHandler<Error & {statusCode?: number}>((error, _, reply) => {
    const {statusCode = 500} = error;
    if (statusCode >= 500) logger.error("a status request failed", faultFields(error));
    return reply.code(statusCode).send({error: statusCode >= 500 ? "internal error" : "bad request"});
  });
  return server;
}

/** Logs the alerts that /v1/status shows. */
function logAlerts(feed: EventFeed, logger: Logger): void {
  feed.subscribe(null, ({event}) => {
    if (event.type !== "alert") return;
    const {alert: code, detail, state} = event;
    if (state === "raised") logger.warn("an alert was raised", {code, detail});
    else logger.info("an alert was cleared", {code});
  });
}

/**
 * Serves an operator's questions about a node, read-only: health, status, metrics and events; and to a
 * browser a page that shows them. Any other path is not found. Requests that need the node get 503 while it
 * is starting.
 * @throws STATUS_AUTH_REQUIRED, STATUS_DASHBOARD_UNREADABLE, STATUS_TLS_INVALID, STATUS_PORT_IN_USE,
 *   STATUS_LISTEN_FAILED
 */
export async function openStatusServer(options: StatusServerOptions): Promise<StatusServer> {
  const {host, port, probes, access, feed, clock, logger, registry, node, version} = options;
  requireGuard(host, access);
  const dashboard = await readDashboard(options.dashboardUrl);
  const stack = createCloseStack();
  const server = createServer(options);
  const view = () => node()?.view() ?? null;
  const tls: TlsState = {endsWallMs: access.tls === null ? null : certificateEnd(access.tls.cert)};
  const certificateEndsWallMs = () => tls.endsWallMs;
  const alerts = stack.add(openAlertBoard({feed, clock, view, certificateEndsWallMs}));
  stack.add({
    async close() {
      await server.close();
    },
  });
  if (access.tls !== null && options.readTls !== undefined) {
    const apply = (renewed: StatusTls): void => {
      const endsWallMs = certificateEnd(renewed.cert);
      renewCertificate(server.server, renewed);
      tls.endsWallMs = endsWallMs;
    };
    stack.add(watchCertificate({clock, logger, tls: access.tls, read: options.readTls, apply}));
  }
  logAlerts(feed, logger);
  const metrics = createServerMetrics(registry);
  createNodeMetrics(registry, {
    feed,
    alerts,
    node,
    wallMs: () => clock.wallMs(),
    certificateEndsWallMs,
    version,
  });
  addGuard(server, {options, metrics, openPaths: openPathsOf(dashboard)});
  addDashboard(server, dashboard);
  const sources = sourcesOf(options, {alerts, tls, opening: stack.add(watchOpening(feed))});
  addEndpoints(server, sources);
  addEvents(server, {feed, clock, metrics});
  try {
    await server.listen({host, port}).catch((cause: unknown) => {
      throw listenFailure(cause, {host, port, block: "status"});
    });
    const {health} = sources;
    const {allowedHosts} = access;
    const probed = stack.add(
      await openProbeServer({...probes, allowedHosts, health, clock, metrics, logger}),
    );
    const scheme = access.tls === null ? "http" : "https";
    const url = `${scheme}://${urlHost(host)}:${portOf(server.server)}`;
    return {url, probesUrl: probed.url, close: () => stack.close()};
  } catch (error) {
    await stack.close();
    throw error;
  }
}
