import type {Stream, StreamHandler} from "@libp2p/interface";
import type {KadDHTComponents} from "@libp2p/kad-dht";
import type {PeerId} from "../../types.ts";

/** The registry of the protocols that a libp2p service answers. */
type Registrar = KadDHTComponents["registrar"];

/** Cost of a stream beside its bytes, in bytes: even a stream that is opened and stays silent is not free. */
const STREAM_COST_BYTES = 256;

/** Takes this many bytes of a member's budget; returns whether it had them. */
export type Spend = (peer: PeerId, sizeBytes: number) => boolean;

/** A member of libp2p's streams that their interface omits: it receives the bytes of the connection. */
interface Receiving {
  onData(data: {readonly byteLength: number}): void;
}

/** Counts the bytes on `stream` before its reader sees them. */
function count(stream: Stream, peer: PeerId, spend: Spend): void {
  const receiving = stream as Stream & Receiving;
  const onData = receiving.onData.bind(receiving);
  receiving.onData = (data) => {
    if (spend(peer, data.byteLength)) onData(data);
  };
}

/** Wraps `handler` of incoming streams to count their bytes before it sees them. */
export function countedHandler(handler: StreamHandler, spend: Spend): StreamHandler {
  return (stream, connection) => {
    const peer = connection.remotePeer.toString();
    if (!spend(peer, STREAM_COST_BYTES)) return undefined;
    count(stream, peer, spend);
    return handler(stream, connection);
  };
}

/**
 * A service of libp2p whose incoming streams are counted. libp2p's own hook for this, stream middleware, adds
 * the handler once more for each stream (libp2p 3.3.11).
 */
export function withinBudget<Components extends {registrar: Registrar}, Service>(
  create: (components: Components) => Service,
  spend: Spend,
): (components: Components) => Service {
  return (components) => {
    const {registrar} = components;
    const handle: Registrar["handle"] = (protocol, handler, options) =>
      registrar.handle(protocol, countedHandler(handler, spend), options);
    const bounded: Registrar = Object.assign(Object.create(registrar), {handle});
    return create(
      new Proxy(components, {
        get: (target, name) => (name === "registrar" ? bounded : Reflect.get(target, name)),
      }),
    );
  };
}
