import {X509Certificate} from "node:crypto";
import {type IncomingMessage, request as plainRequest, type RequestOptions} from "node:http";
import {type TLSSocket, connect as tlsConnect} from "node:tls";
import type {NodeConfig, StatusSecrets} from "../../config/index.ts";
import {CodedError, isLoopback} from "../../core/index.ts";
import type {CliErrorCode} from "../errors.ts";

const TIMEOUT_MS = 5000;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** A daemon's status server, and the secrets that it requires of clients. */
export interface StatusTarget extends StatusSecrets {
  /** Address without a slash at its end. */
  readonly url: string;
}

/** The address of the daemon of a configuration on this machine; null if it takes any free port. */
export function statusTarget(
  {host, port}: NodeConfig["status"],
  secrets: StatusSecrets,
): StatusTarget | null {
  if (port === 0) return null;
  const isAny = host === "0.0.0.0" || host === "::";
  const name = isAny ? (host === "::" ? "::1" : "127.0.0.1") : host;
  const scheme = secrets.tls === null ? "http" : "https";
  return {...secrets, url: `${scheme}://${name.includes(":") ? `[${name}]` : name}:${port}`};
}

function silence(where: string): CodedError<CliErrorCode> {
  return new CodedError("CLI_STATUS_UNREACHABLE", `${where} gives no whole answer in time`, {
    hint: "Start the daemon with `consilium start`, or name its address with --config or --url.",
  });
}

/**
 * Connects to this node's own server. The server must show the very certificate of node.yaml, whoever signed
 * it; the client shows the same one if the server asks for one.
 */
function connectPinned(url: URL, {cert, key}: NonNullable<StatusSecrets["tls"]>): Promise<TLSSocket> {
  const own = {cert: Buffer.from(cert), key: Buffer.from(key)};
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve, reject) => {
    const servername = /^[\d.:a-f]+$/i.test(host) || isLoopback(host) ? "" : host;
    const options = {...own, host, port: Number(url.port), servername, rejectUnauthorized: false};
    const socket = tlsConnect(options, () => {
      const shown = socket.getPeerX509Certificate()?.fingerprint256;
      if (shown === new X509Certificate(own.cert).fingerprint256) return resolve(socket);
      socket.destroy();
      const code: CliErrorCode = "CLI_STATUS_FOREIGN";
      return reject(
        new CodedError(
          code,
          `the server at ${url.origin} shows a certificate other than the one in node.yaml`,
          {
            hint: "Another program may listen there; nothing was sent to it.",
          },
        ),
      );
    });
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(silence(url.origin)));
    socket.once("error", reject);
  });
}

/** A request to a daemon. */
export interface Question {
  /** Path and query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Longest silence, in ms. */
  readonly idleMs?: number;
  /** Ends the request and its answer. */
  readonly signal?: AbortSignal;
}

function send(options: RequestOptions, idleMs: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = plainRequest(options, resolve);
    asked.setTimeout(idleMs, () => asked.destroy(silence(String(options.host))));
    asked.once("error", reject).end();
  });
}

/**
 * Gets a daemon's answer to GET, whatever its status, before anything of it is read.
 * @throws CLI_STATUS_FOREIGN for another certificate; the system's error when nobody answers
 */
export async function openAnswer(target: StatusTarget, question: Question): Promise<IncomingMessage> {
  const {url, token, tls} = target;
  const {path, headers = {}, idleMs = TIMEOUT_MS, signal} = question;
  const address = new URL(`${url}${path}`);
  const bearer = token === null ? {} : {authorization: `Bearer ${token}`};
  const asked = {
    host: address.hostname.replace(/^\[|\]$/g, ""),
    port: address.port === "" ? 80 : Number(address.port),
    path: `${address.pathname}${address.search}`,
    headers: {host: address.host, ...bearer, ...headers},
    ...(signal === undefined ? {} : {signal}),
  };
  if (tls === null) return send({...asked, agent: false}, idleMs);
  const socket = await connectPinned(address, tls);
  return send({...asked, createConnection: () => socket}, idleMs);
}

/** Reads all of an answer's text. @throws CLI_STATUS_UNREACHABLE if it does not end in time or is too long */
export function answerText(answer: IncomingMessage, where: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    answer.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      if (text.length > MAX_ANSWER_BYTES) answer.destroy(silence(where));
    });
    answer.once("end", () => resolve(text));
    answer.once("error", reject);
  });
}
