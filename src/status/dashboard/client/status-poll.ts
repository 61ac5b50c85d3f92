import type {HistoryAnswer, ReleasesAnswer, RunsAnswer} from "../../answers/list-answers.ts";
import type {StartingAnswer} from "../../answers/starting-answer.ts";
import type {StatusResponse} from "../../answers/status-answer.ts";
import type {PageMessage} from "./state.ts";
import {pause, type Surroundings} from "./surroundings.ts";
import type {TokenGate} from "./token-gate.ts";

/** Pause between two looks after an event, and without one. */
const SOON_MS = 500;
const EVERY_MS = 2000;
/** Looks between two requests for the releases, and for the history, which is larger. */
const RELEASES_EVERY = 5;
const HISTORY_EVERY = 30;
const ANSWER_LIMIT_MS = 5000;

/** Dependencies of a poll. */
export interface StatusPollOptions {
  readonly surroundings: Surroundings;
  readonly gate: TokenGate;
  readonly onMessage: (message: PageMessage) => void;
  /** Ends the asking. */
  readonly signal: AbortSignal;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly nodeMs: number | null;
}

/** Asks once. @returns null if no readable answer comes in time */
async function ask({surroundings, gate}: StatusPollOptions, path: string): Promise<Answer | null> {
  const limit = new AbortController();
  const cancel = surroundings.after(ANSWER_LIMIT_MS, () => limit.abort());
  try {
    const response = await surroundings.fetch(path, {headers: gate.headers(), signal: limit.signal});
    const nodeMs = Date.parse(response.headers.get("date") ?? "");
    const body: unknown = await response.json();
    return {status: response.status, body, nodeMs: Number.isNaN(nodeMs) ? null : nodeMs};
  } catch {
    return null;
  } finally {
    cancel();
  }
}

class StatusPoll {
  readonly #options: StatusPollOptions;
  /** The plan whose run is known. */
  #run: string | null = null;
  #untilReleases = 0;
  #untilHistory = 0;
  #isNudged = false;
  #wake = new AbortController();

  constructor(options: StatusPollOptions) {
    this.#options = options;
    options.signal.addEventListener("abort", () => this.#wake.abort());
  }

  async run(): Promise<void> {
    const {gate, signal} = this.#options;
    while (!signal.aborted) {
      const headers = gate.headers();
      const isRefused = await this.#look();
      if (isRefused) await gate.refused(headers);
      else await this.#rest();
    }
  }

  nudge(): void {
    this.#isNudged = true;
    this.#wake.abort();
  }

  async #rest(): Promise<void> {
    const {surroundings, signal} = this.#options;
    await pause(surroundings, SOON_MS, signal);
    this.#wake = new AbortController();
    if (!this.#isNudged && !signal.aborted) {
      await pause(surroundings, EVERY_MS - SOON_MS, this.#wake.signal);
    }
    this.#isNudged = false;
  }

  /** @returns whether a token is asked for */
  async #look(): Promise<boolean> {
    const {surroundings, onMessage} = this.#options;
    const answer = await ask(this.#options, "v1/status");
    const atMs = surroundings.nowMs();
    if (answer?.status === 401) return true;
    if (answer?.status === 503) {
      // The answer may be a proxy's own.
      const opening = (answer.body as Partial<StartingAnswer> | null)?.opening ?? null;
      onMessage({kind: "starting", opening, atMs, nodeMs: answer.nodeMs});
    } else if (answer?.status === 200) {
      const status = answer.body as StatusResponse;
      onMessage({kind: "status", answer: status, atMs, nodeMs: answer.nodeMs});
      await this.#lists(status);
    } else {
      // Events of the meantime are in the history.
      this.#untilHistory = 0;
      onMessage({kind: "unreachable", atMs});
    }
    return false;
  }

  async #lists({node}: StatusResponse): Promise<void> {
    const isOther = this.#run !== node.plan.run;
    if (isOther) this.#untilHistory = 0;
    await this.#releases();
    await this.#history();
    if (!isOther) return;
    const runs = await ask(this.#options, "v1/runs");
    if (runs?.status !== 200) return;
    this.#run = node.plan.run;
    this.#options.onMessage({kind: "runs", answer: runs.body as RunsAnswer});
  }

  async #releases(): Promise<void> {
    this.#untilReleases -= 1;
    if (this.#untilReleases >= 0) return;
    const releases = await ask(this.#options, "v1/releases");
    if (releases?.status !== 200) return;
    this.#untilReleases = RELEASES_EVERY;
    this.#options.onMessage({kind: "releases", answer: releases.body as ReleasesAnswer});
  }

  async #history(): Promise<void> {
    this.#untilHistory -= 1;
    if (this.#untilHistory >= 0) return;
    const history = await ask(this.#options, "v1/history");
    if (history?.status !== 200) return;
    this.#untilHistory = HISTORY_EVERY;
    this.#options.onMessage({kind: "history", answer: history.body as HistoryAnswer});
  }
}

/** A poll under way. */
export interface StatusPolling {
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  /** Notes that something has happened: the next look is soon. */
  nudge(): void;
}

/**
 * Asks the node for its status until `signal`: every two seconds, or half a second after the last request if
 * something has happened since. That is a request or two, far from the limit of a server.
 */
export function pollStatus(options: StatusPollOptions): StatusPolling {
  const poll = new StatusPoll(options);
  return {ended: poll.run(), nudge: () => poll.nudge()};
}
