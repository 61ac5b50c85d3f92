import {type FastifyInstance, type FastifyReply, type FastifyRequest, fastify} from "fastify";
import {
  type Clock,
  type Closable,
  CodedError,
  createCloseStack,
  type Logger,
  type MetricRegistry,
} from "../core/index.ts";
import type {EventFeed} from "../node/index.ts";
import {type AlertBoard, openAlertBoard} from "./alert-board.ts";
import {type DashboardFile, readDashboard} from "./dashboard/dashboard-files.ts";
import {addDashboard} from "./dashboard/dashboard-routes.ts";
import type {StatusErrorCode} from "./errors.ts";
import {healthOf} from "./health.ts";
import {createNodeMetrics} from "./metrics/node-metrics.ts";
import {createServerMetrics, type ServerMetrics} from "./metrics/server-metrics.ts";
import {carriesToken, isOwnHost, requireGuard, type StatusAccess, urlHost} from "./server/access.ts";
import type {AnswerSources, StatusNode} from "./server/endpoints.ts";
import {createListener, refuseMalformed} from "./server/listener.ts";
import {openApiDocument} from "./server/open-api.ts";
import {addEndpoints, addEvents, HEADERS} from "./server/routes.ts";
import {createTokenBuckets, DEFAULT_RATE, type RateLimit} from "./server/token-bucket.ts";

const MAX_BODY_BYTES = 1024;
/** Asks for no token: it says nothing but that something answers. */
const LIVEZ = "/livez";

/** What a status server is made of. */
export interface StatusServerOptions {
  /** Address to listen on; any but a loopback one must be guarded. */
  readonly host: string;
  /** TCP port; 0 takes a free one. */
  readonly port: number;
  readonly access: StatusAccess;
  /** Default {@link DEFAULT_RATE}. */
  readonly rate?: RateLimit;
  /** The node, or null as long as it is starting. */
  node(): StatusNode | null;
  readonly feed: EventFeed;
  /** Where the node's metrics are made; they are served as they are. */
  readonly registry: MetricRegistry;
  readonly clock: Clock;
  /** Version of consilium. */
  readonly version: string;
  readonly logger: Logger;
  /** The folder of the dashboard as it was built; default: beside this module. */
  readonly dashboardUrl?: URL;
}

/** A status server that listens. */
export interface StatusServer extends Closable {
  /** Where it listens, such as `http://127.0.0.1:9600`. */
  readonly url: string;
}

function sourcesOf(options: StatusServerOptions, alerts: AlertBoard): AnswerSources {
  const {node, clock, version, registry} = options;
  const startedMs = clock.nowMs();
  const startedAt = new Date(clock.wallMs()).toISOString();
  const document = openApiDocument(version);
  const health = () => healthOf(node()?.view() ?? null, clock.wallMs());
  return {
    node,
    health,
    facts() {
      const uptimeSeconds = Math.round((clock.nowMs() - startedMs) / 1000);
      return {version, startedAt, uptimeSeconds, health: health(), alerts: alerts.alerts()};
    },
    metrics: () => registry.expose(),
    document: () => document,
  };
}

function openPathsOf(dashboard: readonly DashboardFile[]): ReadonlySet<string> {
  return new Set([LIVEZ, ...dashboard.map(({path}) => path)]);
}

/** What requests are let in by. */
interface Guard {
  readonly options: StatusServerOptions;
  readonly metrics: ServerMetrics;
  /** Paths that ask for no token, as nothing of the node is there. */
  readonly openPaths: ReadonlySet<string>;
}

function addGuard(server: FastifyInstance, {options, metrics, openPaths}: Guard): void {
  const {access, clock, rate = DEFAULT_RATE, host} = options;
  const take = createTokenBuckets(clock, rate);
  const {token, allowedHosts} = access;
  const refusal = ({headers, socket, ip, url}: FastifyRequest): readonly [number, string] | null => {
    const {localAddress: address, localPort: port} = socket;
    if (!isOwnHost(headers.host, {host, address, port, allowedHosts})) {
      metrics.refused("host");
      return [403, "the Host header is not this machine's"];
    }
    if (!take(ip)) {
      metrics.refused("rate");
      return [429, "too many requests"];
    }
    if (token === null || openPaths.has(url) || carriesToken(headers.authorization, token)) return null;
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

function createServer(options: StatusServerOptions): FastifyInstance {
  const {access, logger} = options;
  const server = fastify({
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    bodyLimit: MAX_BODY_BYTES,
    clientErrorHandler: refuseMalformed,
    frameworkErrors(_, __, reply: FastifyReply) {
      void reply.code(400).send({error: "bad request"});
    },
    serverFactory: (handler) => createListener(access.tls, handler),
  });
  server.setNotFoundHandler((_, reply) => reply.code(404).send({error: "not found"}));
  server.setErrorHandler<Error & {statusCode?: number}>(({name, statusCode = 500}, _, reply) => {
    if (statusCode >= 500) logger.error("a status request failed", {error: name});
    return reply.code(statusCode).send({error: statusCode >= 500 ? "internal error" : "bad request"});
  });
  return server;
}

function portOf(server: FastifyInstance): number {
  const address = server.server.address();
  return address === null || typeof address === "string" ? 0 : address.port;
}

function listenFailure(cause: unknown, {host, port}: StatusServerOptions): CodedError<StatusErrorCode> {
  if (cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE") {
    return new CodedError("STATUS_PORT_IN_USE", `the status port ${port} of ${host} is in use`, {
      hint: "Stop the other process, or choose another status.port in node.yaml.",
      cause,
    });
  }
  return new CodedError("STATUS_LISTEN_FAILED", `could not listen on ${host} port ${port} for status`, {
    hint: "Choose another status.host or status.port in node.yaml.",
    cause,
  });
}

/**
 * Serves what an operator asks of a node: health, status, metrics and events; read-only; and to a browser a
 * page that shows them. Whatever else is asked for is not found. What needs the node answers 503 as long as it is
 * starting.
 * @throws STATUS_AUTH_REQUIRED, STATUS_DASHBOARD_UNREADABLE, STATUS_TLS_INVALID, STATUS_PORT_IN_USE, STATUS_LISTEN_FAILED
 */
export async function openStatusServer(options: StatusServerOptions): Promise<StatusServer> {
  const {host, port, access, feed, clock, registry, node, version} = options;
  requireGuard(host, access);
  const dashboard = await readDashboard(options.dashboardUrl);
  const stack = createCloseStack();
  const server = createServer(options);
  const view = () => node()?.view() ?? null;
  const alerts = stack.add(openAlertBoard({feed, clock, view}));
  stack.add({
    async close() {
      await server.close();
    },
  });
  const metrics = createServerMetrics(registry);
  createNodeMetrics(registry, {feed, alerts, node, wallMs: () => clock.wallMs(), version});
  addGuard(server, {options, metrics, openPaths: openPathsOf(dashboard)});
  addDashboard(server, dashboard);
  addEndpoints(server, sourcesOf(options, alerts));
  addEvents(server, {feed, clock, metrics});
  try {
    await server.listen({host, port});
  } catch (cause) {
    await stack.close();
    throw listenFailure(cause, options);
  }
  const scheme = access.tls === null ? "http" : "https";
  return {url: `${scheme}://${urlHost(host)}:${portOf(server)}`, close: () => stack.close()};
}
