import {mkdir, mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, it} from "vitest";
import {readRoster} from "../../src/cli/input-file.ts";
import {endOf} from "./in-process.ts";
import type {Ended} from "./process.ts";

const SECRET = {CONSILIUM_ORGANISATION_PASSPHRASE: "a passphrase of some length"};

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "consilium-consortium-"));
});
afterEach(() => rm(root, {recursive: true}));

const fileOf = (site: string, name = "consortium.membership"): string => join(root, site, name);

/** Runs a command in the office of `site`, which has a folder of its own. */
async function at(site: string, ...words: readonly string[]): Promise<Ended> {
  await mkdir(join(root, site), {recursive: true});
  const key = words.includes("import") ? [] : ["--key", fileOf(site, "organisation.key")];
  return endOf([...words, "--membership", fileOf(site), ...key], SECRET);
}

const stateFlag = (site: string): string[] => ["--state", fileOf(site, "state")];

async function told(site: string, ...words: readonly string[]): Promise<string> {
  const {status, stdout, stderr} = await at(site, ...words);
  expect(stderr).not.toMatch(/^[A-Z]+_[A-Z_]+:/m);
  expect(status).toBe(0);
  return stdout;
}

/** Leeds founds a consortium and invites the others, who ask to join it. */
async function found(...others: readonly string[]): Promise<void> {
  await told("leeds", "consortium", "create", "--name", "crc", "--site", "leeds", ...stateFlag("leeds"));
  const invited = await told("leeds", "consortium", "invite", "--site", others.join(","));
  const tickets = invited.trim().split("\n");
  for (const [index, site] of others.entries())
    await told(
      site,
      "join",
      tickets[index] ?? "",
      "--address",
      `/dns4/${site}.example/tcp/4001`,
      ...stateFlag(site),
    );
}

const admitFlags = (...sites: readonly string[]): string[] => [
  "--with",
  sites.map((site) => fileOf(site)).join(","),
];

describe("a consortium by files alone", () => {
  it("goes from nothing to a roster of three hospitals in five commands", async () => {
    await found("york", "bergen");
    expect(await told("leeds", "consortium", "admit", ...admitFlags("york", "bergen"))).toContain(
      "Decided: admit bergen (trainer), york (trainer).",
    );
    const roster = await readRoster(fileOf("leeds"));
    expect(roster.members.map(({name, role, addresses}) => ({name, role, addresses}))).toEqual([
      {name: "leeds", role: "trainer", addresses: []},
      {name: "bergen", role: "trainer", addresses: ["/dns4/bergen.example/tcp/4001"]},
      {name: "york", role: "trainer", addresses: ["/dns4/york.example/tcp/4001"]},
    ]);
    const nowMs = Date.now();
    for (const {until = 0} of roster.members) {
      expect(until - nowMs).toBeGreaterThan(89 * 24 * 3600 * 1000);
      expect(until - nowMs).toBeLessThanOrEqual(90 * 24 * 3600 * 1000);
    }
  });

  it("changes by two thirds of its members' votes, and each member's own word suffices for its own", async () => {
    await found("york", "bergen");
    await told("leeds", "consortium", "admit", ...admitFlags("york", "bergen"));
    await told("york", "consortium", "import", fileOf("leeds"));
    const [proposed] =
      /[0-9a-f]{12}/.exec(await told("york", "consortium", "amend", "bergen", "--role", "evaluator")) ?? [];
    await told("leeds", "consortium", "import", fileOf("york"));
    expect(await told("leeds", "consortium", "approve", proposed ?? "")).toMatch(/^Decided: /);
    const before = (await readRoster(fileOf("leeds"))).members.find(({name}) => name === "york");
    await told("york", "consortium", "renew", "--address", "/dns4/new.example/tcp/1");
    await told("leeds", "consortium", "import", fileOf("york"));
    const {members} = await readRoster(fileOf("leeds"));
    expect(members.find(({name}) => name === "bergen")?.role).toBe("evaluator");
    expect(members.find(({name}) => name === "york")).toMatchObject({
      peerId: before?.peerId,
      addresses: ["/dns4/new.example/tcp/1"],
    });
    await told("york", "consortium", "import", fileOf("leeds"));
    await told("york", "consortium", "leave");
    const {status, stderr} = await at("york", "consortium", "revoke", "bergen");
    expect([status, stderr]).toEqual([65, expect.stringMatching(/^CLI_MEMBER_UNKNOWN: .*no say/)]);
  });

  it("keeps what a key signed beside it, so an old membership file cannot make it contradict itself", async () => {
    await found("york", "bergen");
    await told("leeds", "consortium", "admit", ...admitFlags("york", "bergen"));
    const old = await readFile(fileOf("leeds"));
    await told("leeds", "consortium", "revoke", "york");
    await writeFile(fileOf("leeds"), old);
    const {status, stderr} = await at("leeds", "consortium", "revoke", "bergen");
    expect([status, stderr]).toEqual([
      65,
      expect.stringMatching(/^MEMBERSHIP_SIGNED_ALREADY: .*consortium skip/),
    ]);
  });
});

