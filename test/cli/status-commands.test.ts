import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, it, vi} from "vitest";
import {loadCommands} from "../../src/cli/commands/registry.ts";
import {createViewer} from "../../src/cli/commands/status.ts";
import {askDaemon} from "../../src/cli/daemon/ask-daemon.ts";
import {type EventReader, followEvents, readHeldEvents} from "../../src/cli/daemon/follow-events.ts";
import {watchStatus} from "../../src/cli/daemon/watch-status.ts";
import {exitStatusOf} from "../../src/cli/exit-status.ts";
import {runProgram} from "../../src/cli/program.ts";
import {type Clock, errorLine, systemClock} from "../../src/core/index.ts";
import {createEventFeed, type EventFeed, type NodeView} from "../../src/node/index.ts";
import {LOOPBACK_ACCESS, type StatusServer, statusResponseSchema} from "../../src/status/index.ts";
import {openSampleServer, sampleNode} from "../status/sample-node.ts";
import {SAMPLE_VIEW} from "../status/sample-view.ts";
import {startProgram} from "./process.ts";
import {smallConsortium} from "./small-consortium.ts";

const TOKEN = "0123456789abcdef".repeat(2);

let feed: EventFeed;
let server: StatusServer;
let out: string[];
let notes: string[];

beforeEach(async () => {
  feed = createEventFeed(systemClock);
  ({server} = await openSampleServer({feed}));
  out = [];
  notes = [];
  vi.spyOn(console, "log").mockImplementation((text: string) => void out.push(...text.split("\n")));
  vi.spyOn(console, "error").mockImplementation((text: string) => void notes.push(text));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await server.close();
});

const run = async (...words: string[]): Promise<number> =>
  runProgram(words, await loadCommands(words), "1.2.3");
const loss = (round: number): void => feed.emit({type: "loss", round, loss: 0.5});
const target = () => ({url: server.url, token: null, tls: null});
const port = (): number => Number(new URL(server.url).port);
/** Time for those who wait for a daemon: none. */
const hastyClock: Clock = {...systemClock, after: (_, action) => systemClock.after(5, action)};

/** A reader that keeps what it is told. */
function keeper(): {readonly reader: EventReader; readonly told: string[]} {
  const told: string[] = [];
  const reader: EventReader = {
    event: ({id}) => void told.push(id),
    gap: (missed) => void told.push(`gap ${missed}`),
    lost: () => void told.push("lost"),
    back: () => void told.push("back"),
  };
  return {reader, told};
}

