import process from "node:process";

/** What the test files that share a worker have in common: names of things, and what each is. */
export type WorkerState = ReadonlyMap<string, unknown>;

/** Globals that a test may put another thing in the place of. Node makes some of the others when they are first read. */
const GLOBALS = [
  ..."console process crypto performance fetch WebSocket document window navigator".split(" "),
  ..."setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate queueMicrotask".split(
    " ",
  ),
  ..."Date Math Promise WebAssembly SharedArrayBuffer Atomics".split(" "),
];

function propertiesOf(name: string, object: object): [string, unknown][] {
  return Object.getOwnPropertyNames(object).map((key) => [`${name}.${key}`, Reflect.get(object, key)]);
}

/** The worker's folder, environment and exit code, and what stands in its globals. */
export function workerState(): WorkerState {
  return new Map<string, unknown>([
    ["process.cwd()", process.cwd()],
    ["process.exitCode", process.exitCode],
    ["process.umask()", process.umask()],
    ...propertiesOf("process.env", process.env),
    ...GLOBALS.map((name): [string, unknown] => [name, Reflect.get(globalThis, name)]),
    ["process.stdout.write", process.stdout.write],
    ["process.stderr.write", process.stderr.write],
    ...propertiesOf("console", console),
    ...propertiesOf("Date", Date),
    ...propertiesOf("Math", Math),
    ...propertiesOf("Promise", Promise),
    ...propertiesOf("WebAssembly", Object(Reflect.get(globalThis, "WebAssembly"))),
  ]);
}

/** The names of what is not as it was, and of variables that were not there. */
export function changesOf(before: WorkerState, after: WorkerState): string[] {
  const added = [...after.keys()].filter((name) => name.startsWith("process.env.") && !before.has(name));
  const changed = [...before.keys()].filter((name) => !Object.is(before.get(name), after.get(name)));
  return [...changed, ...added].sort();
}
