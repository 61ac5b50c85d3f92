import {expect, it} from "vitest";
import {eventLine} from "../../src/cli/daemon/event-text.ts";

it("names what a later version tells by its type, and quotes what has spaces in it", () => {
  const event = {
    id: "1-1",
    at: "2026-01-02T03:04:05.678Z",
    type: "ledger",
    what: {who: "a b", n: 1},
    none: null,
  };
  expect(eventLine(event)).toBe('2026-01-02T03:04:05Z info  ledger what.who="a b" what.n=1');
  const alert = {...event, type: "alert", what: [], alert: "round-stalled", state: "raised", detail: "x=y"};
  expect(eventLine(alert)).toBe(
    '2026-01-02T03:04:05Z warn  an alert changed alert=round-stalled state=raised detail="x=y"',
  );
});

it("counts rounds from 1, and tells none of a run that has ended", () => {
  const at = "2026-01-02T03:04:05.678Z";
  const first = {id: "1-1", at, type: "activity", activity: "training", round: 0, stage: "training"};
  expect(eventLine(first)).toMatch(/ activity=training round=1 stage=training$/);
  const ended = {id: "1-2", at, type: "activity", activity: "finished", round: 20, stage: null};
  expect(eventLine(ended)).toBe("2026-01-02T03:04:05Z info  the node's activity changed activity=finished");
});
