import fc from "fast-check";
import {describe, expect, it} from "vitest";
import type {EventAnswer} from "../../../src/status/answers/event-answer.ts";
import {backoffMs, readEvents} from "../../../src/status/dashboard/client/event-reader.ts";
import {createSseParser} from "../../../src/status/dashboard/client/sse-parser.ts";
import type {PageMessage} from "../../../src/status/dashboard/client/state.ts";
import {pollStatus} from "../../../src/status/dashboard/client/status-poll.ts";
import type {Surroundings} from "../../../src/status/dashboard/client/surroundings.ts";
import {createTokenGate} from "../../../src/status/dashboard/client/token-gate.ts";
import {sampleEvents, sampleRunView, sampleStatus} from "./sample-run.ts";

const EVENTS = sampleEvents(4);
const text = (event: EventAnswer): string =>
  `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

/** A question that the page asked. */
interface Asked {
  readonly path: string;
  readonly headers: Headers;
}

/** A browser whose time passes by itself as soon as everybody waits, and whose server is a script. */
function browser(answers: (asked: Asked) => Response | null) {
  const asked: Asked[] = [];
  const pauses: number[] = [];
  const end = new AbortController();
  let nowMs = 0;
  const surroundings: Surroundings = {
    nowMs: () => nowMs,
    after(ms, action) {
      const isPause = ms < 40_000 && ms !== 5000;
      if (!isPause) return () => {};
      pauses.push(ms);
      const timer = setImmediate(() => {
        nowMs += ms;
        action();
      });
      return () => clearImmediate(timer);
    },
    async fetch(path, {headers}) {
      const question = {path, headers: new Headers(headers)};
      asked.push(question);
      const answer = answers(question);
      if (answer === null) end.abort();
      return answer ?? Response.error();
    },
  };
  return {surroundings, asked, pauses, signal: end.signal};
}

describe("the parser of Server-Sent Events", () => {
  const all = `retry: 2000\n\n: alive\n\nevent: gap\ndata: {"type":"gap","missed":3}\n\n${EVENTS.map(text).join("")}`;

  it("gives the same messages however the stream is cut", () => {
    const whole = createSseParser()(all);
    expect(whole.map(({id}) => id)).toEqual([null, ...EVENTS.map(({id}) => id)]);
    expect(whole.slice(1).map(({data}) => JSON.parse(data) as unknown)).toEqual(EVENTS);
    fc.assert(
      fc.property(fc.array(fc.integer({min: 0, max: all.length}), {maxLength: 30}), (cuts) => {
        const parse = createSseParser();
        const places = [0, ...cuts.sort((a, b) => a - b), all.length];
        const pieces = places.slice(1).map((place, index) => all.slice(places[index], place));
        expect(pieces.flatMap((piece) => parse(piece))).toEqual(whole);
      }),
    );
  });

  it("takes lines that end as on Windows, and keeps what is not complete", () => {
    const parse = createSseParser();
    expect(parse("id: 1\r\ndata: a\r\ndata: b\r\n")).toEqual([]);
    expect(parse("\r\n")).toEqual([{id: "1", data: "a\nb"}]);
  });
});

describe("the reader of events", () => {
  it("comes back with the last id, and waits longer each time that fails", async () => {
    const heard: EventAnswer[] = [];
    const streams: boolean[] = [];
    const [first = "", second = "", ...rest] = EVENTS.map(text);
    const script = [
      () => new Response(`retry: 2000\n\n${first}${second}${rest[0]?.slice(0, 20)}`),
      () => new Response("", {status: 500}),
      () => Response.error(),
      () => new Response(`event: gap\ndata: {"type":"gap","missed":2}\n\n${rest.join("")}`),
    ];
    const {surroundings, asked, pauses, signal} = browser(() => script.shift()?.() ?? null);
    const gate = createTokenGate(() => {});
    await readEvents({
      surroundings,
      gate,
      signal,
      listener: {
        onEvent: (event) => heard.push(event),
        onStream: (isOpen) => streams.push(isOpen),
      },
    });
    expect(heard).toEqual(EVENTS);
    const [one, two, last] = [EVENTS[0], EVENTS[1], EVENTS.at(-1)];
    expect(one?.id).not.toBe(two?.id);
    expect(asked.map(({headers}) => headers.get("last-event-id"))).toEqual([
      null,
      two?.id,
      two?.id,
      two?.id,
      last?.id,
    ]);
    expect(asked.every(({path}) => path === "v1/events")).toBe(true);
    expect(pauses.slice(0, 4)).toEqual([1000, 2000, 4000, 1000]);
    expect(streams.filter(Boolean).length).toBe(2);
    expect(streams.at(-1)).toBe(false);
  });

  it("never waits longer than fifteen seconds", () => {
    expect([1, 2, 3, 4, 5, 50].map(backoffMs)).toEqual([1000, 2000, 4000, 8000, 15_000, 15_000]);
  });
});

describe("a token", () => {
  it("is asked for once refused, told to be wrong, and then carried by every question", async () => {
    const needs: string[] = [];
    const tokens = ["wrong", "right"];
    const gate = createTokenGate((need) => {
      needs.push(need);
      const token = need === "given" ? undefined : tokens.shift();
      if (token !== undefined) queueMicrotask(() => gate.give(token));
    });
    const STATUS = sampleStatus(sampleRunView({peers: 3, rounds: 40}));
    let left = 7;
    const {surroundings, asked, signal} = browser(({path, headers}) => {
      if (left-- === 0) return null;
      if (headers.get("authorization") !== "Bearer right") return new Response("{}", {status: 401});
      return Response.json(path === "v1/status" ? STATUS : {data: []});
    });
    const messages: PageMessage[] = [];
    await pollStatus({surroundings, gate, signal, onMessage: (message) => messages.push(message)}).ended;
    expect(needs).toEqual(["asked", "given", "wrong", "given"]);
    expect(asked.map(({path, headers}) => [path, headers.get("authorization")])).toEqual([
      ["v1/status", null],
      ["v1/status", "Bearer wrong"],
      ["v1/status", "Bearer right"],
      ["v1/releases", "Bearer right"],
      ["v1/history", "Bearer right"],
      ["v1/runs", "Bearer right"],
      ["v1/status", "Bearer right"],
      ["v1/status", "Bearer right"],
    ]);
    expect(messages.map(({kind}) => kind).slice(0, 5)).toEqual([
      "status",
      "releases",
      "history",
      "runs",
      "status",
    ]);
  });

  it("given while a question with the one before was under way is not taken for wrong", async () => {
    const needs: string[] = [];
    const gate = createTokenGate((need) => needs.push(need));
    const before = gate.headers();
    gate.give("new");
    await gate.refused(before);
    expect(needs).toEqual(["given"]);
  });
});

describe("the poll", () => {
  const OPENING = {step: "data", since: "2026-11-30T10:00:00.000Z"};

  it("tells of a node that is starting, refuses or does not answer, and asks again two seconds later", async () => {
    const script = [
      () => Response.json({error: "the node is starting", opening: OPENING}, {status: 503}),
      () => Response.json(null, {status: 503}),
      () => Response.json({error: "too many requests"}, {status: 429}),
      () => new Response("<html>"),
    ];
    const {surroundings, pauses, signal} = browser(() => script.shift()?.() ?? null);
    const messages: PageMessage[] = [];
    const gate = createTokenGate(() => {});
    await pollStatus({surroundings, gate, signal, onMessage: (message) => messages.push(message)}).ended;
    expect(messages).toEqual([
      {kind: "starting", opening: OPENING, atMs: 0, nodeMs: null},
      {kind: "starting", opening: null, atMs: 2000, nodeMs: null},
      {kind: "unreachable", atMs: 4000},
      {kind: "unreachable", atMs: 6000},
      {kind: "unreachable", atMs: 8000},
    ]);
    expect(pauses.slice(0, 4)).toEqual([500, 1500, 500, 1500]);
  });

  it("asks again half a second later when something has happened", async () => {
    let left = 3;
    const {surroundings, pauses, signal} = browser(() => {
      left -= 1;
      if (left === 1) poll.nudge();
      return left === 0 ? null : Response.json({error: "the node is starting"}, {status: 503});
    });
    const poll = pollStatus({surroundings, gate: createTokenGate(() => {}), signal, onMessage: () => {}});
    await poll.ended;
    expect(pauses.slice(0, 3)).toEqual([500, 1500, 500]);
  });
});
