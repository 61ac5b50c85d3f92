import type {StatusResponse} from "../../answers/status-answer.ts";
import {aurocView, distanceView, historyNote, lossView} from "./curves-view.ts";
import {connectionView, glanceView, verdictView} from "./head-view.ts";
import {type Content, element, type Markup} from "./markup.ts";
import {absenceView, bytesView, membersView, topologyView} from "./members-view.ts";
import {note, SIGNS} from "./parts.ts";
import {releasesView} from "./releases-view.ts";
import {alertsView, planView, progressView} from "./run-view.ts";
import {type DashboardState, isStale, nodeTimeMs} from "./state.ts";
import {verdictOf} from "./verdict.ts";
import {count, duration, shortened} from "./words.ts";

/** Id of the form that asks for a token, and of its field. */
export const TOKEN_FORM = "token-form";

function headerView(state: DashboardState, nowMs: number): Markup {
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
    "It is in the file that status.tokenFile names in node.yaml. The page keeps it in memory until it is closed.";
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

function panels(state: DashboardState, status: StatusResponse, nowMs: number): readonly Content[] {
  const nodeMs = nodeTimeMs(state, nowMs);
  const {node} = status;
  const history = historyNote(state.curves, status);
  const missed = state.missed === 0 ? "" : `${count(state.missed)} events have not reached this page.`;
  const words = [history, missed].filter((text) => text !== "").join(" ");
  return [
    glanceView(state, status, nowMs),
    element(
      "div",
      {class: "grid"},
      element(
        "div",
        {class: "column wide"},
        progressView(status, nodeMs),
        releasesView(state.releases, nodeMs),
      ),
      element("div", {class: "column slim"}, alertsView(status), absenceView(node), topologyView(node)),
      aurocView(state.curves),
      lossView(state.curves, status),
      distanceView(state.curves, status),
      element("div", {class: "row"}, ...(words === "" ? [] : [note(words)])),
      membersView(node, nodeMs),
      bytesView(node),
      planView(state.runs, node.site),
    ),
  ];
}

function footerView({version, uptimeSeconds, node}: StatusResponse): Markup {
  return element(
    "footer",
    {},
    element(
      "p",
      {},
      `consilium ${version}, up for ${duration(uptimeSeconds)}, peer `,
      element("code", {title: node.peerId}, shortened(node.peerId, 19)),
    ),
    element("p", {}, "Read-only; nothing here is about a patient."),
  );
}

/** The page's title: who, and how it stands. */
export function titleOf(state: DashboardState, nowMs: number): string {
  const {tone} = verdictOf(state, nowMs);
  return `${SIGNS[tone]} ${state.status?.node.site ?? "a node"} · Consilium`;
}

/** The whole page for a state at a time of the browser's clock. */
export function pageView(state: DashboardState, nowMs: number): readonly Content[] {
  const {status} = state;
  const isHidden = status === null || state.token !== "none";
  const body = isHidden ? [] : panels(state, status, nowMs);
  return [
    headerView(state, nowMs),
    element(
      "main",
      {class: isStale(state, nowMs) || state.isStarting ? "stale" : undefined},
      verdictView(state, nowMs),
      ...tokenView(state),
      ...body,
    ),
    ...(status === null ? [] : [footerView(status)]),
  ];
}