describe("consilium logs", () => {
  it("prints what is held in lines for people, and ends", async () => {
    loss(3);
    feed.emit({type: "link", peer: "south", status: "down", reason: "NETWORK_LINK_LOST"});
    feed.emit({type: "egress-blocked", reason: "NETWORK_RELEASE_REQUIRED"});
    expect(await run("logs", "--url", server.url)).toBe(0);
    expect(out.map((line) => line.replace(/^\S+/, "TIME"))).toEqual([
      "TIME info  the site finished its training of the round round=4 loss=0.5",
      "TIME info  a link changed peer=south status=down reason=NETWORK_LINK_LOST",
      "TIME error something was stopped that may not leave reason=NETWORK_RELEASE_REQUIRED",
    ]);
    expect(out[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ info /);
    expect(notes).toEqual([]);
  });

  it("prints JSON lines, and only what has happened since an event", async () => {
    for (let round = 0; round < 3; round += 1) loss(round);
    await run("logs", "--url", server.url, "--json");
    const events = out.map((line) => JSON.parse(line) as {id: string; round: number});
    expect(events.map(({round}) => round)).toEqual([0, 1, 2]);
    out = [];
    await run("logs", "--url", server.url, "--json", "--since-id", events[1]?.id ?? "");
    expect(out.map((line) => JSON.parse(line))).toEqual([events[2]]);
    out = [];
    await run("logs", "--url", server.url, "--json", "--since-id", events[2]?.id ?? "");
    expect(out).toEqual([]);
    expect(await run("logs", "--url", server.url, "--since-id", "yesterday").catch(errorLine)).toMatch(
      /^CLI_USAGE: --since-id takes an event's id\./,
    );
  });

  it("says what is not held any more, where it was asked for", async () => {
    loss(0);
    await run("logs", "--url", server.url, "--json");
    const {id} = JSON.parse(out[0] ?? "") as {id: string};
    for (let round = 1; round <= 1010; round += 1) loss(round);
    out = [];
    await run("logs", "--url", server.url, "--since-id", id);
    expect(notes).toEqual(["10 events before these are not held any more."]);
    expect(out).toHaveLength(1000);
    notes = [];
    await run("logs", "--url", server.url);
    expect(notes).toEqual([]);
    await run("logs", "--url", server.url, "--since-id", "1-1");
    expect(notes).toEqual(["The daemon began anew; what it held before is not there any more."]);
  });

  it("loses no event when the connection breaks, says so in a line each, and ends when it is told to", async () => {
    const {reader, told} = keeper();
    const ending = new AbortController();
    for (let round = 0; round < 3; round += 1) loss(round);
    const following = followEvents(target(), {after: "0", signal: ending.signal, clock: hastyClock}, reader);
    await vi.waitFor(() => expect(told).toHaveLength(3));
    const where = port();
    for (let outage = 1; outage <= 3; outage += 1) {
      await server.close();
      await vi.waitFor(() => expect(told.filter((one) => one === "lost")).toHaveLength(outage));
      for (let round = 0; round < 50; round += 1) loss(round);
      ({server} = await openSampleServer({feed, port: where}));
      await vi.waitFor(() => expect(told.filter((one) => one === "back")).toHaveLength(outage));
      loss(99);
      await vi.waitFor(() => expect(told).toHaveLength(3 + outage * 53));
    }
    ending.abort();
    await following;
    const ids = told.filter((one) => one !== "lost" && one !== "back");
    expect(ids.map((id) => Number(id.split("-")[1]))).toEqual(
      Array.from({length: 156}, (_, index) => index + 1),
    );
  });

  it("tells of a daemon that began anew, and goes on with its events", async () => {
    const {reader, told} = keeper();
    const ending = new AbortController();
    loss(0);
    const following = followEvents(target(), {after: "0", signal: ending.signal, clock: hastyClock}, reader);
    await vi.waitFor(() => expect(told).toHaveLength(1));
    const where = port();
    await server.close();
    feed = createEventFeed({wallMs: () => 7});
    loss(0);
    ({server} = await openSampleServer({feed, port: where}));
    await vi.waitFor(() => expect(told.slice(1)).toEqual(["lost", "back", "gap null", "7-1"]));
    ending.abort();
    await following;
  });

  it("as a process goes on over an outage, and ends with status 0 on Ctrl-C", async () => {
    loss(0);
    const logs = startProgram(["logs", "--follow", "--json", "--url", server.url]);
    const where = port();
    const first = await logs.printed(/"round":0/);
    expect(JSON.parse(first.input)).toMatchObject({type: "loss", round: 0});
    await server.close();
    await logs.line(/^The daemon at http:\S+ has gone; waiting for it\.$/);
    for (let round = 1; round < 40; round += 1) loss(round);
    ({server} = await openSampleServer({feed, port: where}));
    await logs.line(/^The daemon at http:\S+ is back\.$/);
    await logs.printed(/"round":39/);
    logs.child.kill("SIGINT");
    const {status, stdout, stderr} = await logs.ended;
    expect(status, stderr).toBe(0);
    const rounds = stdout
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as {round: number}).round);
    expect(rounds).toEqual(Array.from({length: 40}, (_, round) => round));
    expect(stderr.trimEnd().split("\n")).toHaveLength(2);
  });

  it("does not wait for a daemon that was never there, and says when one goes away before all was told", async () => {
    const {reader} = keeper();
    const nobody = {...target(), url: "http://127.0.0.1:1"};
    const {signal} = new AbortController();
    const waiting = followEvents(nobody, {after: "0", signal, clock: hastyClock}, reader);
    expect(await waiting.catch(errorLine)).toMatch(/^CLI_STATUS_UNREACHABLE: no daemon answers at http/);
    expect(await readHeldEvents(nobody, "0", reader).catch(errorLine)).toMatch(/^CLI_STATUS_UNREACHABLE: /);
  });
});

