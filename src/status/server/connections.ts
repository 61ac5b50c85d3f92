import type {IncomingMessage, Server, ServerResponse} from "node:http";
import type {Socket} from "node:net";
import type {Clock} from "../../core/index.ts";
import {at} from "../../core/index.ts";

/** A connection without a request is cut after this time. */
const FIRST_REQUEST_MS = 2000;

/** Largest number of connections that a server keeps. */
export interface ConnectionBounds {
  readonly most: number;
  /** Largest number from one address. */
  readonly ofAddress: number;
}

/** More than a dashboard, a scraper and listeners of events need, which may all come through one tunnel. */
export const STATUS_BOUNDS: ConnectionBounds = {most: 64, ofAddress: 32};
/**
 * A probe asks once and goes; the connections held here are those that others have left open. With these
 * bounds, even at 6,000 new connections a second from one address each still has ten milliseconds for its
 * request.
 */
export const PROBE_BOUNDS: ConnectionBounds = {most: 128, ofAddress: 64};

interface Held {
  readonly socket: Socket;
  readonly address: string;
  isIdle: boolean;
}

/** Both ends of a connection as one word, which is the same for the encrypted stream over it. */
function nameOf({remoteAddress, remotePort, localPort}: Socket): string {
  return `${remoteAddress} ${remotePort} ${localPort}`;
}

/** The connections of the address that has most of them; none if there are none at all. */
function crowdOf(held: Iterable<Held>): readonly Held[] {
  const crowds = new Map<string, Held[]>();
  let largest: readonly Held[] = [];
  for (const one of held) {
    const crowd = crowds.get(one.address) ?? [];
    crowds.set(one.address, crowd);
    crowd.push(one);
    if (crowd.length > largest.length) largest = crowd;
  }
  return largest;
}

/** The connection to drop so `held` (those idle for longest first) comes within the bounds; null if it is. */
function surplus(held: ReadonlyMap<string, Held>, {most, ofAddress}: ConnectionBounds): Held | null {
  const crowd = crowdOf(held.values());
  if (held.size <= most && crowd.length <= ofAddress) return null;
  return crowd.find(({isIdle}) => isIdle) ?? at(crowd, crowd.length - 1);
}

/**
 * Keeps a server's connections within bounds. If there is one too many, the server drops one of the address
 * that has most: the one that has been idle for longest. Connections without requests therefore keep nobody
 * else out, and are cut after two seconds.
 */
export function boundConnections(
  server: Server,
  clock: Pick<Clock, "after">,
  bounds: ConnectionBounds,
): void {
  const held = new Map<string, Held>();
  const cuts = new Map<string, () => void>();
  const keep = (name: string, one: Held, isIdle: boolean): void => {
    held.delete(name);
    one.isIdle = isIdle;
    held.set(name, one);
  };
  server.on("connection", (socket: Socket) => {
    const name = nameOf(socket);
    keep(name, {socket, address: String(socket.remoteAddress), isIdle: true}, true);
    cuts.set(
      name,
      clock.after(FIRST_REQUEST_MS, () => socket.destroy(), {unref: true}),
    );
    surplus(held, bounds)?.socket.destroy();
    socket.once("close", () => {
      cuts.get(name)?.();
      cuts.delete(name);
      held.delete(name);
    });
  });
  server.on("request", ({socket}: IncomingMessage, response: ServerResponse) => {
    const name = nameOf(socket);
    const one = held.get(name);
    cuts.get(name)?.();
    if (one === undefined) return;
    keep(name, one, false);
    response.once("close", () => {
      if (held.has(name)) keep(name, one, true);
    });
  });
}
