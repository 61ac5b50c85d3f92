import {mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, it, vi} from "vitest";
import {accountOf, accountText, stretchesText} from "../../src/cli/audit/day-account.ts";
import {loadCommands} from "../../src/cli/commands/registry.ts";
import {exitStatusOf} from "../../src/cli/exit-status.ts";
import {runProgram} from "../../src/cli/program.ts";
import {createIdentity} from "../../src/consortium/index.ts";
import {errorLine, silentLogger} from "../../src/core/index.ts";
import type {LedgerEntry} from "../../src/ledger/index.ts";
import {openNodeLedger} from "../../src/node/ledger/node-ledger.ts";
import {openStateDirectory} from "../../src/storage/index.ts";
import {DAY_MS, frameAt, handClock, NOON_MS} from "../node/ledger-bench.ts";

const commands = await loadCommands(["audit"]);
let root = "";
let state = "";
let output = "";
let notes = "";

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "consilium audit "));
  state = join(root, "state");
  vi.spyOn(console, "log").mockImplementation((text: string) => {
    output += `${text}\n`;
  });
  vi.spyOn(console, "error").mockImplementation((text: string) => {
    notes += `${text}\n`;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(root, {recursive: true});
});

async function audit(...words: readonly string[]): Promise<string> {
  output = "";
  notes = "";
  expect(await runProgram(["audit", ...words], commands, "1.2.3")).toBe(0);
  return output;
}

/** The line and the exit status with which a command refuses. */
async function refused(...words: readonly string[]): Promise<string> {
  const error: unknown = await runProgram(["audit", ...words], commands, "1.2.3").then(
    () => "not refused",
    (reason: unknown) => reason,
  );
  return `${exitStatusOf(error)} ${errorLine(error)}`;
}

/** Adds a batch of two entries on each of `days` to the ledger in the state directory. */
async function write(days: readonly number[], bytes = 100): Promise<void> {
  const directory = await openStateDirectory(state);
  const {clock, pass} = handClock();
  const seed = (await directory.readNodeKey()) ?? (await directory.createNodeKey());
  const options = {state: directory, identity: createIdentity(seed), clock, logger: silentLogger};
  pass((days[0] ?? 0) * DAY_MS);
  const ledger = await openNodeLedger({...options, onEntry: () => {}, onFatal: () => {}});
  for (const day of days) {
    const at = NOON_MS + day * DAY_MS;
    const consent: LedgerEntry = {
      kind: "consent",
      at,
      run: "ab".repeat(16),
      plan: "cd".repeat(32),
      decision: "approved",
    };
    await ledger.append([consent, frameAt(at, bytes + day)]);
  }
  await ledger.close();
  await directory.close();
}

const segmentOf = (name: string): string => join(state, "ledger", name);

async function flip(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(path, bytes);
}

describe("consilium audit verify", () => {
  it("says that a ledger is sound, and whose it is", async () => {
    await write([0, 1]);
    expect(await audit("verify", "--state", state)).toMatch(
      /is sound: 5 entries from number 0, until 2026-11-26, 3 signed heads, of the log consilium\/ledger\/12D3KooW\w+\/\d+\n$/,
    );
  });

  it("names the first bad entry with its day, and ends with status 65", async () => {
    await write([0, 1]);
    const path = segmentOf("0000000000000003-2026-11-26");
    await flip(path, (await readFile(path)).length >> 1);
    expect(await refused("verify", "--state", state)).toMatch(
      /^65 LEDGER_TRUNCATED: entry 3 of 2026-11-25 is missing: the signed head is over 5 entries\. Keep the files/,
    );
    await flip(segmentOf("0000000000000000-2026-11-25"), 300);
    expect(await refused("verify", "--state", state)).toMatch(
      /^65 LEDGER_ENTRY_BAD: entry \d of 2026-11-25 is /,
    );
  });

  it("wants something to verify", async () => {
    expect(await refused("verify")).toMatch(/^2 CLI_USAGE: neither --state nor --bundle is given/);
    expect(await refused("verify", "--state", root)).toMatch(
      /^66 CLI_LEDGER_MISSING: there is no ledger in /,
    );
  });
});

