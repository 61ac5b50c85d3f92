import type {ConnectionEncrypter, MessageStream} from "@libp2p/interface";

/** Messages up to this size, in bytes, are copied into one piece, which is cheaper than a second write. */
const MAX_COPIED_BYTES = 64 * 1024;

/**
 * Makes `connection` send each message in one piece. Noise hands over a message as two pieces, its length and
 * its text, and a TCP socket writes each by itself (@libp2p/tcp 11.0.28): two packets, which wake the peer
 * twice.
 */
function inOnePiece(connection: MessageStream): MessageStream {
  const send = connection.send.bind(connection);
  connection.send = (data) => {
    const isCopied = !(data instanceof Uint8Array) && data.byteLength <= MAX_COPIED_BYTES;
    return send(isCopied ? data.subarray() : data);
  };
  return connection;
}

/** Wraps `create`'s encryption over connections that send each of its messages in one piece. */
export function wholeMessages<Components, Extension>(
  create: (components: Components) => ConnectionEncrypter<Extension>,
): (components: Components) => ConnectionEncrypter<Extension> {
  return (components) => {
    const encrypter = create(components);
    return {
      protocol: encrypter.protocol,
      secureOutbound: (connection, options) => encrypter.secureOutbound(inOnePiece(connection), options),
      secureInbound: (connection, options) => encrypter.secureInbound(inOnePiece(connection), options),
    };
  };
}
