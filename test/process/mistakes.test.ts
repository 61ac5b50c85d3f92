import {chmod, rm, writeFile} from "node:fs/promises";
import {createServer} from "node:net";
import {join} from "node:path";
import {describe, expect, it, onTestFinished} from "vitest";
import {runProgram, startProgram} from "../cli/process.ts";
import {type SmallConsortium, smallConsortium} from "../cli/small-consortium.ts";
import {errorLines} from "./error-lines.ts";

/** The port of a server of someone else's on loopback. */
async function takenPort(): Promise<number> {
  const server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** A mistake of a newcomer's: what is done wrong, and the exit status and the line that tell it. */
type Mistake = readonly [
  what: string,
  make: (consortium: SmallConsortium) => Promise<unknown>,
  status: number,
  line: RegExp,
];

const MISTAKES: readonly Mistake[] = [
  [
    "a column that the file does not have",
    ({root, edit}) => edit(join(root, "north.csv"), (text) => text.replace("cholesterol", "cholesterin")),
    65,
    /^DATA_COLUMN_MISSING: north\.csv.*cholesterol/,
  ],
  [
    "a value that is no number, named by row and column only",
    ({root, edit}) => edit(join(root, "north.csv"), (text) => text.replace("001,62,", "001,sixtytwo,")),
    65,
    /^DATA_VALUE_INVALID: north\.csv:2:2: age: is not a number\. (?!.*sixtytwo)/,
  ],
  [
    "a data file that is not there",
    ({root}) => rm(join(root, "north.csv")),
    66,
    /^DATA_FILE_MISSING: .*north\.csv/,
  ],
  [
    "a task of another contract",
    ({taskFile, edit}) => edit(taskFile, (text) => text.replace("range: [0, 120]", "range: [0, 110]")),
    78,
    /^NODE_CONTRACT_FOREIGN: .*use its task file\.$/,
  ],
  [
    "a plan that this site has not approved",
    ({root, edit}) => edit(join(root, "plan.yaml"), (text) => text.replace("rounds: 3", "rounds: 4")),
    78,
    /^NODE_PLAN_NOT_APPROVED: .*consilium plan show/,
  ],
  [
    "a plan that is no plan",
    ({root}) => writeFile(join(root, "plan.yaml"), "formatVersion: 1\nnaem: x\n"),
    78,
    /^CONSORTIUM_PLAN_INVALID: .*plan\.yaml:2:1: unknown key "naem".*Did you mean "name"\?$/,
  ],
  [
    "a roster that is not there",
    ({root}) => rm(join(root, "roster.yaml")),
    66,
    /^CLI_INPUT_UNREADABLE: cannot read the roster file .*\(ENOENT\)\. Check the path\.$/,
  ],
  [
    "a roster without this site",
    ({root, edit}) => edit(join(root, "roster.yaml"), (text) => text.replace("name: north", "name: nort")),
    78,
    /^NODE_NOT_ON_ROSTER: .*consilium init/,
  ],
  [
    "no key yet",
    ({first}) => rm(join(first.state, "node.key")),
    78,
    /^NODE_KEY_MISSING: .*Make one with `consilium init`\.$/,
  ],
  [
    "a key that others may read",
    ({first}) => chmod(join(first.state, "node.key"), 0o644),
    77,
    /^STORAGE_UNSAFE_PERMISSIONS: .*node\.key.*mode 0644.*chmod 600/,
  ],
  [
    "a key that is none",
    ({first}) => writeFile(join(first.state, "node.key"), "no key at all\n"),
    77,
    /^STORAGE_KEY_MALFORMED: .*node\.key (?!.*no key at all)/,
  ],
  [
    "a key in the configuration that nobody knows",
    ({first, set}) => set(first, "bootstraps", []),
    78,
    /^CONFIG_INVALID: .*node\.yaml:\d+:\d+: unknown key "bootstraps"\. Did you mean "bootstrap"\?$/,
  ],
  [
    "an address for peers of another transport",
    ({first, set}) => set(first, "listen", ["/ip4/127.0.0.1/tcp/4001/ws"]),
    78,
    /^NETWORK_LISTEN_ADDRESS_INVALID: "\/ip4\/127\.0\.0\.1\/tcp\/4001\/ws" .*\/ip4\/192\.0\.2\.7\/tcp\/4001/,
  ],
  [
    "one address for peers twice",
    ({first, set}) => set(first, "listen", ["/ip4/127.0.0.1/tcp/4001", "/ip4/127.0.0.1/tcp/4001"]),
    78,
    /^CONFIG_INVALID: .*listen\[1\]: is in the list already/,
  ],
  [
    "an address on the roster that leads to somebody else's key",
    ({root, edit}) =>
      edit(join(root, "roster.yaml"), (text) => {
        const [, other = ""] = /name: south\n\s+peerId: (\S+)/.exec(text) ?? [];
        return text.replace(/(name: north\n)/, `$1    addresses: [/ip4/127.0.0.1/tcp/1/p2p/${other}]\n`);
      }),
    78,
    /^CONSORTIUM_ROSTER_INVALID: .*members\[0\]\.addresses\[0\]: leads to another key than this member's/,
  ],
  [
    "a port for peers that is in use",
    async ({first, set}) => set(first, "listen", [`/ip4/127.0.0.1/tcp/${await takenPort()}`]),
    69,
    /^NETWORK_PORT_IN_USE: .*choose another port/,
  ],
  [
    "a port for status that is in use",
    async ({first, set}) => set(first, "status", {port: await takenPort()}),
    69,
    /^STATUS_PORT_IN_USE: .*status\.port/,
  ],
];

describe("a newcomer's mistake gets one line and a documented exit status:", () => {
  it.each(MISTAKES)("%s", async (_, make, status, line) => {
    const consortium = await smallConsortium();
    await make(consortium);
    const ended = await runProgram(["start", "--config", consortium.first.configPath]);
    const lines = errorLines(ended.stderr);
    expect(lines.at(-1), ended.stderr).toMatch(line);
    expect([lines.length, ended.status, ended.stdout], ended.stderr).toEqual([1, status, ""]);
  });

  it("a second daemon on the same state", async () => {
    const {first} = await smallConsortium();
    const daemon = startProgram(["start", "--config", first.configPath]);
    await daemon.line(/^status /);
    const second = await runProgram(["start", "--config", first.configPath]);
    expect(second.stderr).toMatch(/^STORAGE_LOCKED: [^\n]*a state directory each\.\n$/);
    expect(second.status).toBe(69);
  });

  it("a reader that leaves early, which is no mistake", async () => {
    const help = startProgram(["--help"]);
    help.child.stdout?.destroy();
    expect(await help.ended).toMatchObject({status: 0, stderr: ""});
  });

  it("a misspelt flag", async () => {
    const {status, stdout, stderr} = await runProgram(["start", "--confg", "node.yaml"]);
    expect(stderr).toBe("CLI_USAGE: unknown flag --confg. Did you mean --config?\n");
    expect([status, stdout]).toEqual([2, ""]);
  });
});