describe("consilium status and peers", () => {
  it("say how the node is, before all else whether it is healthy", async () => {
    await run("status", "--url", server.url);
    expect(out.slice(0, 2)).toEqual([
      "north of heart · consilium 1.2.3 · up 0.0 s",
      "healthy: this site's part was last certified 2 s ago, 12 s are allowed; waiting for south since 2023-11-14T22:13:19Z",
    ]);
    await server.close();
    const view: NodeView = {...SAMPLE_VIEW, quorum: 3};
    ({server} = await openSampleServer({node: () => sampleNode(() => view)}));
    out = [];
    await run("status", "--url", server.url);
    expect(out[1], "a quorum that has just been lost has its allowance").toMatch(/^healthy: /);
    expect(out[2]).toBe("ALERT (warn) peers-below-quorum: 2 linked, 3 needed");
  });

  it("list the members, linked or why not, and as JSON", async () => {
    await run("peers", "--url", server.url);
    expect(out[0]).toBe("1 of 2 linked");
    const text = out.join("\n");
    expect(text).toContain("  south (trainer) up · 2 ms · sent 1.0 kB · received 2.0 kB");
    expect(text).toContain(
      "last exchange 2023-11-14T22:13:20.500Z · absences 0\n    inbound /ip4/127.0.0.1/tcp/4002",
    );
    expect(text).toContain("east (trainer) down · sent 0 B · received 0 B · NETWORK_HANDSHAKE_MISMATCH");
    expect(text).toContain("last exchange never · absences 1\n    layout");
    out = [];
    await run("peers", "--url", server.url, "--json");
    expect(JSON.parse(out.join("\n"))).toMatchObject({schema: 1, meta: {count: 2}});
  });

  it("tell in one line that a daemon is starting, and that it asks for another token", async () => {
    await server.close();
    ({server} = await openSampleServer({node: () => null, access: {...LOOPBACK_ACCESS, token: TOKEN}}));
    const {root, first, set} = await smallConsortium();
    const config = first.configPath;
    const tokenFile = join(root, "token");
    await set(first, "status", {port: port(), tokenFile});
    await writeFile(tokenFile, TOKEN, {mode: 0o600});
    for (const words of [["status"], ["peers"], ["status", "--watch"]]) {
      const line = await run(...words, "--config", config).catch(errorLine);
      expect(line, words.join(" ")).toBe(
        `CLI_STATUS_STARTING: the daemon at ${server.url} is starting. Ask again in a moment.`,
      );
    }
    await writeFile(tokenFile, `${TOKEN}x`, {mode: 0o600});
    for (const words of [["status"], ["peers"], ["logs"], ["logs", "--follow"], ["status", "--watch"]]) {
      const error: unknown = await run(...words, "--config", config).catch((fault: unknown) => fault);
      expect(errorLine(error), words.join(" ")).toMatch(
        /^CLI_STATUS_REFUSED: the daemon at \S+ asks for another token\. The daemon was started with another one/,
      );
      expect(exitStatusOf(error)).toBe(77);
      expect(errorLine(error)).not.toContain(TOKEN);
    }
  });
});

describe("consilium status --watch", () => {
  it("shows the status again when something has happened, and waits for a daemon that has gone", async () => {
    const shown: string[] = [];
    const ending = new AbortController();
    let view: NodeView = {...SAMPLE_VIEW};
    await server.close();
    const node = () => sampleNode(() => view);
    ({server} = await openSampleServer({feed, node}));
    const show = (answer: {node: {round: number}}): void => void shown.push(`round ${answer.node.round}`);
    const lost = (): void => void shown.push("lost");
    const options = {signal: ending.signal, clock: hastyClock};
    const watching = watchStatus(target(), options, {show, lost});
    await vi.waitFor(() => expect(shown).toContain("round 4"));
    view = {...view, round: 5};
    loss(5);
    await vi.waitFor(() => expect(shown).toContain("round 5"));
    const where = port();
    await server.close();
    await vi.waitFor(() => expect(shown).toContain("lost"));
    view = {...view, round: 6};
    ({server} = await openSampleServer({feed, node, port: where}));
    await vi.waitFor(() => expect(shown).toContain("round 6"));
    ending.abort();
    await watching;
    expect(shown.filter((one) => one === "lost")).toHaveLength(1);
  });

  it("redraws a terminal, writes a line for each change elsewhere, and JSON for machines", async () => {
    const answer = statusResponseSchema.parse(await askDaemon(target(), "/v1/status", statusResponseSchema));
    const write = (isTerminal: boolean, isJson: boolean): string[] => {
      const written: string[] = [];
      const show = createViewer(
        (text) => void written.push(text),
        isTerminal ? () => void written.push("CLEAR") : null,
        isJson,
      );
      show(answer);
      show(answer);
      show({...answer, node: {...answer.node, round: 5}});
      return written;
    };
    const drawn = write(true, false);
    expect(drawn).toHaveLength(6);
    expect(drawn.map((part) => part.slice(0, 14))).toEqual(
      [0, 1, 2].flatMap(() => ["CLEAR", "north of heart"]),
    );
    const lines = write(false, false);
    expect(lines.map((line) => line.replace(/^\S+ /, ""))).toEqual([
      expect.stringMatching(/^healthy · Training, round 5\/17 · peers 1\/2 .*\n$/),
      expect.stringMatching(/^healthy · Training, round 6\/17 /),
    ]);
    const json = write(false, true);
    expect(json.map((line) => statusResponseSchema.parse(JSON.parse(line)).node.round)).toEqual([4, 4, 5]);
  });
});
