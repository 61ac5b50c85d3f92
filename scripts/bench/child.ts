import {fork} from "node:child_process";
import {once} from "node:events";

/** Longest time that one call may take, in milliseconds. */
const CALL_TIMEOUT_MS = 120_000;

/** What a child can be asked for: each method takes one argument that can be sent between processes. */
export type Methods = Record<string, (argument: never) => unknown>;

/** A process of its own that answers calls. */
export interface Child<Served extends Methods> {
  readonly pid: number;
  call<Name extends keyof Served & string>(
    name: Name,
    argument: Parameters<Served[Name]>[0],
  ): Promise<Awaited<ReturnType<Served[Name]>>>;
  /** Ends it; resolves when it has ended. */
  stop(): Promise<void>;
}

interface Call {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly fault?: string;
}

/** Starts the module at `entry`, which must call {@link serve}. @param timeoutMs longest time that one call may take */
export function launch<Served extends Methods>(entry: URL, timeoutMs = CALL_TIMEOUT_MS): Child<Served> {
  const child = fork(entry, {serialization: "advanced", stdio: ["ignore", "inherit", "inherit", "ipc"]});
  const ended = once(child, "exit");
  const waiting = new Map<number, (answer: Answer) => void>();
  let lastId = 0;
  // A call to a child that has ended fails by its exit.
  child.on("error", () => {});
  child.on("message", (answer: Answer) => waiting.get(answer.id)?.(answer));
  const answerTo = (id: number): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("a child took too long")), timeoutMs);
      const settle = (): void => {
        clearTimeout(timer);
        waiting.delete(id);
      };
      waiting.set(id, (answer) => {
        settle();
        resolve(answer);
      });
      ended.then(
        () => {
          settle();
          reject(new Error("a child ended before it answered"));
        },
        () => {},
      );
    });
  return {
    pid: child.pid ?? 0,
    async call(name, argument) {
      const id = ++lastId;
      const answered = answerTo(id);
      child.send({id, name, argument} satisfies Call);
      const {result, fault} = await answered;
      if (fault !== undefined) throw new Error(`${name}: ${fault}`);
      return result as never;
    },
    async stop() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Answers the parent's calls with `methods`, and ends when the parent does. */
export function serve(methods: Methods): void {
  const answer = (message: Answer): void => void process.send?.(message);
  process.on("disconnect", () => process.exit());
  process.on("message", ({id, name, argument}: Call) => {
    const method = methods[name];
    Promise.resolve()
      .then(() => method?.(argument as never))
      .then(
        (result) => answer({id, result}),
        (error: unknown) => answer({id, fault: error instanceof Error ? (error.stack ?? "") : String(error)}),
      );
  });
}

/** Milliseconds of the machine's monotonic clock, which all its processes share. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
