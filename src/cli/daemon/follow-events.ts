import {z} from "zod";
import {type Clock, CodedError, delay, isCoded} from "../../core/index.ts";
import {gapAnswerSchema} from "../../status/index.ts";
import type {CliErrorCode} from "../errors.ts";
import {jsonOf, openGoodAnswer} from "./ask-daemon.ts";
import {createStreamReader, type StreamMessage} from "./event-stream.ts";
import type {StatusTarget} from "./status-client.ts";

/**
 * A stream is dead after this silence, in ms: more than two of the comments that keep it alive are missing.
 */
const IDLE_MS = 40_000;
const RETRY_MS = 1000;

/** A received event; fields that a later version adds are kept. */
export type ReceivedEvent = Readonly<Record<string, unknown>> & {
  readonly id: string;
  readonly at: string;
  readonly type: string;
};

const eventSchema: z.ZodType<ReceivedEvent> = z.looseObject({
  id: z.string(),
  at: z.string(),
  type: z.string(),
});

/** Receives the contents of a daemon's stream of events. */
export interface EventReader {
  event(event: ReceivedEvent): void;
  /**
   * Called when events were missed that are no longer held: this many, or all of the daemon's earlier life
   * (null).
   */
  gap(missed: number | null): void;
  /** Called when the daemon can no longer be heard. */
  lost(): void;
  /** Called when the daemon can be heard again. */
  back(): void;
}

/** The start and the end of the reading. */
export interface FollowOptions {
  /** Id of the last event that is known; `0` for all that are held, null for future events alone. */
  readonly after: string | null;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** Receives one stream while it is read. */
interface OneStream {
  readonly after: string | null;
  readonly signal: AbortSignal;
  opened(): void;
  message(message: StreamMessage): void;
  /** Called when all events that were held have come. */
  held(): void;
}

/** Reads a stream to its end. @throws CLI_STATUS_* */
async function readStream(target: StatusTarget, stream: OneStream): Promise<void> {
  const {after, signal} = stream;
  const headers = after === null ? {} : {"last-event-id": after};
  const answer = await openGoodAnswer(target, {path: "/v1/events", headers, idleMs: IDLE_MS, signal});
  stream.opened();
  const take = createStreamReader({
    message: (message) => stream.message(message),
    // Any comment will do: a daemon writes all events that it holds before the first one.
    comment: () => stream.held(),
  });
  await new Promise<void>((resolve) => {
    answer.setEncoding("utf8").on("data", (text: string) => {
      if (!take(text)) answer.destroy();
    });
    answer.once("close", resolve);
    // The cause of the break does not matter: the caller checks whether the daemon is still there.
    answer.once("error", () => {});
  });
}

/** Passes a message on; returns the id that is known from then on. */
function tell({event, data}: StreamMessage, after: string | null, reader: EventReader): string | null {
  const read = jsonOf(data);
  const gap = event === "gap" ? gapAnswerSchema.safeParse(read) : null;
  if (gap?.success === true) {
    // A reader that asks for all held events has missed nothing.
    if (after !== "0") reader.gap(gap.data.missed);
    return after;
  }
  const received = eventSchema.safeParse(read);
  if (!received.success) return after;
  reader.event(received.data);
  return received.data.id;
}

function isUnreachable(error: unknown): boolean {
  const code: CliErrorCode = "CLI_STATUS_UNREACHABLE";
  return isCoded(error) && error.code === code;
}

/**
 * Passes a daemon's events to `reader` until the signal aborts. If the daemon goes away, waits for it and
 * then asks for the events that it missed.
 * @throws CLI_STATUS_UNREACHABLE if no daemon answers at first; CLI_STATUS_REFUSED, CLI_STATUS_FOREIGN
 */
export async function followEvents(
  target: StatusTarget,
  {after, signal, clock}: FollowOptions,
  reader: EventReader,
): Promise<void> {
  let last = after;
  // Null until it was heard once.
  const daemon: {isHeard: boolean | null} = {isHeard: null};
  const opened = (): void => {
    if (daemon.isHeard === false) reader.back();
    daemon.isHeard = true;
  };
  const message = (one: StreamMessage): void => {
    last = tell(one, last, reader);
  };
  while (!signal.aborted) {
    try {
      await readStream(target, {after: last, signal, opened, message, held() {}});
    } catch (error) {
      if (signal.aborted) return;
      if (!isUnreachable(error) || daemon.isHeard === null) throw error;
    }
    if (signal.aborted) return;
    if (daemon.isHeard === true) reader.lost();
    daemon.isHeard = false;
    await delay(clock, RETRY_MS, signal).catch(() => {});
  }
}

/**
 * Passes the events that a daemon holds to `reader`.
 * @throws CLI_STATUS_UNREACHABLE, also if it goes away before all have come; CLI_STATUS_REFUSED,
 *   CLI_STATUS_FOREIGN
 */
export async function readHeldEvents(
  target: StatusTarget,
  after: string,
  reader: EventReader,
): Promise<void> {
  const done = new AbortController();
  let last: string | null = after;
  let isWhole = false;
  await readStream(target, {
    after,
    signal: done.signal,
    opened() {},
    message(one) {
      if (!isWhole) last = tell(one, last, reader);
    },
    held() {
      isWhole = true;
      done.abort();
    },
  });
  if (isWhole) return;
  throw new CodedError<CliErrorCode>("CLI_STATUS_UNREACHABLE", `the daemon at ${target.url} has gone`, {
    hint: "Some of its events may not have come; ask again, or wait for it with --follow.",
  });
}
