import {type ChildProcess, spawn} from "node:child_process";
import path from "node:path";
import {createInterface} from "node:readline";
import {type StatusResponse, statusResponseSchema} from "../../src/status/index.ts";
import {bearerOf} from "./bearer.ts";

const PROGRAM = path.resolve(import.meta.dirname, "../../dist/cli/main.js");
const ANSWER_LIMIT_MS = 3000;
const STATUS_URL = /^status +(http:\S+)\/v1\/status$/;

/** A node as its daemon tells. */
export type NodeStatus = StatusResponse["node"];

/** How a daemon ended. */
export interface Ended {
  /** Exit status, or null when a signal ended it. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  /** From the last signal that was sent, in milliseconds; Infinity without one. */
  readonly tookMs: number;
}

/** A real daemon process. */
export interface Daemon {
  /** What it has written to standard error so far. */
  readonly lines: readonly string[];
  readonly ended: Promise<Ended>;
  hasEnded(): boolean;
  /** Its status, or null when it has none to give now. */
  status(): Promise<NodeStatus | null>;
  /** Whether it says at /healthz that it is healthy; one that gives no answer in time is not. */
  isHealthy(limitMs: number): Promise<boolean>;
  /** Where its status server listens, without a path; undefined before it says so. */
  url(): string | undefined;
  /** What it answers at `path` with status 200; throws where it does not. */
  ask(path: string): Promise<string>;
  /** Sends a signal; SIGKILL also ends a stopped daemon. */
  signal(signal: NodeJS.Signals): void;
  /** Sends a signal that ends it, and resolves when it has ended. */
  end(signal: NodeJS.Signals): Promise<Ended>;
}

function linesOf(child: ChildProcess): string[] {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({input: stream}).on("line", (line) => lines.push(line));
  }
  return lines;
}

/** Starts `consilium start` with a configuration. @param flags of Node itself */
export function startDaemon(configPath: string, flags: readonly string[] = []): Daemon {
  const child = spawn(process.execPath, [...flags, PROGRAM, "start", "--config", configPath], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines = linesOf(child);
  let isEnded = false;
  let signalledMs = Number.NEGATIVE_INFINITY;
  let url: string | undefined;
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (status, signal) => {
      isEnded = true;
      resolve({status, signal, tookMs: performance.now() - signalledMs});
    });
  });
  const signal = (name: NodeJS.Signals): void => {
    signalledMs = performance.now();
    child.kill(name);
  };
  const findUrl = (): void => {
    url ??= lines.map((line) => STATUS_URL.exec(line)?.[1]).find((found) => found !== undefined);
  };
  return {
    lines,
    ended,
    hasEnded: () => isEnded,
    async isHealthy(limitMs) {
      findUrl();
      if (url === undefined || isEnded) return false;
      try {
        const headers = await bearerOf(configPath);
        return (await fetch(`${url}/healthz`, {headers, signal: AbortSignal.timeout(limitMs)})).ok;
      } catch {
        return false;
      }
    },
    url() {
      findUrl();
      return url;
    },
    async ask(path) {
      findUrl();
      const headers = await bearerOf(configPath);
      const response = await fetch(`${url}${path}`, {headers, signal: AbortSignal.timeout(ANSWER_LIMIT_MS)});
      if (!response.ok) throw new Error(`${path} answered ${response.status}`);
      return response.text();
    },
    async status() {
      findUrl();
      if (url === undefined || isEnded) return null;
      try {
        const headers = await bearerOf(configPath);
        const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
        const response = await fetch(`${url}/v1/status`, {headers, signal});
        return response.ok ? statusResponseSchema.parse(await response.json()).node : null;
      } catch (error) {
        // Starting, stopped or dead; a status outside its schema is a fault.
        if (error instanceof Error && error.name === "ZodError") throw error;
        return null;
      }
    },
    signal,
    end(name) {
      signal(name);
      return ended;
    },
  };
}
