import type {CheckName} from "../../answers/health-answer.ts";
import type {StatusResponse} from "../../answers/status-answer.ts";
import {element, type Markup} from "./markup.ts";
import {sign} from "./parts.ts";
import {sentToday} from "./releases-view.ts";
import {alertList} from "./run-view.ts";
import {type DashboardState, isStale, nodeTimeMs, staleSeconds} from "./state.ts";
import {type Tone, type Verdict, verdictOf} from "./verdict.ts";
import {age, byteText, many, names} from "./words.ts";

/** What is read out when it changes, and nothing else: the headline, and which checks fail. */
function liveView({headline, reasons}: Verdict): Markup {
  const said = reasons.map(({means, check}) =>
    element("span", {class: "unseen"}, `The check ${check} is not met: ${means}.`),
  );
  const live = {role: "status", "aria-live": "polite", "aria-atomic": "true"};
  return element("div", live, element("h1", {}, headline), ...said);
}

function checksView(checks: StatusResponse["health"]["checks"]): Markup {
  const items = checks.map(({name, ok}) => {
    const word = element("span", {class: "unseen"}, ok ? " is met" : " is not met");
    return element("li", {}, sign(ok ? "good" : "bad"), name, word);
  });
  return element("ul", {class: "checks", "aria-label": "Checks"}, ...items);
}

function detailViews({reasons}: Verdict, {alerts}: StatusResponse): readonly Markup[] {
  const found = reasons.map(({check, means, detail}) =>
    element("li", {}, element("code", {}, check), ` ${means}: ${detail}`),
  );
  if (found.length > 0) return [element("ul", {class: "reasons"}, ...found)];
  return alerts.length > 0 ? [alertList(alerts)] : [];
}

/** The verdict with what it rests on. */
export function verdictView(state: DashboardState, nowMs: number): Markup {
  const verdict = verdictOf(state, nowMs);
  const {status} = state;
  const isOld = isStale(state, nowMs);
  const isNow = status !== null && !isOld && state.token === "none" && !state.isStarting;
  const ago = `The node last answered ${age(staleSeconds(state, nowMs))} ago; asking again.`;
  const details = isNow ? detailViews(verdict, status) : isOld ? [element("p", {}, ago)] : [];
  return element(
    "div",
    {class: `verdict ${verdict.tone}`},
    sign(verdict.tone),
    element("div", {class: "words"}, liveView(verdict), ...details),
    ...(isNow ? [checksView(status.health.checks)] : []),
  );
}

/** Whether the page is up to date, and how it is kept so. */
export function connectionView(state: DashboardState, nowMs: number): Markup {
  if (state.answeredMs === null) return element("p", {class: "connection"}, "not connected");
  const seconds = staleSeconds(state, nowMs);
  if (isStale(state, nowMs)) {
    return element("p", {class: "connection old"}, sign("warn"), `not connected, ${age(seconds)} old`);
  }
  const stream = state.isStreaming ? "live" : "live, without events";
  return element("p", {class: "connection"}, sign("good"), `${stream}, ${age(seconds)} old`);
}

interface Tile {
  readonly question: string;
  readonly tone: Tone;
  readonly answer: string;
  readonly detail: string;
}

function isMet({health}: StatusResponse, ...wanted: readonly CheckName[]): boolean {
  return health.checks.every(({name, ok}) => ok || !wanted.includes(name));
}

function registeredTile(status: StatusResponse): Tile {
  const isRegistered = isMet(status, "roster", "preflight");
  const {role, plan, site} = status.node;
  return {
    question: "Registered",
    tone: isRegistered ? "good" : "bad",
    answer: isRegistered ? "Yes" : "No",
    detail: isRegistered
      ? `${site}, ${role}; its plan ${plan.name} is approved`
      : "see the failing check above",
  };
}

const ACTIVITIES = {training: "Yes", exchanging: "Own work done", waiting: "Waiting", finished: "Finished"};

function trainingTile(status: StatusResponse): Tile {
  const {activity, round, rounds, waitingFor, stage, role} = status.node;
  const kind = stage === "mean" || stage === "deviation" ? " (statistics)" : "";
  const where =
    activity === "finished" || round >= rounds
      ? `all ${rounds} rounds done`
      : `round ${round + 1} of ${rounds}${kind}`;
  const late = waitingFor.length === 0 || activity !== "waiting" ? "" : `; waits for ${names(waitingFor, 3)}`;
  const tile = {question: "Training", detail: `${where}${late}`};
  if (!isMet(status, "started", "storage")) return {...tile, tone: "bad", answer: "No"};
  if (role !== "trainer") return {...tile, tone: "none", answer: `No, ${role}`};
  return {...tile, tone: activity === "waiting" ? "warn" : "good", answer: ACTIVITIES[activity]};
}

function exchangingTile(status: StatusResponse, nowMs: number): Tile {
  const {peers, certified, activity} = status.node;
  const isMoving = isMet(status, "exchanging");
  const last = peers.reduce((latest, {lastExchangeWallMs: at}) => Math.max(latest, at ?? 0), 0);
  const up = peers.filter(({link}) => link.status === "up").length;
  const when = last === 0 ? "nothing since the start" : `last ${age((nowMs - last) / 1000)} ago`;
  return {
    question: "Exchanging",
    tone: isMoving ? "good" : certified === null ? "warn" : "bad",
    answer: isMoving ? (activity === "finished" ? "Finished" : "Yes") : certified === null ? "Not yet" : "No",
    detail: `${up} of ${many(peers.length, "link")} up; ${when}`,
  };
}

function leftTile(state: DashboardState, nowMs: number): Tile {
  const today = sentToday(state.releases, nowMs);
  if (today === null) return {question: "Left today", tone: "none", answer: "not known yet", detail: ""};
  const {bytes, messages, peers} = today;
  const detail =
    messages === 0
      ? "nothing since midnight, UTC"
      : `${many(messages, "message")} to ${many(peers, "member")}`;
  return {question: "Left today", tone: "none", answer: byteText(bytes), detail};
}

function tileView({question, tone, answer, detail}: Tile): Markup {
  return element(
    "div",
    {class: `tile ${tone}`},
    element("dt", {}, question),
    element("dd", {class: "answer"}, ...(tone === "none" ? [] : [sign(tone)]), answer),
    element("dd", {class: "detail"}, detail),
  );
}

/** Registered, training, exchanging, and what left: four answers in a row. */
export function glanceView(state: DashboardState, status: StatusResponse, nowMs: number): Markup {
  const nodeMs = nodeTimeMs(state, nowMs);
  const tiles = [
    registeredTile(status),
    trainingTile(status),
    exchangingTile(status, nodeMs),
    leftTile(state, nodeMs),
  ];
  return element(
    "section",
    {"aria-label": "At a glance"},
    element("dl", {class: "tiles"}, ...tiles.map(tileView)),
  );
}
