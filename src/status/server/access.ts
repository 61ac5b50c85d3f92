import {createHash, timingSafeEqual} from "node:crypto";
import type {Socket} from "node:net";
import {CodedError, isLoopback} from "../../core/index.ts";
import type {StatusErrorCode} from "../errors.ts";

const LOCAL_NAMES = ["127.0.0.1", "localhost", "[::1]"];

/** Keys of a server over TLS, as PEM. */
export interface StatusTls {
  readonly cert: Uint8Array;
  readonly key: Uint8Array;
  /** Only clients with a certificate of these authorities are let in; null: all. */
  readonly clientCa: Uint8Array | null;
}

/** Who may ask a status server, and by what name. */
export interface StatusAccess {
  /** What clients send as `Authorization: Bearer TOKEN`; null: nothing is asked for. */
  readonly token: string | null;
  /** Null: plain HTTP. */
  readonly tls: StatusTls | null;
  /** Names beside this machine's own by which it may be asked: `name`, or `name:port`. */
  readonly allowedHosts: readonly string[];
}

/** Anyone on this machine, over plain HTTP. */
export const LOOPBACK_ACCESS: StatusAccess = {token: null, tls: null, allowedHosts: []};

/**
 * Refuses to serve anyone but this machine without a token or clients' certificates.
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

/** How a URL or a Host header names `host`. */
export function urlHost(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** Where a request came in, and by what other names the server may be called. */
interface OwnNames {
  /** What the server listens on. */
  readonly host: string;
  /** Address and port at which the client reached it. */
  readonly address: string | undefined;
  readonly port: number | undefined;
  readonly allowedHosts: readonly string[];
}

/**
 * Whether a Host header names this server: a web page whose name was made to resolve to it (DNS rebinding) sends
 * its own name there.
 */
function isOwnHost(header: string | undefined, {host, address, port, allowedHosts}: OwnNames): boolean {
  const asked = header?.toLowerCase() ?? "";
  // No name that an attacker chose resolves to a loopback name: a tunnel may have another port at its other end.
  if (LOCAL_NAMES.includes(asked.replace(/:\d{1,5}$/, ""))) return true;
  const own = [urlHost(host), urlHost(address ?? host)].map((name) => `${name}:${port}`);
  const allowed = allowedHosts.flatMap((name) => [name, `${name}:${port}`]);
  return [...own, ...allowed].some((name) => name.toLowerCase() === asked);
}

/** What a browser says of the page that a request comes from. */
export interface RequestOrigin {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly "sec-fetch-site"?: string | string[] | undefined;
  readonly "sec-fetch-mode"?: string | string[] | undefined;
  readonly "sec-fetch-dest"?: string | string[] | undefined;
}

/**
 * Whether a browser sends the request for a page of another origin. Somebody who follows a link to this server's page
 * is not meant: there a person looks at the answer, and no other page.
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

/** Why a request is not let in whoever sends it, and what it is told. */
export interface Stranger {
  readonly reason: "host" | "origin";
  readonly error: string;
}

/**
 * Whether a request names another server, or is made by another server's page; null when it is neither.
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

/** Whether an Authorization header carries `token`; takes as long whatever is in it. */
export function carriesToken(header: string | undefined, token: string): boolean {
  return timingSafeEqual(digest(header ?? ""), digest(`Bearer ${token}`));
}
