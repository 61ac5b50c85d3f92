import type {ConnectionEncrypter, MessageStream} from "@libp2p/interface";

/** Makes `connection` take each list of parts as one: it writes every part to the socket by itself. */
function joined(connection: MessageStream): MessageStream {
  const send = connection.send.bind(connection);
  connection.send = (data) => send(data.subarray());
  return connection;
}

/**
 * The encrypter that `create` makes, whose encrypted messages each reach the socket in one write. Noise hands over
 * length, ciphertext and tag as separate parts, and @libp2p/tcp 11 writes each with a system call and, as sockets do
 * not delay, as a packet of its own; the receiver then puts the pieces together again. Joining them costs a copy and
 * saves a quarter of the receiver's time.
 */
export function inWholeWrites<Components>(
  create: (components: Components) => ConnectionEncrypter,
): (components: Components) => ConnectionEncrypter {
  return (components) => {
    const encrypter = create(components);
    const inbound = encrypter.secureInbound.bind(encrypter);
    const outbound = encrypter.secureOutbound.bind(encrypter);
    encrypter.secureInbound = (connection, options) => inbound(joined(connection), options);
    encrypter.secureOutbound = (connection, options) => outbound(joined(connection), options);
    return encrypter;
  };
}
