import {once} from "node:events";
import type {AddressInfo} from "node:net";
import {connect, createServer, type TLSSocket} from "node:tls";
import {machineMs} from "./child.ts";

/** Bytes handed to the socket at once: the best of 16 KiB, 64 KiB, 256 KiB and all of them at once. */
const CHUNK_BYTES = 64 * 1024;

/** Where a {@link openTlsSender} listens. */
export interface TlsAddress {
  readonly port: number;
  readonly cert: string;
}

/** The sending end of a raw TLS 1.3 stream. */
export interface TlsSender {
  readonly address: TlsAddress;
  /** Sends `bytes` to whoever is connected. @returns when it began, by {@link machineMs} */
  send(bytes: Uint8Array): Promise<number>;
}

/** Listens on loopback for one receiver. */
export async function openTlsSender(credentials: {key: string; cert: string}): Promise<TlsSender> {
  const server = createServer({...credentials, minVersion: "TLSv1.3"});
  // In TLS 1.3 the client's handshake ends first, so a sender may be asked before it has its socket.
  const accepted = new Promise<TLSSocket>((resolve) => server.once("secureConnection", resolve));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const {port} = server.address() as AddressInfo;
  return {
    address: {port, cert: credentials.cert},
    async send(bytes) {
      const socket = await accepted;
      const startMs = machineMs();
      for (let start = 0; start < bytes.byteLength; start += CHUNK_BYTES) {
        if (!socket.write(bytes.subarray(start, start + CHUNK_BYTES))) await once(socket, "drain");
      }
      return startMs;
    },
  };
}

/** The receiving end. */
export interface TlsReceiver {
  /** Fills `into`. @returns when its last byte was there, by {@link machineMs} */
  receive(into: Uint8Array): Promise<number>;
}

/** Connects to a sender. */
export async function openTlsReceiver({port, cert}: TlsAddress): Promise<TlsReceiver> {
  const socket = connect({port, host: "127.0.0.1", ca: cert, servername: "localhost", minVersion: "TLSv1.3"});
  await once(socket, "secureConnect");
  return {
    receive: (into) =>
      new Promise((resolve) => {
        let filled = 0;
        const onData = (bytes: Buffer): void => {
          into.set(bytes, filled);
          filled += bytes.byteLength;
          if (filled < into.byteLength) return;
          socket.off("data", onData);
          resolve(machineMs());
        };
        socket.on("data", onData);
      }),
  };
}
