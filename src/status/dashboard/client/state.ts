import type {EventAnswer} from "../../answers/event-answer.ts";
import type {ReleasesAnswer, RunsAnswer} from "../../answers/list-answers.ts";
import type {StatusResponse} from "../../answers/status-answer.ts";
import {type Curves, NO_CURVES, withEvent, withStatus} from "./curves.ts";

/** What the page hears; `atMs` is when, by the browser's clock. */
export type Message =
  | {
      readonly kind: "status";
      readonly answer: StatusResponse;
      readonly atMs: number;
      /** What the node's clock said; null when it did not say. */
      readonly nodeMs: number | null;
    }
  | {readonly kind: "runs"; readonly answer: RunsAnswer}
  | {readonly kind: "releases"; readonly answer: ReleasesAnswer}
  | {readonly kind: "event"; readonly event: EventAnswer}
  /** Events that are not held any more; null: the daemon has started anew. */
  | {readonly kind: "gap"; readonly missed: number | null}
  | {readonly kind: "stream"; readonly isOpen: boolean}
  | {readonly kind: "starting"; readonly atMs: number}
  /** The server asks for a token; `isWrong` if one was given. */
  | {readonly kind: "token"; readonly need: "asked" | "wrong" | "given"}
  | {readonly kind: "unreachable"; readonly atMs: number};

/** Everything that the page shows. */
export interface DashboardState {
  readonly status: StatusResponse | null;
  readonly runs: RunsAnswer | null;
  readonly releases: ReleasesAnswer | null;
  readonly curves: Curves;
  /** How many events have not reached the page, as far as is known. */
  readonly missed: number;
  readonly isStreaming: boolean;
  /** Whether the last answer was that the node is starting. */
  readonly isStarting: boolean;
  /** Whether the last question went unanswered. */
  readonly isUnreachable: boolean;
  readonly token: "none" | "asked" | "wrong";
  /** When the node last answered, by the browser's clock; null: never. */
  readonly answeredMs: number | null;
  /** By how much the node's clock is before the browser's. */
  readonly clockAheadMs: number;
}

/** Before anything is heard. */
export const FIRST_STATE: DashboardState = {
  status: null,
  runs: null,
  releases: null,
  curves: NO_CURVES,
  missed: 0,
  isStreaming: false,
  isStarting: false,
  isUnreachable: false,
  token: "none",
  answeredMs: null,
  clockAheadMs: 0,
};

/** Answers as old as this are marked as such. */
const STALE_MS = 8000;
/** What HTTP's clock, which has whole seconds, can be off by anyway. */
const CLOCK_NOISE_MS = 2000;

function heard(state: DashboardState, atMs: number): DashboardState {
  return {...state, answeredMs: atMs, isUnreachable: false, token: "none"};
}

/** The state after a message. */
export function reduce(state: DashboardState, message: Message): DashboardState {
  switch (message.kind) {
    case "status": {
      const {answer, atMs, nodeMs} = message;
      const aheadMs = nodeMs === null ? 0 : nodeMs - atMs;
      const clockAheadMs = Math.abs(aheadMs) < CLOCK_NOISE_MS ? 0 : aheadMs;
      const curves = withStatus(state.curves, answer);
      return {...heard(state, atMs), status: answer, curves, clockAheadMs, isStarting: false};
    }
    case "starting":
      return {...heard(state, message.atMs), isStarting: true};
    case "runs":
    case "releases":
      return {...state, [message.kind]: message.answer};
    case "event":
      return {...state, curves: withEvent(state.curves, message.event)};
    case "gap":
      return {...state, missed: state.missed + (message.missed ?? 0)};
    case "stream":
      return {...state, isStreaming: message.isOpen};
    case "token":
      return {...state, token: message.need === "given" ? "none" : message.need};
    case "unreachable":
      return {...state, isUnreachable: true};
  }
}

/** Whether what is shown is old: the node has not answered for a while. */
export function isStale({answeredMs, isUnreachable}: DashboardState, nowMs: number): boolean {
  return answeredMs !== null && (isUnreachable || nowMs - answeredMs > STALE_MS);
}

/** How old what is shown is, in seconds. */
export function staleSeconds({answeredMs}: DashboardState, nowMs: number): number {
  return answeredMs === null ? 0 : Math.max(0, (nowMs - answeredMs) / 1000);
}

/** What the node's clock says. */
export function nodeTimeMs({clockAheadMs}: DashboardState, nowMs: number): number {
  return nowMs + clockAheadMs;
}
