import type {Connection, Stream} from "@libp2p/interface";
import {encodeBlobHeader} from "../blob-wire.ts";
import type {Deadline} from "../deadline.ts";
import {streamEnded} from "../faults.ts";
import {type FetchBuffer, ResponseReader} from "../fetch-buffer.ts";
import type {LinkRecord} from "../link-table.ts";
import type {FetchRequest} from "../types.ts";
import {abortStream, BLOB_PROTOCOL, onBytes, onNoMoreBytes} from "./streams.ts";

/** Reads the answer on `stream` into `reader`; resolves when the range is complete. */
function readAnswer(
  stream: Stream,
  reader: ResponseReader,
  {record, deadline}: {record: LinkRecord; deadline: Deadline},
): Promise<void> {
  return new Promise((resolve, reject) => {
    const {signal} = deadline;
    const fail = (error: unknown): void => {
      end();
      reject(error);
    };
    const onAbort = (): void => fail(signal.reason);
    const endings = [
      onNoMoreBytes(stream, () => fail(streamEnded())),
      onBytes(stream, (bytes) => {
        record.addReceived(bytes.byteLength);
        deadline.restart();
        try {
          if (!reader.push(bytes)) return;
          end();
          resolve();
        } catch (error) {
          fail(error);
        }
      }),
      () => signal.removeEventListener("abort", onAbort),
    ];
    const end = (): void => endings.forEach((act) => act());
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
  });
}

/** Streams of each connection whose last transfer has ended. */
const idleStreams = new WeakMap<Connection, Stream[]>();

/** A stream for one transfer: one that has served before, as opening one costs more than a small transfer. */
async function takeStream(connection: Connection, signal: AbortSignal): Promise<Stream> {
  const idle = idleStreams.get(connection) ?? [];
  for (let stream = idle.pop(); stream !== undefined; stream = idle.pop()) {
    if (stream.status === "open" && stream.remoteWriteStatus === "writable") return stream;
  }
  return await connection.newStream(BLOB_PROTOCOL, {signal});
}

function keepStream(connection: Connection, stream: Stream): void {
  const idle = idleStreams.get(connection);
  if (idle === undefined) idleStreams.set(connection, [stream]);
  else idle.push(stream);
}

/** Asks for what `buffer` lacks on a stream that no other transfer uses meanwhile, and reads the answer. */
export async function fetchOverStream(
  connection: Connection,
  request: FetchRequest,
  buffer: FetchBuffer,
  {record, deadline}: {record: LinkRecord; deadline: Deadline},
): Promise<void> {
  const stream = await takeStream(connection, deadline.signal);
  try {
    const {hash, offset, length} = request;
    const start = buffer.filled;
    const answer = readAnswer(stream, new ResponseReader(request, buffer), {record, deadline});
    // Sending can fail too, and then nobody waits for the answer.
    answer.catch(() => {});
    const asked = encodeBlobHeader({hash, offset: offset + start, length: length - start});
    record.addSent(asked.byteLength);
    stream.send(asked);
    await answer;
  } catch (error) {
    abortStream(stream, error);
    throw error;
  }
  keepStream(connection, stream);
}