describe("consilium audit export", () => {
  it("writes a bundle that is verified without the state directory, and refused after any change", async () => {
    await write([0, 1]);
    const bundle = join(root, "all.bundle");
    await audit("export", "--state", state, "--out", bundle);
    expect(notes).toMatch(/is sound: 5 entries from number 0/);
    await rm(state, {recursive: true});
    expect(await audit("verify", "--bundle", bundle)).toMatch(
      /5 entries.*\nnewest head: 5 entries, root .{44}\n$/,
    );
    const lines = (await readFile(bundle, "utf8")).split("\n");
    for (let line = 1; line < lines.length - 1; line++) {
      await writeFile(bundle, lines.filter((_, other) => other !== line).join("\n"));
      expect(await refused("verify", "--bundle", bundle), `line ${line}`).toMatch(/^65 LEDGER_/);
    }
  });

  it("of one day proves that the day belongs to the newest head", async () => {
    await write([0, 1, 2]);
    const bundle = join(root, "day.bundle");
    await audit("export", "--state", state, "--out", bundle, "--day", "2026-11-26");
    expect(await audit("verify", "--bundle", bundle)).toMatch(
      /3 entries from number 3, until 2026-11-26, .*\nnewest head: 8 entries/,
    );
    const text = await readFile(bundle, "utf8");
    await writeFile(
      bundle,
      text.replace(/"proof":\["./, (found) => `${found.slice(0, -1)}${found.endsWith("A") ? "B" : "A"}`),
    );
    expect(await refused("verify", "--bundle", bundle)).toMatch(
      /^65 LEDGER_TRUNCATED: entry 6 of 2026-11-26 /,
    );
    expect(await refused("export", "--state", state, "--out", bundle)).toMatch(/^65 CLI_OUTPUT_EXISTS/);
    expect(
      await refused("export", "--state", state, "--out", join(root, "x"), "--day", "2026-11-20"),
    ).toMatch(/^66 CLI_LEDGER_MISSING/);
  });

  it("shows later whether the ledger goes on from it", async () => {
    await write([0]);
    const bundle = join(root, "early.bundle");
    await audit("export", "--state", state, "--out", bundle);
    await write([1]);
    expect(await audit("verify", "--state", state, "--bundle", bundle)).toContain(
      "it goes on from the bundle",
    );
    await rm(join(state, "ledger"), {recursive: true});
    await write([0, 1], 200);
    await audit("verify", "--state", state);
    expect(await refused("verify", "--state", state, "--bundle", bundle)).toMatch(
      /^65 LEDGER_FORKED: the ledger does not go on from the earlier bundle: it had other entries among its first 2/,
    );
  });
});

describe("consilium audit show", () => {
  it("tells what left on a day, for people and as JSON", async () => {
    await write([0, 1]);
    expect(await audit("show", "--state", state, "--day", "2026-11-25")).toBe(
      [
        `approved: plan ${"cd".repeat(32)}, run ${"ab".repeat(16)}`,
        "peer   kind   messages  bytes  rounds",
        "south  frame         1    100  4",
        "100 bytes left on 2026-11-25 (UTC); the day is sealed",
        "",
      ].join("\n"),
    );
    expect(JSON.parse(await audit("show", "--state", state, "--day", "2026-11-26", "--json"))).toEqual({
      day: "2026-11-26",
      isSealed: false,
      rows: [{peer: "south", kind: "frame", messages: 1, bytes: 101, rounds: [3]}],
      consents: [{plan: "cd".repeat(32), run: "ab".repeat(16)}],
    });
  });

  it("refuses a day that is none, and one without entries", async () => {
    await write([0]);
    expect(await refused("show", "--state", state, "--day", "yesterday")).toMatch(/^2 CLI_USAGE/);
    expect(await refused("show", "--state", state, "--day", "2026-11-24")).toMatch(/^66 CLI_LEDGER_MISSING/);
  });

  it("adds up by peer and kind, and writes rounds as stretches", () => {
    const carried: LedgerEntry = {
      kind: "carried",
      at: 0,
      day: "2026-11-25",
      name: "east",
      content: "update",
      messages: 2,
      bytes: 9,
    };
    const {rows} = accountOf("2026-11-25", [frameAt(NOON_MS, 1), frameAt(NOON_MS, 2), carried]);
    expect(rows).toEqual([
      {peer: "east", kind: "update", messages: 2, bytes: 9, rounds: []},
      {peer: "south", kind: "frame", messages: 2, bytes: 3, rounds: [3]},
    ]);
    expect([[0, 1, 2, 6], [4], []].map(stretchesText)).toEqual(["1-3, 7", "5", "-"]);
    expect(accountText(accountOf("2026-11-25", []))).toBe(
      "nothing left\n0 bytes left on 2026-11-25 (UTC); the day is not sealed yet",
    );
  });
});
