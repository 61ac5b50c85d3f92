import {type ChildProcess, spawn} from "node:child_process";
import path from "node:path";
import {createInterface} from "node:readline";
import {type StatusResponse, statusResponseSchema} from "../../src/status/index.ts";

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
  return {
    lines,
    ended,
    hasEnded: () => isEnded,
    async status() {
      url ??= lines.map((line) => STATUS_URL.exec(line)?.[1]).find((found) => found !== undefined);
      if (url === undefined || isEnded) return null;
      try {
        const response = await fetch(`${url}/v1/status`, {signal: AbortSignal.timeout(ANSWER_LIMIT_MS)});
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
