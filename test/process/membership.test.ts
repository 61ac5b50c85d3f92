import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {readRoster} from "../../src/cli/input-file.ts";
import {startProgram} from "../cli/process.ts";
import {type Consortium, createConsortium, type Site} from "./consortium.ts";
import {expectSameModel, startAll} from "./progress.ts";

const STEP_LIMIT_MS = 60_000;
const SECRET = {CONSILIUM_ORGANISATION_PASSPHRASE: "a passphrase of some length"};

describe("hospitals whose roster is a membership file", () => {
  let consortium: Consortium;
  const fileOf = (site: Site): string => join(site.state, "..", "consortium.membership");

  beforeAll(async () => {
    consortium = await createConsortium({
      sites: ["north", "south", "east"],
      rounds: 4,
      localSteps: 20,
      deadline: {minimumSeconds: 0.2, maximumSeconds: 5},
    });
  });
  afterAll(() => consortium.close());

  /** Runs a command in the office of a site. @returns what it printed */
  const at = async (site: Site, ...words: readonly string[]): Promise<string> => {
    const key = words.includes("import") ? [] : ["--key", join(site.state, "..", "organisation.key")];
    const {ended} = startProgram([...words, "--membership", fileOf(site), ...key], SECRET);
    const {status, stdout, stderr} = await ended;
    expect(stderr).not.toMatch(/^[A-Z]+_[A-Z_]+:/m);
    expect(status).toBe(0);
    return stdout;
  };

  it("train one model, and a command line of each says what the members decided", {
    timeout: 240_000,
  }, async () => {
    const {plan, sites} = consortium;
    const [north, south, east] = ["north", "south", "east"].map((name) => consortium.site(name)) as [
      Site,
      Site,
      Site,
    ];
    await at(
      north,
      "consortium",
      "create",
      "--name",
      plan.plan.consortium,
      "--site",
      "north",
      "--state",
      north.state,
    );
    const tickets = (await at(north, "consortium", "invite", "--site", "south,east")).trim().split("\n");
    await at(south, "join", tickets[0] ?? "", "--state", south.state);
    await at(east, "join", tickets[1] ?? "", "--state", east.state);
    const admitted = await at(north, "consortium", "admit", "--with", `${fileOf(south)},${fileOf(east)}`);
    expect(admitted).toMatch(/^Decided: admit east \(trainer\), south \(trainer\)\.$/m);
    for (const site of [south, east]) await at(site, "consortium", "import", fileOf(north));
    for (const site of sites) await consortium.configure(site, {roster: fileOf(site)});
    const {members} = await readRoster(fileOf(north));
    expect(members.map(({peerId}) => peerId).sort()).toEqual(sites.map(({peerId}) => peerId).sort());
    await startAll(consortium, sites);
    await expectSameModel(consortium, sites, STEP_LIMIT_MS);
  });
});
