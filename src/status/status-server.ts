import {type FastifyInstance, type FastifyReply, type FastifyRequest, fastify} from "fastify";
import {type Clock, type Closable, CodedError, type Logger} from "../core/index.ts";
import type {NodeView} from "../node/index.ts";
import type {StatusErrorCode} from "./errors.ts";
import {statusResponseOf} from "./status-response.ts";

const REQUEST_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 64;
const LOCAL_NAMES = ["127.0.0.1", "localhost", "[::1]"];

/** What a status server is made of. */
export interface StatusServerOptions {
  /** Loopback address to listen on. */
  readonly host: "127.0.0.1" | "::1";
  /** TCP port; 0 takes a free one. */
  readonly port: number;
  /** The node as it is now, or null as long as it is starting. */
  view(): NodeView | null;
  readonly clock: Clock;
  /** Version of consilium. */
  readonly version: string;
  readonly logger: Logger;
}

/** A status server that listens. */
export interface StatusServer extends Closable {
  /** Where it listens, such as `http://127.0.0.1:9600`. */
  readonly url: string;
}

/** The part of the options that answers are made of. */
type Sources = Pick<StatusServerOptions, "view" | "clock" | "version">;

function addRoutes(server: FastifyInstance, {view, clock, version}: Sources): void {
  const startedMs = clock.nowMs();
  const startedAt = new Date(clock.wallMs()).toISOString();
  server.get("/healthz", async () => ({status: "ok"}));
  server.get("/v1/status", async (_, reply) => {
    const now = view();
    if (now === null) return reply.code(503).send({error: "the node is starting"});
    const uptimeSeconds = Math.round((clock.nowMs() - startedMs) / 1000);
    return statusResponseOf(now, {version, startedAt, uptimeSeconds});
  });
}

function portOf(server: FastifyInstance): number {
  const address = server.server.address();
  return address === null || typeof address === "string" ? 0 : address.port;
}

/**
 * Refuses requests whose Host header is not this machine's own: a web page whose name was made to resolve to
 * loopback (DNS rebinding) sends its own name there.
 */
async function refuseForeignHost(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const port = request.socket.localPort;
  const isLocal = LOCAL_NAMES.some((name) => request.headers.host?.toLowerCase() === `${name}:${port}`);
  if (!isLocal) await reply.code(403).send({error: "the Host header is not this machine's"});
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
 * Serves `GET /healthz` and `GET /v1/status` on this machine alone; whatever else is asked for is not found.
 * `/v1/status` answers 503 as long as the node is starting.
 * @throws STATUS_PORT_IN_USE, STATUS_LISTEN_FAILED
 */
export async function openStatusServer(options: StatusServerOptions): Promise<StatusServer> {
  const {host, port, logger} = options;
  const server = fastify({
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    requestTimeout: REQUEST_TIMEOUT_MS,
  });
  server.server.maxConnections = MAX_CONNECTIONS;
  server.addHook("onRequest", refuseForeignHost);
  server.addHook("onSend", async (_, reply) => void reply.header("cache-control", "no-store"));
  server.setNotFoundHandler((_, reply) => reply.code(404).send({error: "not found"}));
  server.setErrorHandler<Error & {statusCode?: number}>(({name, statusCode = 500}, _, reply) => {
    if (statusCode >= 500) logger.error("a status request failed", {error: name});
    return reply.code(statusCode).send({error: statusCode >= 500 ? "internal error" : "bad request"});
  });
  addRoutes(server, options);
  try {
    await server.listen({host, port});
  } catch (cause) {
    await server.close();
    throw listenFailure(cause, options);
  }
  const name = host === "::1" ? "[::1]" : host;
  return {
    url: `http://${name}:${portOf(server)}`,
    async close() {
      await server.close();
    },
  };
}
