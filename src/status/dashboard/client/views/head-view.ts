import {element, type PageMarkup} from "../../../../drawing/index.ts";
import type {StatusResponse} from "../../../answers/status-answer.ts";
import type {Reader} from "../local-time.ts";
import {stateSign} from "../parts.ts";
import {type DashboardState, isStale, readerOf, staleSeconds} from "../state.ts";
import {healthVerdict, otherAlerts, type Tone, waitingText} from "../verdict.ts";
import {age, byteText, count, many, NOT_YET, shareText} from "../words.ts";
import {alertList} from "./alerts-view.ts";
import {sentToday} from "./releases-view.ts";

/** The verdict with its reasons. */
export function verdictView(state: DashboardState, nowMs: number): PageMarkup {
  const {tone, headline, details} = healthVerdict(state, nowMs);
  const {status} = state;
  const isOld = isStale(state, nowMs);
  const isNow = status !== null && !isOld && state.token === "none" && !state.isStarting;
  const ago = `The node last answered ${age(staleSeconds(state, nowMs))} ago. The page keeps asking.`;
  const others = isNow ? otherAlerts(status) : [];
  const alerts = others.length > 0 ? [alertList(others, readerOf(state, nowMs))] : [];
  // The part that a screen reader reads out when it changes, and nothing else.
  const live = {role: "status", "aria-live": "polite", "aria-atomic": "true"};
  return element(
    "div",
    {class: `verdict ${tone}`},
    stateSign(tone),
    element(
      "div",
      {class: "words"},
      element("div", live, element("h1", {}, headline)),
      ...(isOld ? [ago] : details).map((text) => element("p", {}, text)),
      ...alerts,
    ),
  );
}

/** The age of the page, and the way in which it is kept up to date. */
export function connectionView(state: DashboardState, nowMs: number): PageMarkup {
  if (state.answeredMs === null) return element("p", {class: "connection"}, "not connected");
  const seconds = staleSeconds(state, nowMs);
  if (isStale(state, nowMs)) {
    return element("p", {class: "connection old"}, stateSign("warn"), `not connected, ${age(seconds)} old`);
  }
  const stream = state.isStreaming ? "live" : "live, without events";
  return element("p", {class: "connection"}, stateSign("good"), `${stream}, ${age(seconds)} old`);
}

interface Tile {
  readonly question: string;
  readonly tone: Tone;
  readonly answer: string;
  readonly detail: string;
}

function trainingTile({node}: StatusResponse, reader: Reader): Tile {
  const {activity, round, rounds, stage, role, fault} = node;
  const kind = stage === "mean" || stage === "deviation" ? ", for the scaling of the features" : "";
  const where = `round ${round + 1} of ${rounds}${kind}`;
  const tile = {question: "Training", detail: where};
  if (fault !== null) return {...tile, tone: "bad", answer: "No"};
  if (role !== "trainer") {
    const detail = `${where}; its patients are kept for the test at the end`;
    return {...tile, tone: "none", answer: `No: an ${role}`, detail};
  }
  switch (activity) {
    case "training":
      return {...tile, tone: "good", answer: "Yes"};
    case "exchanging":
      return {
        ...tile,
        tone: "good",
        answer: "Done for this round",
        detail: `${where}; the members put their updates together`,
      };
    case "waiting": {
      const waiting = waitingText(node, reader);
      return {
        ...tile,
        tone: "warn",
        answer: "Waiting",
        detail: `${where}${waiting === "" ? "" : `; ${waiting}`}`,
      };
    }
    case "finished":
      return {...tile, tone: "good", answer: "Finished"};
  }
}

function lastExchangeMs({peers}: StatusResponse["node"]): number | null {
  const known = peers.flatMap(({lastExchangeWallMs: at}) => (at === null ? [] : [at]));
  return known.length === 0 ? null : Math.max(...known);
}

function exchangingTile({node, health}: StatusResponse, {nowMs}: Reader): Tile {
  const {peers} = node;
  const last = lastExchangeMs(node);
  const up = peers.filter(({link}) => link.status === "up").length;
  const when = last === null ? "nothing since the start" : `last ${age((nowMs - last) / 1000)} ago`;
  const links = `${up} of ${many(peers.length, "link")} up`;
  if (health.state === "finished") {
    const detail = "members can still fetch the final model here";
    return {question: "Links", tone: "none", answer: `${up} of ${peers.length} up`, detail};
  }
  const tile = {question: "Exchanging", detail: `${links}; ${when}`};
  if (health.state === "exchanging") return {...tile, tone: "good", answer: "Yes"};
  return health.state === "waiting"
    ? {...tile, tone: "warn", answer: "Not yet"}
    : {...tile, tone: "bad", answer: "No"};
}

/** This site's share of the rounds; nothing for a site that does not train. */
function shareTile({node: {shares, site}}: StatusResponse): readonly Tile[] {
  const own = shares.find(({name}) => name === site);
  if (own === undefined) return [];
  const {run, recent} = own;
  const question = "This site's share of rounds";
  if (run.certified === 0)
    return [{question, tone: "none", answer: NOT_YET, detail: "no round has ended yet"}];
  const isRecent = recent.certified < run.certified;
  const last = isRecent ? `; ${count(recent.contributed)} of the last ${count(recent.certified)}` : "";
  const detail = `in ${count(run.contributed)} of ${many(run.certified, "round")}${last}`;
  const tone = recent.contributed === recent.certified ? "good" : "warn";
  return [{question, tone, answer: shareText(run), detail}];
}

function leftTile({releases}: DashboardState, reader: Reader): Tile {
  const today = sentToday(releases, reader);
  const question = "Left today";
  if (today === null) return {question, tone: "none", answer: NOT_YET, detail: ""};
  const {bytes, messages, peers} = today;
  const detail =
    messages === 0 ? "nothing since midnight" : `${many(messages, "message")} to ${many(peers, "member")}`;
  return {question, tone: "none", answer: byteText(bytes), detail};
}

function tileView({question, tone, answer, detail}: Tile): PageMarkup {
  return element(
    "div",
    {class: `tile ${tone}`},
    element("dt", {}, question),
    element("dd", {class: "answer"}, ...(tone === "none" ? [] : [stateSign(tone)]), answer),
    element("dd", {class: "detail"}, detail),
  );
}

/** A row of answers: training, exchanging, this site's share of the rounds, and the releases that left. */
export function glanceView(state: DashboardState, status: StatusResponse, reader: Reader): PageMarkup {
  const tiles = [
    ...(status.health.state === "finished" ? [] : [trainingTile(status, reader)]),
    exchangingTile(status, reader),
    ...shareTile(status),
    leftTile(state, reader),
  ];
  return element(
    "section",
    {"aria-label": "At a glance"},
    element("dl", {class: "tiles"}, ...tiles.map(tileView)),
  );
}
