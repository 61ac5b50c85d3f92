import {createServer as createPlainServer, type RequestListener, type Server} from "node:http";
import {createServer as createTlsServer, Server as TlsServer} from "node:https";
import type {Duplex} from "node:stream";
import type {SecureContextOptions} from "node:tls";
import {type Clock, CodedError} from "../../core/index.ts";
import type {StatusErrorCode} from "../errors.ts";
import type {StatusTls} from "./access.ts";
import {boundConnections, type ConnectionBounds} from "./connections.ts";

const MAX_HEADER_BYTES = 8 * 1024;
/** Limits on a client's requests; one that has not written all of its request in time is cut off. */
const LIMITS = {
  requestTimeout: 10_000,
  handshakeTimeout: 5_000,
  headersTimeout: 5_000,
  keepAliveTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: MAX_HEADER_BYTES,
};

/** Options of a listener. */
export interface ListenerOptions {
  readonly tls: StatusTls | null;
  readonly clock: Pick<Clock, "after">;
  readonly bounds: ConnectionBounds;
}

/**
 * Creates a server of plain HTTP, or of HTTPS with TLS 1.3, that bounds what a client can make it hold.
 * @throws STATUS_TLS_INVALID
 */
export function createListener({tls, clock, bounds}: ListenerOptions, handler: RequestListener): Server {
  const server = tls === null ? createPlainServer(LIMITS, handler) : createGuarded(tls, handler);
  // The system still counts connections that are being closed, so there is room for as many again.
  server.maxConnections = 2 * bounds.most;
  boundConnections(server, clock, bounds);
  return server;
}

/**
 * Shows another certificate to clients that connect from now on, if the server uses HTTPS.
 * @throws STATUS_TLS_INVALID
 */
export function renewCertificate(server: Server, tls: StatusTls): void {
  if (server instanceof TlsServer) withKeys(tls, (keys) => server.setSecureContext(keys));
}

/** The certificates that a server over TLS shows and requires. */
function keysOf({cert, key, clientCa}: StatusTls): SecureContextOptions {
  const ca = clientCa === null ? {} : {ca: Buffer.from(clientCa)};
  return {cert: Buffer.from(cert), key: Buffer.from(key), ...ca, minVersion: "TLSv1.3"};
}

function withKeys<Result>(tls: StatusTls, use: (keys: SecureContextOptions) => Result): Result {
  try {
    return use(keysOf(tls));
  } catch (cause) {
    const code: StatusErrorCode = "STATUS_TLS_INVALID";
    throw new CodedError(code, "the certificate or key under status.tls cannot be used", {
      hint: "Give a certificate chain, its private key and the clients' authority as PEM files.",
      cause,
    });
  }
}

function createGuarded(tls: StatusTls, handler: RequestListener): Server {
  const clients = tls.clientCa === null ? {} : {requestCert: true, rejectUnauthorized: true};
  return withKeys(tls, (keys) => createTlsServer({...LIMITS, ...clients, ...keys}, handler));
}

const MALFORMED: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/** Answers a request that is not HTTP at all, and hangs up. */
export function refuseMalformed({code}: {readonly code?: unknown}, socket: Duplex): void {
  const status = MALFORMED[String(code)] ?? "400 Bad Request";
  if (code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = '{"error":"bad request"}';
  const head = ["content-type: application/json", `content-length: ${body.length}`, "connection: close"];
  socket.end(`HTTP/1.1 ${status}\r\n${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}
