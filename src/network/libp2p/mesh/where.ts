import type {Connection, Stream} from "@libp2p/interface";
import {fromString} from "uint8arrays/from-string";
import {toString} from "uint8arrays/to-string";
import {type Clock, CodedError} from "../../../core/index.ts";
import {createProgressDeadline} from "../../deadline.ts";
import {streamEnded} from "../../faults.ts";
import type {PeerId} from "../../types.ts";
import {parsePeerId} from "../addresses.ts";
import type {Host} from "../host/host.ts";
import {MAX_RECORD_BYTES, openRecord, type SignedRecord} from "../signed-record.ts";
import {abortStream, onNoMoreBytes, onStreamBytes, WHERE_PROTOCOL} from "../streams.ts";

/** Longest question, in bytes: a PeerId as text. */
const MAX_QUESTION_BYTES = 128;

/** Number of members that are asked at once. */
const MAX_ASKED = 8;

/** Longest time that an answer may take, in milliseconds. */
const ANSWER_TIMEOUT_MS = 3_000;

/** Reads all bytes on `stream`, up to its end or `most` bytes. */
function readAll(stream: Stream, most: number, signal: AbortSignal): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const buffer = new Uint8Array(most);
    let filled = 0;
    signal.addEventListener("abort", () => reject(streamEnded()), {once: true});
    onStreamBytes(stream, (bytes) => {
      if (filled + bytes.byteLength > most) {
        reject(
          new CodedError(
            "NETWORK_FRAME_TOO_LARGE",
            "a peer sent more bytes than a question or an answer may have",
          ),
        );
        return;
      }
      buffer.set(bytes, filled);
      filled += bytes.byteLength;
    });
    onNoMoreBytes(stream, () => resolve(buffer.subarray(0, filled)));
  });
}

/** Dependencies of the answers to questions. */
export interface Answering {
  readonly host: Host;
  readonly members: ReadonlySet<PeerId>;
  readonly clock: Clock;
  /** Ends all answers. */
  readonly signal: AbortSignal;
}

/**
 * Answers one question with the record of the member that is asked for, as its owner signed it; with nothing
 * if there is none. Any connected member may ask.
 */
export async function answerWhere(
  {host, members, clock, signal: parent}: Answering,
  stream: Stream,
): Promise<void> {
  const deadline = createProgressDeadline(clock, ANSWER_TIMEOUT_MS, parent, () => streamEnded());
  const {signal} = deadline;
  try {
    const asked = toString(await readAll(stream, MAX_QUESTION_BYTES, signal));
    if (members.has(asked)) {
      const known = await host.peerStore.get(parsePeerId(asked), {signal}).catch(() => undefined);
      const record = known?.peerRecordEnvelope;
      if (record !== undefined && record.byteLength <= MAX_RECORD_BYTES) stream.send(record);
    }
    await stream.close({signal});
  } catch (error) {
    abortStream(stream, error);
  } finally {
    deadline.end();
  }
}

async function askOne(
  connection: Connection,
  peer: PeerId,
  signal: AbortSignal,
): Promise<SignedRecord | undefined> {
  const stream = await connection.newStream(WHERE_PROTOCOL, {signal});
  try {
    const answer = readAll(stream, MAX_RECORD_BYTES, signal);
    // Sending can fail too, and then nobody waits for the answer.
    answer.catch(() => {});
    stream.send(fromString(peer));
    await stream.close({signal});
    const bytes = await answer;
    if (bytes.byteLength === 0) return undefined;
    const record = await openRecord(bytes);
    return record.peer === peer ? record : undefined;
  } catch (error) {
    abortStream(stream, error);
    throw error;
  }
}

/**
 * The newest record of `peer` that the connected members have; only the peer's own signed statements count.
 * @param signal ends the waiting for those that do not answer
 */
export async function askWhere(
  host: Host,
  peer: PeerId,
  signal: AbortSignal,
): Promise<SignedRecord | undefined> {
  const asked = new Map(
    host.getConnections().map((connection) => [connection.remotePeer.toString(), connection]),
  );
  const answers = await Promise.allSettled(
    [...asked.values()].slice(0, MAX_ASKED).map((connection) => askOne(connection, peer, signal)),
  );
  const records = answers.flatMap((answer) => (answer.status === "fulfilled" ? (answer.value ?? []) : []));
  return records.sort((a, b) => Number(b.sequence - a.sequence))[0];
}
