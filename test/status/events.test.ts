import {request} from "node:http";
import {afterEach, beforeEach, describe, expect, it} from "vitest";
import {createEventFeed, type EventFeed, type NodeEvent} from "../../src/node/index.ts";
import {eventAnswerSchema, gapAnswerSchema, type StatusServer} from "../../src/status/index.ts";
import {ask} from "./requests.ts";
import {HandClock, openSampleServer} from "./sample-node.ts";

/** One message of a stream. */
interface Message {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: unknown;
}

/** A listener as a browser's EventSource is one. */
interface Listener {
  readonly status: number;
  readonly messages: Message[];
  /** Everything that came, comments included. */
  text(): string;
  /** Resolves once `count` messages came. */
  until(count: number): Promise<readonly Message[]>;
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>;
  leave(): void;
}

function messageOf(block: string): Message | null {
  const fields = new Map(
    block.split("\n").map((line) => [line.split(": ")[0], line.slice(line.indexOf(": ") + 2)]),
  );
  const data = fields.get("data");
  if (data === undefined) return null;
  return {id: fields.get("id"), event: fields.get("event"), data: JSON.parse(data)};
}

function listen(url: string, headers: Record<string, string> = {}): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/v1/events`, {headers}, (response) => {
      let text = "";
      const messages: Message[] = [];
      let look = (): void => {};
      const ended = new Promise<void>((end) => void response.once("close", end));
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
        const blocks = text.split("\n\n").slice(0, -1);
        messages.splice(0, messages.length, ...blocks.flatMap((block) => messageOf(block) ?? []));
        look();
      });
      response.on("error", () => {});
      resolve({
        status: response.statusCode ?? 0,
        messages,
        text: () => text,
        until: (count) =>
          new Promise((enough) => {
            look = () => void (messages.length >= count && enough(messages));
            look();
          }),
        ended,
        leave: () => void response.destroy(),
      });
    });
    asked.once("error", reject).end();
  });
}

const EVENTS: readonly NodeEvent[] = [
  {type: "opening", step: "data"},
  {type: "activity", activity: "training", round: 3, stage: "training"},
  {type: "loss", round: 3, loss: 0.5},
  {type: "link", peer: "south", status: "down", reason: "NETWORK_LINK_LOST"},
  {type: "release", kind: "update", hash: "ab".repeat(32), bytes: 4096},
  {type: "validation", round: 3, n: 40, auroc: {value: 0.8, low: 0.7, high: 0.9}, logLoss: 0.5},
  {
    type: "round",
    round: 3,
    attempt: 0,
    stage: "training",
    result: "cd".repeat(32),
    contributors: ["north"],
    absent: ["south"],
    seconds: {total: 2, training: 1, exchanging: 1},
    consensusDistance: 0.1,
  },
  {type: "absence", round: 3, members: ["south"]},
  {type: "report", kind: "waiting", round: 4, members: ["south"], reason: null, isRejection: false},
  {type: "report", kind: "joined-late", round: 4, members: ["south"], reason: null, isRejection: false},
  {type: "egress-blocked", reason: "NETWORK_RELEASE_REQUIRED"},
  {type: "alert", alert: "round-stalled", state: "raised", detail: "round 4"},
];

let clock: HandClock;
let feed: EventFeed;
let server: StatusServer;
const lossOf = (number: number): NodeEvent => ({type: "loss", round: 0, loss: number});

beforeEach(async () => {
  clock = new HandClock();
  feed = createEventFeed(clock);
  ({server} = await openSampleServer({feed, clock, node: () => null}));
});
afterEach(() => server.close());

describe("the stream of events", () => {
  it("brings every kind of event as its schema says, also while the node is starting", async () => {
    const listener = await listen(server.url);
    expect(listener.status).toBe(200);
    for (const event of EVENTS) feed.emit(event);
    const messages = await listener.until(EVENTS.length);
    expect(messages.map(({event}) => event)).toEqual(EVENTS.map(({type}) => type));
    for (const {id, data} of messages) expect(eventAnswerSchema.parse(data)).toMatchObject({id});
    expect(messages.map(({data}) => data)).toMatchObject(EVENTS);
  });

  it("loses no event to listeners that are cut off at any time and come back", async () => {
    const seen: number[] = [];
    let last = "0";
    let emitted = 0;
    for (const burst of [1, 0, 7, 250, 3]) {
      const listener = await listen(server.url, {"last-event-id": last});
      for (let n = 0; n < burst; n++) feed.emit(lossOf(++emitted));
      const half = emitted - seen.length - Math.floor(burst / 2);
      const messages = [...(await listener.until(half))].slice(0, half).filter(({event}) => event !== "gap");
      listener.leave();
      for (const {id, data} of messages) {
        seen.push(Number(Reflect.get(Object(data), "loss")));
        last = id ?? last;
      }
    }
    const listener = await listen(server.url, {"last-event-id": last});
    const rest = await listener.until(emitted - seen.length);
    for (const {data} of rest) seen.push(Number(Reflect.get(Object(data), "loss")));
    expect(seen).toEqual(Array.from({length: 261}, (_, index) => index + 1));
  });

  it("says where what was held ends, also where nothing was", async () => {
    feed.emit(lossOf(1));
    const listener = await listen(server.url, {"last-event-id": "0"});
    feed.emit(lossOf(2));
    await listener.until(3);
    expect(listener.text().match(/"loss":\d|: now\n\n/g)).toEqual(['"loss":1', ": now\n\n", '"loss":2']);
    const fresh = await listen(server.url);
    feed.emit(lossOf(3));
    await fresh.until(1);
    expect(fresh.text().match(/"loss":\d|: now\n\n/g)).toEqual([": now\n\n", '"loss":3']);
  });

  it("tells how many events are not held any more", async () => {
    for (let number = 1; number <= 1010; number++) feed.emit(lossOf(number));
    const listener = await listen(server.url, {"last-event-id": `${clock.wallMs()}-4`});
    const messages = await listener.until(1001);
    expect(gapAnswerSchema.parse(messages[0]?.data)).toEqual({type: "gap", missed: 6});
    expect(messages[0]?.id, "a gap is no event to come back to").toBeUndefined();
    expect([messages[1]?.data, messages.at(-1)?.data]).toMatchObject([{loss: 11}, {loss: 1010}]);
    const stranger = await listen(server.url, {"last-event-id": "5-4"});
    expect((await stranger.until(1))[0]?.data).toEqual({type: "gap", missed: null});
  });

  it("is kept alive by a comment every 15 seconds", async () => {
    const listener = await listen(server.url);
    const delays: number[] = [];
    const {after} = clock;
    clock.after = (delayMs, action) => {
      delays.push(delayMs);
      return after.call(clock, delayMs, action);
    };
    const due = [...clock.timers];
    for (const fire of due) fire();
    await expect.poll(() => listener.text()).toContain(": alive\n\n");
    expect(delays).toContain(15_000);
    expect(listener.messages, "the alert board may tell, the comment is none").not.toContain(": alive");
  });

  it("refuses an id that none can be, and more listeners than sixteen", async () => {
    for (const id of ["x", "1-2-3", "-1", "1".repeat(40), "1-"]) {
      expect((await ask(`${server.url}/v1/events`, {headers: {"last-event-id": id}})).status, id).toBe(400);
    }
    const listeners = await Promise.all(Array.from({length: 16}, () => listen(server.url)));
    expect(listeners.map(({status}) => status)).toEqual(listeners.map(() => 200));
    expect((await ask(`${server.url}/v1/events`)).status).toBe(429);
    listeners[0]?.leave();
    await expect.poll(async () => (await listen(server.url)).status).toBe(200);
  });

  it("cuts off a listener that takes nothing, and the feed forgets it", async () => {
    const listener = await listen(server.url);
    const huge = "x".repeat(60_000);
    let isEnded = false;
    void listener.ended.then(() => {
      isEnded = true;
    });
    for (let n = 0; n < 400; n++)
      feed.emit({type: "alert", alert: "round-stalled", state: "raised", detail: huge});
    await expect.poll(() => isEnded).toBe(true);
    expect(clock.timers.size, "only the alert board's timer is left").toBe(1);
  });

  it("ends when the server closes", async () => {
    const listener = await listen(server.url);
    await server.close();
    await listener.ended;
    expect(clock.timers.size).toBe(0);
  });
});
