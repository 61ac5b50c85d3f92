import type {Connection, Stream} from "@libp2p/interface";
import {encodeBlobHeader} from "../blobs/blob-wire.ts";
import {type FetchBuffer, ResponseReader} from "../blobs/fetch-buffer.ts";
import type {ProgressDeadline} from "../deadline.ts";
import {streamEnded} from "../faults.ts";
import type {LinkRecord} from "../link-table.ts";
import type {FetchRequest} from "../types.ts";
import {abortStream, BLOB_PROTOCOL, onNoMoreBytes, onStreamBytes} from "./streams.ts";

/** Reads the answer on `stream` into `reader`; resolves when the range is complete. */
function readAnswer(
  stream: Stream,
  reader: ResponseReader,
  {record, deadline}: {record: LinkRecord; deadline: ProgressDeadline},
): Promise<void> {
  return new Promise((resolve, reject) => {
    const {signal} = deadline;
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, {once: true});
    onNoMoreBytes(stream, () => reject(streamEnded()));
    let isOver = false;
    onStreamBytes(stream, (bytes) => {
      record.addReceived(bytes.byteLength);
      if (isOver || signal.aborted) return;
      deadline.restart();
      try {
        isOver = reader.push(bytes);
        if (isOver) resolve();
      } catch (error) {
        isOver = true;
        reject(error);
      }
    });
  });
}

/** Asks on a new stream for the bytes that `buffer` lacks, and reads the answer. */
export async function fetchOverStream(
  connection: Connection,
  request: FetchRequest,
  buffer: FetchBuffer,
  {record, deadline}: {record: LinkRecord; deadline: ProgressDeadline},
): Promise<void> {
  const stream = await connection.newStream(BLOB_PROTOCOL, {signal: deadline.signal});
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
  await stream.close({signal: deadline.signal}).catch((error: unknown) => abortStream(stream, error));
}
