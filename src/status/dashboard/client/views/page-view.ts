import {type Content, element, type PageMarkup} from "../../../../drawing/index.ts";
import type {StatusResponse} from "../../../answers/status-answer.ts";
import type {Reader} from "../local-time.ts";
import {SIGNS} from "../parts.ts";
import {type DashboardState, isStale, readerOf} from "../state.ts";
import {healthVerdict} from "../verdict.ts";
import {duration, shortened} from "../words.ts";
import {curveViews} from "./curves-view.ts";
import {connectionView, glanceView, verdictView} from "./head-view.ts";
import {membersView, topologyView} from "./members-view.ts";
import {releasesView} from "./releases-view.ts";
import {resultView} from "./result-view.ts";
import {planView, progressView} from "./run-view.ts";

/** Id of the form that asks for a token, and of its field. */
export const TOKEN_FORM = "token-form";

function headerView(state: DashboardState, nowMs: number): PageMarkup {
  const {status} = state;
  const who = status === null ? "a node" : `${status.node.site} of ${status.node.consortium}`;
  return element(
    "header",
    {},
    element("p", {class: "brand"}, "Consilium ", element("strong", {}, who)),
    connectionView(state, nowMs),
  );
}

function tokenView({token}: DashboardState): readonly Content[] {
  if (token === "none") return [];
  const hint =
    "It is in the file that status.tokenFile names in node.yaml, or else in status.token in the state directory. The page keeps it in memory until it is closed.";
  return [
    element(
      "form",
      {id: TOKEN_FORM, class: "panel", autocomplete: "off"},
      element("label", {for: "token"}, "Token"),
      element(
        "div",
        {class: "field"},
        element("input", {
          id: "token",
          name: "token",
          type: "password",
          required: true,
          "aria-describedby": "token-hint",
          "aria-invalid": token === "wrong" ? "true" : undefined,
        }),
        element("button", {type: "submit"}, "Open"),
      ),
      element("p", {id: "token-hint", class: "note"}, hint),
    ),
  ];
}

function panels(state: DashboardState, status: StatusResponse, reader: Reader): readonly Content[] {
  const {node} = status;
  const {curves, releases, runs} = state;
  const result = resultView(node);
  return [
    ...(result === null ? [] : [result]),
    glanceView(state, status, reader),
    element(
      "div",
      {class: result === null ? "grid" : "grid ended"},
      ...(result === null ? [progressView(status, reader.nowMs)] : []),
      topologyView(node),
      membersView(node, reader),
      ...curveViews(curves, status),
      releasesView(releases, reader),
      planView(runs, node.site),
    ),
  ];
}

function footerView({version, uptimeSeconds, node}: StatusResponse, zone: string): PageMarkup {
  return element(
    "footer",
    {},
    element(
      "p",
      {},
      `consilium ${version}, up for ${duration(uptimeSeconds)}, peer `,
      element("code", {title: node.peerId}, shortened(node.peerId, 19)),
    ),
    element(
      "p",
      {},
      `Times are those of ${zone}. The page changes nothing, and nothing on it is about a single patient.`,
    ),
  );
}

/** The page's title: the site and its state. */
export function titleOf(state: DashboardState, nowMs: number): string {
  const {tone} = healthVerdict(state, nowMs);
  return `${SIGNS[tone]} ${state.status?.node.site ?? "a node"} · Consilium`;
}

/** The whole page for a state at a time of the browser's clock. */
export function pageView(state: DashboardState, nowMs: number): readonly Content[] {
  const {status} = state;
  const isHidden = status === null || state.token !== "none";
  const body = isHidden ? [] : panels(state, status, readerOf(state, nowMs));
  return [
    headerView(state, nowMs),
    element(
      "main",
      {class: isStale(state, nowMs) || state.isStarting ? "stale" : undefined},
      verdictView(state, nowMs),
      ...tokenView(state),
      ...body,
    ),
    ...(status === null ? [] : [footerView(status, state.zone)]),
  ];
}
