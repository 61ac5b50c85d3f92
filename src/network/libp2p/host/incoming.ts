import type {MultiaddrConnection, Transport, Upgrader} from "@libp2p/interface";
import {type TCPComponents, tcp} from "@libp2p/tcp";
import {type Clock, CodedError, present} from "../../../core/index.ts";
import {linkSignals} from "../../deadline.ts";
import {type Admission, type ConnectionPlace, FIRST_BYTE_MS, UPGRADE_MS} from "../../guards/admission.ts";
import {createTokenBucket} from "../../guards/token-bucket.ts";
import {ipOf} from "../addresses.ts";

/** Reasons for which an incoming connection was ended before it had proved its identity. */
export type Refusal =
  /** There was no place for it. */
  | "full"
  /** It was silent when another connection needed its place. */
  | "displaced"
  /** No byte came in time. */
  | "silent"
  /** It did not prove its identity in time. */
  | "slow";

/**
 * Rate at which connections from addresses without a member may begin. Further ones end at once, because each
 * costs memory for a while.
 */
const STRANGERS = {perSecond: 100, burst: 200};

/** Limits on incoming connections. */
export interface IncomingOptions {
  readonly admission: Admission;
  readonly clock: Clock;
  /** Tells whether a member is known at an address. */
  isKnown(ip: string): boolean;
  onRefusal(refusal: Refusal, ip: string): void;
}

/** A member of libp2p's connections that their interface omits: it receives the bytes of the socket. */
interface Receiving {
  onData(data: Uint8Array): void;
}

/** Calls `action` once, at the first byte of `connection`, without consuming it. */
function onFirstByte(connection: MultiaddrConnection, action: () => void): void {
  const receiving = connection as MultiaddrConnection & Receiving;
  const onData = receiving.onData.bind(receiving);
  receiving.onData = (data) => {
    receiving.onData = onData;
    action();
    onData(data);
  };
}

function refused(refusal: Refusal): CodedError {
  return new CodedError("NETWORK_HANDSHAKE_TIMEOUT", `an incoming connection was ended: ${refusal}`);
}

/** Makes `upgrade` begin only with a place, and end in time. */
function boundedUpgrade(
  upgrade: Upgrader["upgradeInbound"],
  {admission, clock, isKnown, onRefusal}: IncomingOptions,
): Upgrader["upgradeInbound"] {
  const strangers = createTokenBucket(STRANGERS, clock.nowMs());
  return async (connection, options) => {
    const ip = present(ipOf(connection.remoteAddr), "the IP address of a connection over TCP");
    const ended = new AbortController();
    const linked = linkSignals(options.signal, ended.signal);
    const refuse = (refusal: Refusal): void => {
      if (ended.signal.aborted) return;
      onRefusal(refusal, ip);
      const error = refused(refusal);
      ended.abort(error);
      connection.abort(error);
    };
    const mayBegin = isKnown(ip) || strangers.take(1, clock.nowMs());
    const place: ConnectionPlace | null = mayBegin ? admission.enter(ip, () => refuse("displaced")) : null;
    if (place === null) {
      linked.end();
      onRefusal("full", ip);
      throw refused("full");
    }
    const cancelSilent = clock.after(FIRST_BYTE_MS, () => refuse("silent"), {unref: true});
    const cancelSlow = clock.after(UPGRADE_MS, () => refuse("slow"), {unref: true});
    onFirstByte(connection, () => {
      cancelSilent();
      place.spoke();
    });
    try {
      await upgrade(connection, {...options, signal: linked.signal});
    } finally {
      cancelSilent();
      cancelSlow();
      place.leave();
      linked.end();
    }
  };
}

/** TCP with listeners that limit the number of incomplete connections and the time that each may take. */
export function boundedTcp(options: IncomingOptions): (components: TCPComponents) => Transport {
  return (components) => {
    const transport = tcp()(components);
    const createListener = transport.createListener.bind(transport);
    transport.createListener = (listening) => {
      const {upgrader} = listening;
      const upgradeInbound = boundedUpgrade(upgrader.upgradeInbound.bind(upgrader), options);
      return createListener({
        ...listening,
        upgrader: Object.assign(Object.create(upgrader), {upgradeInbound}),
      });
    };
    return transport;
  };
}
