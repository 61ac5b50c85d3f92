import type {EventAnswer, GapAnswer} from "../../answers/event-answer.ts";
import {createSseParser, type SseMessage} from "./sse-parser.ts";
import {pause, type Surroundings} from "./surroundings.ts";
import type {TokenGate, TokenHeaders} from "./token-gate.ts";

/** The server writes something every 15 seconds; a stream that is silent for longer than this is dead. */
const SILENCE_MS = 40_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15_000;

type Told = EventAnswer | GapAnswer;

/** Receives the contents of the stream. */
export interface EventListener {
  onEvent(event: EventAnswer): void;
  onStream(isOpen: boolean): void;
}

/** Dependencies of a reader. */
export interface EventReaderOptions {
  readonly surroundings: Surroundings;
  readonly gate: TokenGate;
  readonly listener: EventListener;
  /** Ends the reading. */
  readonly signal: AbortSignal;
}

/** The pause after this many failures in a row, in milliseconds. */
export function backoffMs(failures: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, failures - 1));
}

class EventReader {
  readonly #options: EventReaderOptions;
  #lastId: string | null = null;
  #failures = 0;

  constructor(options: EventReaderOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const {surroundings, gate, listener, signal} = this.#options;
    while (!signal.aborted) {
      const headers = gate.headers();
      const isRefused = await this.#listen(headers).catch(() => false);
      listener.onStream(false);
      if (isRefused) {
        await gate.refused(headers);
        continue;
      }
      this.#failures += 1;
      await pause(surroundings, backoffMs(this.#failures), signal);
    }
  }

  /** Reads one connection until it ends. @returns whether a token is asked for */
  async #listen(token: TokenHeaders): Promise<boolean> {
    const {surroundings, signal} = this.#options;
    const connection = new AbortController();
    const end = (): void => connection.abort();
    signal.addEventListener("abort", end, {once: true});
    let cancel = surroundings.after(SILENCE_MS, end);
    try {
      const headers = {...token, ...(this.#lastId === null ? {} : {"last-event-id": this.#lastId})};
      const response = await surroundings.fetch("v1/events", {headers, signal: connection.signal});
      if (response.status === 401) return true;
      if (!response.ok || response.body === null) return false;
      await this.#readBody(response.body, () => {
        cancel();
        cancel = surroundings.after(SILENCE_MS, end);
      });
      return false;
    } finally {
      cancel();
      signal.removeEventListener("abort", end);
    }
  }

  async #readBody(body: ReadableStream<Uint8Array>, onPiece: () => void): Promise<void> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    const parse = createSseParser();
    for (;;) {
      const {done, value} = await reader.read();
      if (done) return;
      onPiece();
      this.#failures = 0;
      this.#options.listener.onStream(true);
      for (const message of parse(decoder.decode(value, {stream: true}))) this.#tell(message);
    }
  }

  #tell({id, data}: SseMessage): void {
    const {listener} = this.#options;
    const told = JSON.parse(data) as Told;
    // Missed events are in the history, which is requested again anyway.
    if (told.type !== "gap") listener.onEvent(told);
    if (id !== null) this.#lastId = id;
  }
}

/**
 * Reads the node's events from now until `signal`. When the connection is lost it comes back by itself with
 * the id of the last event: after a second, then after twice as long each time. It does not use EventSource,
 * which can send no token.
 */
export function readEvents(options: EventReaderOptions): Promise<void> {
  return new EventReader(options).run();
}
