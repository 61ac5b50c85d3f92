import {createHash, timingSafeEqual} from "node:crypto";
import type {Socket} from "node:net";
import {CodedError, isLoopback} from "../../core/index.ts";
import type {StatusErrorCode} from "../errors.ts";

const LOCAL_NAMES = ["127.0.0.1", "localhost", "[::1]"];

/** Keys of a server over TLS, as PEM. */
export interface StatusTls {
  readonly cert: Uint8Array;
  readonly key: Uint8Array;
  /** Only clients with a certificate of these authorities are let in; all if null. */
  readonly clientCa: Uint8Array | null;
}

/** The clients that may ask a status server, and the names by which they may address it. */
export interface StatusAccess {
  /** The token that clients send as `Authorization: Bearer TOKEN`; null if none is required. */
  readonly token: string | null;
  /** Null for plain HTTP. */
  readonly tls: StatusTls | null;
  /** Names beside this machine's own by which clients may address it: `name`, or `name:port`. */
  readonly allowedHosts: readonly string[];
}

/** Access for anyone on this machine, over plain HTTP. */
export const LOOPBACK_ACCESS: StatusAccess = {token: null, tls: null, allowedHosts: []};

/**
 * Refuses to serve other machines without a token or clients' certificates.
 * @throws STATUS_AUTH_REQUIRED
 */
export function requireGuard(host: string, {token, tls}: StatusAccess): void {
  const isGuarded = token !== null || (tls !== null && tls.clientCa !== null);
  if (isGuarded || isLoopback(host)) return;
  const code: StatusErrorCode = "STATUS_AUTH_REQUIRED";
  throw new CodedError(code, `status on ${host} would answer other machines without asking who they are`, {
    hint: "Name status.tokenFile or status.tls.clientCa in node.yaml, or take status.host away.",
  });
}

/** The form of `host` in a URL or a Host header. */
export function urlHost(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** The address at which a request came in, and the other names of the server. */
interface OwnNames {
  /** Address or name on which the server listens. */
  readonly host: string;
  /** Address and port at which the client reached it. */
  readonly address: string | undefined;
  readonly port: number | undefined;
  readonly allowedHosts: readonly string[];
}

/**
 * Tells whether a Host header names this server: a web page whose name was made to resolve to it (DNS
 * rebinding) sends its own name.
 */
function isOwnHost(header: string | undefined, {host, address, port, allowedHosts}: OwnNames): boolean {
  if (header === undefined) return false;
  const asked = header.toLowerCase();
  // No name that an attacker chose resolves to a loopback name; the port may differ at the other end of a
  // tunnel.
  if (LOCAL_NAMES.includes(asked.replace(/:\d{1,5}$/, ""))) return true;
  const own = [urlHost(host), urlHost(address ?? host)].map((name) => `${name}:${port}`);
  const allowed = allowedHosts.flatMap((name) => [name, `${name}:${port}`]);
  return [...own, ...allowed].some((name) => name.toLowerCase() === asked);
}

/** The headers by which a browser describes the page that a request comes from. */
export interface RequestOrigin {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly "sec-fetch-site"?: string | string[] | undefined;
  readonly "sec-fetch-mode"?: string | string[] | undefined;
  readonly "sec-fetch-dest"?: string | string[] | undefined;
}

/**
 * Tells whether a browser sends the request for a page of another origin. A person who follows a link to this
 * server's page does not count: there the person sees the answer, and no other page does.
 * @param isPage whether the page of the dashboard is asked for
 */
function isForeign(headers: RequestOrigin, isPage: boolean): boolean {
  const site = headers["sec-fetch-site"];
  if (isPage && headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document")
    return false;
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  const {origin, host} = headers;
  return origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`;
}

/** The reason why a request is refused whoever sends it, and the text of the refusal. */
export interface Stranger {
  readonly reason: "host" | "origin";
  readonly error: string;
}

/**
 * Checks whether a request names another server, or is made by another server's page; null if neither.
 * @param isPage whether the page of the dashboard is asked for
 */
export function strangerOf(
  headers: RequestOrigin,
  {localAddress: address, localPort: port}: Pick<Socket, "localAddress" | "localPort">,
  {host, allowedHosts, isPage}: Pick<OwnNames, "host" | "allowedHosts"> & {readonly isPage: boolean},
): Stranger | null {
  if (!isOwnHost(headers.host, {host, address, port, allowedHosts}))
    return {reason: "host", error: "the Host header is not this machine's"};
  if (isForeign(headers, isPage)) return {reason: "origin", error: "a page of another origin asks"};
  return null;
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** Tells whether an Authorization header carries `token`, in a time that does not depend on its content. */
export function carriesToken(header: string | undefined, token: string): boolean {
  return timingSafeEqual(digest(header ?? ""), digest(`Bearer ${token}`));
}
