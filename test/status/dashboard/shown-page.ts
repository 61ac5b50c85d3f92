import type {Content, PageMarkup} from "../../../src/drawing/index.ts";
import type {NodeView} from "../../../src/node/index.ts";
import {
  type DashboardState,
  FIRST_STATE,
  type PageMessage,
  reduce,
} from "../../../src/status/dashboard/client/state.ts";
import {pageView} from "../../../src/status/dashboard/client/views/page-view.ts";
import {SAMPLE_NOW_MS, sampleEvents, sampleStatus} from "./sample-run.ts";

/** All elements in `content`, outermost first. */
export function* elementsIn(content: Content): Generator<PageMarkup> {
  if (typeof content === "string") return;
  yield content;
  for (const child of content.children) yield* elementsIn(child);
}

/** The elements of that tag, and of that class if one is given. */
export function find(content: Content, tag: string, className?: string): readonly PageMarkup[] {
  return [...elementsIn(content)].filter(
    ({tag: its, attributes}) => its === tag && (className === undefined || attributes["class"] === className),
  );
}

/** What the page knows of a node with that view, having heard so many rounds. */
export function stateOf(view: NodeView, rounds: number): DashboardState {
  const status: PageMessage = {kind: "status", answer: sampleStatus(view), atMs: SAMPLE_NOW_MS, nodeMs: null};
  const events = sampleEvents(rounds).map((event): PageMessage => ({kind: "event", event}));
  return [status, ...events].reduce(reduce, FIRST_STATE);
}

/** The page for that state. */
export function shown(state: DashboardState): PageMarkup {
  return {tag: "body", attributes: {}, children: pageView(state, SAMPLE_NOW_MS)};
}