describe("a mistake with a consortium gets one line and a documented exit status:", () => {
  it("a wrong passphrase, a ticket that was cut, a key that is missing, and a file of another consortium", async () => {
    await found("york");
    const wrong = await endOf(
      [
        "consortium",
        "invite",
        "--site",
        "x",
        "--membership",
        fileOf("leeds"),
        "--key",
        fileOf("leeds", "organisation.key"),
      ],
      {CONSILIUM_ORGANISATION_PASSPHRASE: "another passphrase"},
    );
    const cut = await at("oslo", "join", "consilium1:abc");
    const missing = await endOf(
      [
        "consortium",
        "invite",
        "--site",
        "x",
        "--membership",
        fileOf("leeds"),
        "--key",
        fileOf("leeds", "none"),
      ],
      SECRET,
    );
    await told("oslo", "consortium", "create", "--name", "other", "--site", "oslo", ...stateFlag("oslo"));
    const foreign = await at("leeds", "consortium", "admit", ...admitFlags("oslo"));
    const nobody = await at("leeds", "consortium", "admit");
    const twice = await at("leeds", "consortium", "create", "--name", "crc", "--site", "leeds");
    expect(
      [wrong, cut, missing, foreign, nobody, twice].map(({status, stderr}) => [
        status,
        stderr.split("\n")[0],
      ]),
    ).toEqual([
      [77, expect.stringMatching(/^STORAGE_KEY_PASSPHRASE: /)],
      [65, expect.stringMatching(/^MEMBERSHIP_TICKET_INVALID: .*one line/)],
      [66, expect.stringMatching(/^CLI_KEY_MISSING: .*--key/)],
      [65, expect.stringMatching(/^MEMBERSHIP_FOREIGN: /)],
      [65, expect.stringMatching(/^CLI_APPLICANT_NONE: .*consilium join/)],
      [65, expect.stringMatching(/^CLI_OUTPUT_EXISTS: /)],
    ]);
  });

  it("two keys that come with one ticket: neither is admitted", async () => {
    await told("leeds", "consortium", "create", "--name", "crc", "--site", "leeds", ...stateFlag("leeds"));
    const ticket = (await told("leeds", "consortium", "invite", "--site", "york")).trim();
    for (const site of ["york", "thief"]) await told(site, "join", ticket, ...stateFlag(site));
    const {status, stderr} = await at("leeds", "consortium", "admit", ...admitFlags("york", "thief"));
    expect([status, stderr]).toEqual([65, expect.stringMatching(/^CLI_TICKET_TWICE: .*york/)]);
    expect((await readRoster(fileOf("leeds"))).members.map(({name}) => name)).toEqual(["leeds"]);
  });
});
