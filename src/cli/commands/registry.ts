import type {Command} from "../command.ts";

/** Every command by its first word, in the order of `--help`; its modules are loaded only on demand. */
const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ["demo", async () => (await import("./demo.ts")).demoCommand],
  ["init", async () => (await import("./init.ts")).initCommand],
  ["consortium", async () => (await import("./consortium.ts")).consortiumCommand],
  ["join", async () => (await import("./consortium.ts")).joinCommand],
  ["doctor", async () => (await import("./doctor.ts")).doctorCommand],
  ["start", async () => (await import("./start.ts")).startCommand],
  ["status", async () => (await import("./status.ts")).statusCommand],
  ["peers", async () => (await import("./peers.ts")).peersCommand],
  ["logs", async () => (await import("./logs.ts")).logsCommand],
  ["audit", async () => (await import("./audit.ts")).auditCommand],
  ["config", async () => (await import("./config.ts")).configCommand],
  ["backup", async () => (await import("./backup.ts")).backupCommand],
  ["restore", async () => (await import("./backup.ts")).restoreCommand],
  ["plan", async () => (await import("./plan.ts")).planCommand],
  ["data", async () => (await import("./data.ts")).dataCommand],
  ["predict", async () => (await import("./predict.ts")).predictCommand],
  ["model", async () => (await import("../certified-model/model-commands.ts")).modelCommand],
  ["verify-model", async () => (await import("../certified-model/verify-command.ts")).verifyModelCommand],
  ["replay", async () => (await import("./replay.ts")).replayCommand],
  ["simulate", async () => (await import("./simulate.ts")).simulateCommand],
  ["compare", async () => (await import("./compare.ts")).compareCommand],
]);

/** The commands for a command line: the one that its first word names, else all, for `--help` or a hint. */
export async function loadCommands(words: readonly string[]): Promise<readonly Command[]> {
  const [first] = words;
  if (first === "--version") return [];
  const named = first === undefined ? undefined : COMMANDS.get(first);
  return Promise.all([...(named === undefined ? COMMANDS.values() : [named])].map((load) => load()));
}
