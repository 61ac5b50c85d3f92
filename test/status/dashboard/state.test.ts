import fc from "fast-check";
import {describe, expect, it} from "vitest";
import type {NodeView} from "../../../src/node/index.ts";
import type {HistoryAnswer} from "../../../src/status/answers/list-answers.ts";
import {
  curvesWithEvent,
  NO_CURVES,
  withHistory,
  withStatus,
} from "../../../src/status/dashboard/client/curves.ts";
import {
  type DashboardState,
  FIRST_STATE,
  isStale,
  type PageMessage,
  readerOf,
  reduce,
  staleSeconds,
} from "../../../src/status/dashboard/client/state.ts";
import {healthVerdict} from "../../../src/status/dashboard/client/verdict.ts";
import {SAMPLE_NOW_MS, sampleEvents, sampleRunView, sampleStatus} from "./sample-run.ts";

const NOW = 5_000_000;
const VIEW = sampleRunView({peers: 3, rounds: 40});
const STATUS = sampleStatus(VIEW);

const heard = (...messages: readonly PageMessage[]): DashboardState => messages.reduce(reduce, FIRST_STATE);
const status = (answer = STATUS, atMs = NOW): PageMessage => ({kind: "status", answer, atMs, nodeMs: null});

const figuresOf = (round: number, value: number) => ({
  round,
  loss: value,
  consensusDistance: null,
  validation: null,
});
const history = (rounds: readonly number[], value: number, run = VIEW.plan.run): HistoryAnswer => ({
  schema: 1,
  run,
  data: rounds.map((round) => figuresOf(round, value)),
  meta: {count: rounds.length},
});

describe("the page's state", () => {
  it("has the figures that events tell, in the order of rounds and once each", () => {
    const events = sampleEvents(40);
    const {rounds} = heard(
      ...[...events, ...events].map((event): PageMessage => ({kind: "event", event})),
    ).curves;
    expect(rounds.map(({round}) => round)).toEqual(Array.from({length: 38}, (_, index) => index + 2));
    expect(rounds.every(({loss, consensusDistance}) => loss !== null && consensusDistance !== null)).toBe(
      true,
    );
    expect(rounds.filter(({validation}) => validation?.auroc === null)).toHaveLength(4);
    expect(rounds[0]?.validation).toMatchObject({n: 140, auroc: {low: expect.any(Number)}});
  });

  it("has the same curves in whatever order the events come", () => {
    const events = sampleEvents(12);
    const inOrder = events.reduce(curvesWithEvent, NO_CURVES);
    fc.assert(
      fc.property(fc.shuffledSubarray([...events], {minLength: events.length}), (shuffled) => {
        expect(shuffled.reduce(curvesWithEvent, NO_CURVES)).toEqual(inOrder);
      }),
    );
  });

  it("holds no more than 4,000 rounds", () => {
    const {rounds} = sampleEvents(4100).reduce(curvesWithEvent, NO_CURVES);
    expect([rounds.length, rounds.at(-1)?.round]).toEqual([4000, 4099]);
  });

  it("takes the node's history, and what has happened since it was asked for", () => {
    const told = sampleEvents(9).reduce(curvesWithEvent, NO_CURVES);
    const both = withHistory(told, history([0, 2, 4, 6, 7], 9));
    expect(both.rounds.map(({round}) => round)).toEqual([0, 2, 4, 6, 7, 8]);
    expect(both.rounds.slice(0, 4)).toEqual([0, 2, 4, 6].map((round) => figuresOf(round, 9)));
    expect(both.rounds.slice(4)).toEqual(told.rounds.slice(-2));
    const inTheMiddle = withHistory(
      {...NO_CURVES, rounds: [figuresOf(7, 1)]},
      {
        ...history([7], 9),
        data: [{...figuresOf(7, 9), consensusDistance: 0.5}],
      },
    );
    expect(inTheMiddle.rounds).toEqual([{...figuresOf(7, 1), consensusDistance: 0.5}]);
  });

  it("begins anew with another run, and passes over the history of one that is not shown", () => {
    const curves = withStatus(withHistory(NO_CURVES, history([2, 3], 1)), STATUS);
    expect(withStatus(curves, STATUS)).toBe(curves);
    const run = "12".repeat(16);
    const other = sampleStatus({...VIEW, plan: {...VIEW.plan, run}});
    expect(withStatus(curves, other)).toEqual({run, rounds: []});
    expect(withHistory(curves, history([9], 1, run))).toBe(curves);
  });

  it("is old once the node has not answered for a while, and says for how long", () => {
    const state = heard(status());
    expect([isStale(state, NOW + 8000), isStale(state, NOW + 8001)]).toEqual([false, true]);
    const unanswered = reduce(state, {kind: "unreachable", atMs: NOW + 3000});
    expect([isStale(unanswered, NOW + 3000), staleSeconds(unanswered, NOW + 3000)]).toEqual([true, 3]);
    expect(isStale(reduce(unanswered, status(STATUS, NOW + 4000)), NOW + 4000)).toBe(false);
    expect(isStale(FIRST_STATE, NOW)).toBe(false);
  });

  it("goes by the node's clock where it differs by more than HTTP's whole seconds", () => {
    const by = (nodeMs: number) =>
      readerOf(reduce(FIRST_STATE, {kind: "status", answer: STATUS, atMs: NOW, nodeMs}), NOW).nowMs;
    expect([by(NOW - 900), by(NOW - 90_000), by(NOW + 3000)]).toEqual([NOW, NOW - 90_000, NOW + 3000]);
  });
});

