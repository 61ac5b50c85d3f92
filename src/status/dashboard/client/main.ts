import type {Content} from "../../../drawing/index.ts";
import {change} from "./dom.ts";
import {readEvents} from "./event-reader.ts";
import {type DashboardState, FIRST_STATE, type PageMessage, reduce} from "./state.ts";
import {pollStatus} from "./status-poll.ts";
import type {Surroundings} from "./surroundings.ts";
import {createTokenGate} from "./token-gate.ts";
import {pageView, TOKEN_FORM, titleOf} from "./views/page-view.ts";

/**
 * Least time between two drawings of the page, however much happens. It is drawn at least every second,
 * because ages grow.
 */
const DRAW_MS = 200;
const TICK_MS = 1000;

const surroundings: Surroundings = {
  nowMs: () => Date.now(),
  after(ms, action) {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
  fetch: (path, request) => fetch(path, {...request, cache: "no-store"}),
};

const root = document.body;
let state: DashboardState = {...FIRST_STATE, zone: Intl.DateTimeFormat().resolvedOptions().timeZone};
let shown: readonly Content[] = [];
let isDue = false;

function draw(): void {
  isDue = false;
  const next = pageView(state, surroundings.nowMs());
  change(root, shown, next);
  shown = next;
  document.title = titleOf(state, surroundings.nowMs());
}

function hear(message: PageMessage): void {
  state = reduce(state, message);
  if (message.kind === "token" && message.need !== "given") {
    draw();
    document.getElementById("token")?.focus();
    return;
  }
  if (isDue) return;
  isDue = true;
  surroundings.after(DRAW_MS, draw);
}

const gate = createTokenGate((need) => hear({kind: "token", need}));

root.addEventListener("submit", (event) => {
  if (!(event.target instanceof HTMLFormElement) || event.target.id !== TOKEN_FORM) return;
  event.preventDefault();
  const token = new FormData(event.target).get("token");
  if (typeof token === "string") gate.give(token.trim());
});

root.replaceChildren();
draw();
setInterval(draw, TICK_MS);
const {signal} = new AbortController();
const poll = pollStatus({surroundings, gate, signal, onMessage: hear});
void readEvents({
  surroundings,
  gate,
  signal,
  listener: {
    onEvent(event) {
      hear({kind: "event", event});
      poll.nudge();
    },
    onStream: (isOpen) => hear({kind: "stream", isOpen}),
  },
});
