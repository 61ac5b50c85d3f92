import {type ChildProcess, spawn} from "node:child_process";
import {accessSync, constants} from "node:fs";
import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {delimiter, join} from "node:path";
import type {Readable, Writable} from "node:stream";
import {z} from "zod";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--hide-scrollbars",
  "--remote-debugging-pipe",
];

const MESSAGE = z.object({
  id: z.int().optional(),
  method: z.string().optional(),
  params: z.record(z.string(), z.unknown()).optional(),
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.object({message: z.string()}).optional(),
  sessionId: z.string().optional(),
});

/** What the browser told unasked, such as `Log.entryAdded`. */
export interface BrowserEvent {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A page of a headless browser, driven over pipes by the DevTools protocol. */
export interface Page {
  readonly events: readonly BrowserEvent[];
  send(
    method: string,
    params?: Readonly<Record<string, unknown>>,
  ): Promise<Readonly<Record<string, unknown>>>;
  /** Resolves with the first event of that name, past or to come, that is not among the first `skipped` of all. */
  event(method: string, skipped?: number): Promise<BrowserEvent>;
  /** The value of an expression in the page. */
  evaluate(expression: string): Promise<unknown>;
  close(): Promise<void>;
}

/** The path of a Chromium on this machine, or undefined when there is none. */
export function findChromium(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

type Answer = z.output<typeof MESSAGE>;

/** Messages over the two pipes, each ended by a zero byte. */
function talk(child: ChildProcess, onMessage: (message: Answer) => void): (message: unknown) => void {
  const [, , , input, output] = child.stdio as [unknown, unknown, unknown, Writable, Readable];
  let rest = "";
  output.setEncoding("utf8");
  output.on("data", (text: string) => {
    const parts = (rest + text).split("\0");
    rest = parts.pop() ?? "";
    for (const part of parts) onMessage(MESSAGE.parse(JSON.parse(part)));
  });
  return (message) => input.write(`${JSON.stringify(message)}\0`);
}

/** Opens an empty page in a new headless browser that can reach no host, but this machine's 127.0.0.1 if `isLocal`. */
export async function openPage(program: string, isLocal = false): Promise<Page> {
  const profile = await mkdtemp(join(tmpdir(), "consilium-chromium-"));
  const hosts = `--host-resolver-rules=MAP * ~NOTFOUND${isLocal ? ", EXCLUDE 127.0.0.1" : ""}`;
  const child = spawn(program, [...FLAGS, hosts, `--user-data-dir=${profile}`], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
  const events: BrowserEvent[] = [];
  const waiting = new Map<number, {resolve(result: Answer): void}>();
  const watchers = new Set<() => void>();
  const post = talk(child, (message) => {
    if (message.id !== undefined) waiting.get(message.id)?.resolve(message);
    else if (message.method !== undefined) {
      events.push({method: message.method, params: message.params ?? {}});
      for (const watcher of watchers) watcher();
    }
  });
  let next = 1;
  let session: string | undefined;
  const send: Page["send"] = async (method, params = {}) => {
    const id = next++;
    const answer = await new Promise<Answer>((resolve) => {
      waiting.set(id, {resolve});
      post({id, method, params, ...(session === undefined ? {} : {sessionId: session})});
    });
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result ?? {};
  };
  const {targetId} = await send("Target.createTarget", {url: "about:blank"});
  const {sessionId} = await send("Target.attachToTarget", {targetId, flatten: true});
  session = String(sessionId);
  return {
    events,
    send,
    event: (method, skipped = 0) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = events.find((event, place) => place >= skipped && event.method === method);
          if (found !== undefined) resolve(found);
        };
        watchers.add(look);
        look();
      }),
    async evaluate(expression) {
      const {result} = await send("Runtime.evaluate", {expression, returnByValue: true});
      return z.object({value: z.unknown()}).parse(result).value;
    },
    async close() {
      child.kill("SIGKILL");
      await ended;
      await rm(profile, {recursive: true, force: true, maxRetries: 5});
    },
  };
}
