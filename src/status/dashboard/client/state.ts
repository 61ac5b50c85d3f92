import type {EventAnswer} from "../../answers/event-answer.ts";
import type {HistoryAnswer, ReleasesAnswer, RunsAnswer} from "../../answers/list-answers.ts";
import type {StartingAnswer} from "../../answers/starting-answer.ts";
import type {StatusResponse} from "../../answers/status-answer.ts";
import {type Curves, curvesWithEvent, NO_CURVES, withHistory, withStatus} from "./curves.ts";
import type {Reader} from "./local-time.ts";

/** A message to the page; `atMs` is its time by the browser's clock. */
export type PageMessage =
  | {
      readonly kind: "status";
      readonly answer: StatusResponse;
      readonly atMs: number;
      /** The node's clock; null if the node did not say. */
      readonly nodeMs: number | null;
    }
  | {readonly kind: "runs"; readonly answer: RunsAnswer}
  | {readonly kind: "releases"; readonly answer: ReleasesAnswer}
  | {readonly kind: "history"; readonly answer: HistoryAnswer}
  | {readonly kind: "event"; readonly event: EventAnswer}
  | {readonly kind: "stream"; readonly isOpen: boolean}
  | {
      readonly kind: "starting";
      readonly opening: StartingAnswer["opening"];
      readonly atMs: number;
      readonly nodeMs: number | null;
    }
  /** The server asks for a token; `isWrong` if one was given. */
  | {readonly kind: "token"; readonly need: "asked" | "wrong" | "given"}
  | {readonly kind: "unreachable"; readonly atMs: number};

/** Everything that the page shows. */
export interface DashboardState {
  readonly status: StatusResponse | null;
  readonly runs: RunsAnswer | null;
  readonly releases: ReleasesAnswer | null;
  readonly curves: Curves;
  readonly isStreaming: boolean;
  /** True if the last answer was that the node is starting. */
  readonly isStarting: boolean;
  /** The part that it is opening, if it said so. */
  readonly opening: StartingAnswer["opening"];
  /** True if the last request went unanswered. */
  readonly isUnreachable: boolean;
  readonly token: "none" | "asked" | "wrong";
  /** Time of the node's last answer, by the browser's clock; null if there was none. */
  readonly answeredMs: number | null;
  /** Offset of the node's clock ahead of the browser's, in ms. */
  readonly clockAheadMs: number;
  /** The reader's time zone, by its IANA name. */
  readonly zone: string;
}

/** The state before anything is heard. */
export const FIRST_STATE: DashboardState = {
  status: null,
  runs: null,
  releases: null,
  curves: NO_CURVES,
  isStreaming: false,
  isStarting: false,
  opening: null,
  isUnreachable: false,
  token: "none",
  answeredMs: null,
  clockAheadMs: 0,
  zone: "UTC",
};

/** Answers as old as this are marked as such. */
const STALE_MS = 8000;
/** Error of HTTP's clock, which has whole seconds. */
const CLOCK_NOISE_MS = 2000;

/** The state after an answer. @param nodeMs time by the node's clock */
function heard(state: DashboardState, atMs: number, nodeMs: number | null): DashboardState {
  const aheadMs = nodeMs === null ? 0 : nodeMs - atMs;
  const clockAheadMs = Math.abs(aheadMs) < CLOCK_NOISE_MS ? 0 : aheadMs;
  return {...state, answeredMs: atMs, clockAheadMs, isUnreachable: false, token: "none"};
}

/** The state after a message. */
export function reduce(state: DashboardState, message: PageMessage): DashboardState {
  switch (message.kind) {
    case "status": {
      const {answer, atMs, nodeMs} = message;
      const curves = withStatus(state.curves, answer);
      return {...heard(state, atMs, nodeMs), status: answer, curves, isStarting: false, opening: null};
    }
    case "starting":
      return {...heard(state, message.atMs, message.nodeMs), isStarting: true, opening: message.opening};
    case "runs":
    case "releases":
      return {...state, [message.kind]: message.answer};
    case "history":
      return {...state, curves: withHistory(state.curves, message.answer)};
    case "event":
      return {...state, curves: curvesWithEvent(state.curves, message.event)};
    case "stream":
      return {...state, isStreaming: message.isOpen};
    case "token":
      return {...state, token: message.need === "given" ? "none" : message.need};
    case "unreachable":
      return {...state, isUnreachable: true};
  }
}

/** Tells whether the page shows old values: the node has not answered for a while. */
export function isStale({answeredMs, isUnreachable}: DashboardState, nowMs: number): boolean {
  return answeredMs !== null && (isUnreachable || nowMs - answeredMs > STALE_MS);
}

/** Age of the values on the page, in seconds. */
export function staleSeconds({answeredMs}: DashboardState, nowMs: number): number {
  return answeredMs === null ? 0 : Math.max(0, (nowMs - answeredMs) / 1000);
}

/** The reader of the page: the time, by the node's clock, and the time zone. */
export function readerOf({clockAheadMs, zone}: DashboardState, nowMs: number): Reader {
  return {nowMs: nowMs + clockAheadMs, zone};
}
