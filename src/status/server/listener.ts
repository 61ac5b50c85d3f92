import {createServer as createPlainServer, type RequestListener, type Server} from "node:http";
import {createServer as createTlsServer} from "node:https";
import type {Duplex} from "node:stream";
import {CodedError} from "../../core/index.ts";
import type {StatusErrorCode} from "../errors.ts";
import type {StatusTls} from "./access.ts";

const MAX_CONNECTIONS = 64;
const MAX_HEADER_BYTES = 8 * 1024;
/** Whoever has not written all of a request by then is cut off. */
const LIMITS = {
  requestTimeout: 10_000,
  headersTimeout: 5_000,
  keepAliveTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: MAX_HEADER_BYTES,
};

/** A server of plain HTTP, or of HTTPS with TLS 1.3, that bounds what a client can make it hold. @throws STATUS_TLS_INVALID */
export function createListener(tls: StatusTls | null, handler: RequestListener): Server {
  const server = tls === null ? createPlainServer(LIMITS, handler) : createGuarded(tls, handler);
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

function createGuarded({cert, key, clientCa}: StatusTls, handler: RequestListener): Server {
  const asPem = (bytes: Uint8Array): Buffer => Buffer.from(bytes);
  const clients = clientCa === null ? {} : {ca: asPem(clientCa), requestCert: true, rejectUnauthorized: true};
  try {
    return createTlsServer(
      {...LIMITS, ...clients, cert: asPem(cert), key: asPem(key), minVersion: "TLSv1.3"},
      handler,
    );
  } catch (cause) {
    const code: StatusErrorCode = "STATUS_TLS_INVALID";
    throw new CodedError(code, "the certificate or key under status.tls can not be used", {
      hint: "Give a certificate chain, its private key and the clients' authority as PEM files.",
      cause,
    });
  }
}

const MALFORMED: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/** Answers what is no HTTP at all, and hangs up. */
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