describe("the verdict", () => {
  const of = (state: DashboardState) => healthVerdict(state, SAMPLE_NOW_MS);
  const now = (view: NodeView): DashboardState => heard(status(sampleStatus(view), SAMPLE_NOW_MS));
  const size = {peers: 3, rounds: 40};

  it("is healthy when the node is, and says when the run has ended", () => {
    expect(of(now(VIEW))).toEqual({tone: "good", headline: "Healthy", details: []});
    expect(of(now({...VIEW, activity: "finished", stage: null}))).toEqual({
      tone: "good",
      headline: "The run has ended",
      details: [],
    });
  });

  it("names on its first line who is silent or not linked, also while the node is healthy", () => {
    expect(of(now(sampleRunView({...size, silent: [1]})))).toEqual({
      tone: "warn",
      headline: "Healthy, but Dresden is silent",
      details: [],
    });
    const many = sampleRunView({peers: 6, rounds: 40, silent: [0, 1], down: [2]});
    expect(of(now(many)).headline).toBe("Healthy, but Leeds and Dresden are silent, Aachen is not linked");
  });

  it("says why the node is not healthy, for whom it waits and since when, by the reader's clock", () => {
    const view = sampleRunView({...size, down: [0, 1]});
    const stalled = {...view, pace: {...view.pace, lastPartWallMs: SAMPLE_NOW_MS - 60_000}};
    const state = {...now(stalled), zone: "Europe/Berlin"};
    expect(of(state)).toEqual({
      tone: "bad",
      headline: "Not healthy: the rounds have stalled; Leeds and Dresden are not linked",
      details: [
        "The last round with this site's part ended at 23:12, 1 min ago; up to 12 s is normal. It is waiting for Leeds and Dresden since 23:13.",
        "Too few members are linked to decide a round: 2 of 4 linked, 3 needed.",
      ],
    });
    const failed = of(now({...VIEW, fault: "STORAGE_FULL"}));
    expect(failed).toMatchObject({
      tone: "bad",
      headline: "Not healthy: the node has failed and cannot go on",
    });
    expect(failed.details[0]).toBe("It stopped with the error STORAGE_FULL; the log says more.");
  });

  it("is not yet healthy before the first round since the start, which is no fault", () => {
    const startedWallMs = SAMPLE_NOW_MS - 5000;
    const young = of(now({...VIEW, pace: {...VIEW.pace, startedWallMs, lastPartWallMs: null}}));
    expect(young).toEqual({
      tone: "warn",
      headline: "Not healthy yet: waiting for the first round since the start",
      details: ["It started at 22:13, and no round has ended with this site's part since."],
    });
  });

  it("points to alerts", () => {
    const since = "2023-11-14T22:00:00.000Z";
    const alert = {alert: "equivocation", severity: "page", since, detail: "Oslo"} as const;
    const verdict = of(heard(status(sampleStatus(VIEW, [alert]), SAMPLE_NOW_MS)));
    expect(verdict).toMatchObject({tone: "warn", headline: "Healthy, but 1 alert to look at"});
  });

  it("says what a node that is starting opens", () => {
    const opening = {step: "data", since: new Date(NOW - 150_000).toISOString()} as const;
    const starting: PageMessage = {kind: "starting", opening, atMs: NOW, nodeMs: null};
    expect(healthVerdict(heard(starting), NOW).details).toEqual([
      "It reads and checks this site's data, since 01:20 (2 min).",
    ]);
    expect(healthVerdict(heard(starting, status()), NOW).headline).toBe("Healthy");
  });

  it("says what it cannot know", () => {
    const starting: PageMessage = {kind: "starting", opening: null, atMs: NOW, nodeMs: null};
    const lost: PageMessage = {kind: "unreachable", atMs: NOW};
    const token = (need: "asked" | "wrong"): PageMessage => ({kind: "token", need});
    const headlines = [
      [],
      [lost],
      [starting],
      [status(), lost],
      [token("asked")],
      [status(), token("wrong")],
    ].map((messages) => healthVerdict(heard(...messages), NOW).headline);
    expect(headlines).toEqual([
      "Connecting to the node",
      "The node does not answer",
      "The node is starting",
      "Connection lost: what you see is old",
      "This node asks for its token",
      "That token is wrong",
    ]);
    const given = heard(token("asked"), {kind: "token", need: "given"}, status());
    expect(healthVerdict(given, NOW).headline).toBe("Healthy");
  });
});

it("the samples are looked at when they are up to date", () => {
  expect(STATUS.node.pace.roundSinceWallMs).toBe(SAMPLE_NOW_MS - 4000);
});
