import {type ChildProcess, spawn} from "node:child_process";
import path from "node:path";
import {createInterface} from "node:readline";
import {onTestFinished} from "vitest";

const PROGRAM = path.resolve(import.meta.dirname, "../../dist/cli/main.js");
const PATIENCE_MS = 150_000;

/** How a process of the program ended. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of the program; it is killed by its id when the test ends or patience does. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** The first match of `pattern` in what was written to standard error, past or to come. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  /** The same of standard output. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
}

/** Starts `consilium ...words` as a real process. @param cwd default: that of the tests */
export function startProgram(
  words: readonly string[],
  variables: NodeJS.ProcessEnv = {},
  cwd?: string,
): Running {
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    env: {...process.env, ...variables},
    ...(cwd === undefined ? {} : {cwd}),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = (): void => void child.kill("SIGKILL");
  const patience = setTimeout(kill, PATIENCE_MS);
  onTestFinished(kill);
  const lines = {stdout: [] as string[], stderr: [] as string[]};
  const waiting = new Set<() => void>();
  const look = (): void => {
    for (const waiter of waiting) waiter();
  };
  for (const name of ["stdout", "stderr"] as const) {
    createInterface({input: child[name]}).on("line", (line) => {
      lines[name].push(line);
      look();
    });
  }
  const text = (name: "stdout" | "stderr"): string => lines[name].map((line) => `${line}\n`).join("");
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (status) => {
      clearTimeout(patience);
      resolve({status, stdout: text("stdout"), stderr: text("stderr")});
    });
  });
  const matchIn = (name: "stdout" | "stderr", pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const waiter = (): void => {
        const found = lines[name].map((line) => pattern.exec(line)).find((match) => match !== null);
        if (found === undefined) return;
        waiting.delete(waiter);
        if (found !== null) resolve(found);
      };
      waiting.add(waiter);
      waiter();
      void ended.then(({stderr}) => reject(new Error(`ended before a line matched ${pattern}: ${stderr}`)));
    });
  return {
    child,
    ended,
    line: (pattern) => matchIn("stderr", pattern),
    printed: (pattern) => matchIn("stdout", pattern),
  };
}

/** Runs `consilium ...words` to its end. */
export function runProgram(words: readonly string[], variables: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return startProgram(words, variables).ended;
}
