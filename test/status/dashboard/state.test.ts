import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {NO_CURVES, withEvent, withStatus} from "../../../src/status/dashboard/client/curves.ts";
import {
  type DashboardState,
  FIRST_STATE,
  isStale,
  type Message,
  nodeTimeMs,
  reduce,
  staleSeconds,
} from "../../../src/status/dashboard/client/state.ts";
import {verdictOf} from "../../../src/status/dashboard/client/verdict.ts";
import {SAMPLE_NOW_MS, sampleEvents, sampleRunView, sampleStatus} from "./sample-run.ts";

const NOW = 5_000_000;
const VIEW = sampleRunView({peers: 3, rounds: 40});
const STATUS = sampleStatus(VIEW);

const heard = (...messages: readonly Message[]): DashboardState => messages.reduce(reduce, FIRST_STATE);
const status = (answer = STATUS, atMs = NOW): Message => ({kind: "status", answer, atMs, nodeMs: null});

describe("the page's state", () => {
  it("has curves of everything that events tell, in the order of rounds and once each", () => {
    const events = sampleEvents(40);
    const state = heard(...[...events, ...events].map((event): Message => ({kind: "event", event})));
    const rounds = Array.from({length: 38}, (_, index) => index + 2);
    for (const curve of [state.curves.loss, state.curves.auroc, state.curves.distance]) {
      expect(curve.map(({round}) => round)).toEqual(rounds);
    }
    expect(state.curves.auroc.filter(({value}) => value === null)).toHaveLength(4);
    expect(state.curves.auroc[0]).toMatchObject({n: 140, low: expect.any(Number)});
  });

  it("has the same curves in whatever order the events come", () => {
    const events = sampleEvents(12);
    const inOrder = events.reduce(withEvent, NO_CURVES);
    fc.assert(
      fc.property(fc.shuffledSubarray([...events], {minLength: events.length}), (shuffled) => {
        expect(shuffled.reduce(withEvent, NO_CURVES)).toEqual(inOrder);
      }),
    );
  });

  it("keeps 2,000 rounds, and no more than 4,000", () => {
    const curve = (rounds: number) => sampleEvents(rounds).reduce(withEvent, NO_CURVES).loss;
    expect(curve(2000)).toHaveLength(1998);
    const long = curve(4100);
    expect([long.length, long.at(-1)?.round]).toEqual([4000, 4099]);
  });

  it("takes the newest validation from the status, and begins anew with another run", () => {
    const curves = withStatus(NO_CURVES, STATUS);
    expect(curves.auroc).toEqual([{round: 39, n: 140, value: 0.861, low: 0.792, high: 0.921}]);
    expect(withStatus(curves, STATUS)).toEqual(curves);
    const filled = sampleEvents(9).reduce(withEvent, curves);
    const other = sampleStatus({...VIEW, plan: {...VIEW.plan, run: "12".repeat(16)}, validation: null});
    expect(withStatus(filled, other)).toEqual({...NO_CURVES, run: "12".repeat(16)});
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
      nodeTimeMs(reduce(FIRST_STATE, {kind: "status", answer: STATUS, atMs: NOW, nodeMs}), NOW);
    expect([by(NOW - 900), by(NOW - 90_000), by(NOW + 3000)]).toEqual([NOW, NOW - 90_000, NOW + 3000]);
  });

  it("counts what it missed", () => {
    const gap = (missed: number | null): Message => ({kind: "gap", missed});
    expect(heard(gap(3), gap(null), gap(4)).missed).toBe(7);
  });
});

describe("the verdict", () => {
  const of = (state: DashboardState) => verdictOf(state, NOW);

  it("is healthy when every check is met", () => {
    expect(of(heard(status()))).toEqual({tone: "good", headline: "Healthy", reasons: []});
    const ended = sampleStatus({...VIEW, activity: "finished", stage: null});
    expect(of(heard(status(ended)))).toMatchObject({tone: "good", headline: "Healthy: the run has ended"});
  });

  it("names each check that fails, in words", () => {
    const down = sampleStatus(sampleRunView({peers: 3, rounds: 40, down: [0, 1]}));
    const verdict = of(heard(status(down)));
    expect(verdict).toMatchObject({
      tone: "bad",
      headline: "Not healthy: too few members are linked to decide a round, and 1 other check not met",
    });
    expect(verdict.reasons.map(({check, detail}) => `${check}: ${detail}`)).toEqual([
      "quorum: 2 of 4 linked, 3 needed",
      "exchanging: round 41 has taken 4 s; waiting for Leeds, Dresden",
    ]);
    const failed = sampleStatus({...VIEW, fault: "STORAGE_WRITE_FAILED"});
    expect(of(heard(status(failed))).headline).toBe("Not healthy: a write to disk has failed");
  });

  it("is not yet healthy before the first round, which is no fault", () => {
    const young = sampleStatus({...VIEW, certified: null});
    expect(of(heard(status(young)))).toMatchObject({
      tone: "warn",
      headline: "Not healthy yet: no round is certified so far",
    });
  });

  it("points to alerts where all checks are met", () => {
    const since = "2023-11-14T22:00:00.000Z";
    const alert = {alert: "equivocation", severity: "page", since, detail: "Oslo"} as const;
    const verdict = of(heard(status(sampleStatus(VIEW, [alert]))));
    expect(verdict).toMatchObject({tone: "warn", headline: "Healthy, but 1 alert to look at"});
  });

  it("says what it can not know", () => {
    const starting: Message = {kind: "starting", atMs: NOW};
    const lost: Message = {kind: "unreachable", atMs: NOW};
    const token = (need: "asked" | "wrong"): Message => ({kind: "token", need});
    const headlines = [
      [],
      [lost],
      [starting],
      [status(), lost],
      [token("asked")],
      [status(), token("wrong")],
    ].map((messages) => of(heard(...messages)).headline);
    expect(headlines).toEqual([
      "Connecting to the node",
      "The node does not answer",
      "The node is starting",
      "Connection lost: what you see is old",
      "This node asks for its token",
      "That token is wrong",
    ]);
    expect(of(heard(token("asked"), {kind: "token", need: "given"}, status())).headline).toBe("Healthy");
  });
});

it("the samples are looked at when they are up to date", () => {
  expect(STATUS.node.pace.roundSinceWallMs).toBe(SAMPLE_NOW_MS - 4000);
});
