import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {idleTrainers, verifiedJson, verifiedLines} from "../../src/cli/certified-model/verified-text.ts";
import {certifiedModel, type VerifiedModel, verifyModel} from "../../src/lineage/index.ts";
import {identityOf, SITES, type ThreeSites, threeSites} from "../node/three-sites.ts";
import {type Attendance, exporterOf, type FinishedOptions, finishedRun} from "./finished-run.ts";

type Disclosure = ThreeSites["plan"]["plan"]["privacy"]["disclosure"];

/** Three sites of which any two may decide and contribute. */
async function looseConsortium(disclosure: Disclosure = "public"): Promise<ThreeSites> {
  const {plan} = (await threeSites()).plan;
  const consortium = await threeSites({
    quorum: {rule: "majority", weightShare: 0},
    privacy: {...plan.privacy, disclosure},
  });
  const start = {...consortium.plan.plan.start, members: 2};
  return {...consortium, plan: {...consortium.plan, plan: {...consortium.plan.plan, start}}};
}

async function verifiedRun(options: FinishedOptions): Promise<VerifiedModel> {
  const consortium = options.consortium ?? (await looseConsortium());
  const files = certifiedModel(await finishedRun({...options, consortium}), exporterOf("north"));
  return verifyModel(files, {roster: consortium.roster, plan: null});
}

/** East is there for the statistics, late in round 3, away in round 4, and back in round 5. */
const EAST: Attendance = (round) => ({
  contribute: round === 2 || round === 3 ? ["north", "south"] : SITES,
  vote: round === 3 ? ["north", "south"] : SITES,
});

describe("the participation report", () => {
  it("counts what each member did, and names the rounds that it missed", async () => {
    const verified = await verifiedRun({attendance: EAST});
    const [north, , east] = verified.participation;
    expect(north).toMatchObject({
      name: "north",
      approved: true,
      trained: 3,
      contributed: 5,
      late: 0,
      absent: 0,
    });
    expect(east).toMatchObject({
      name: "east",
      approved: true,
      trained: 1,
      contributed: 3,
      late: 1,
      absent: 1,
      missed: [2, 3],
    });
    expect(verified.contributions.map(({from, to, weight, counted}) => [from, to, weight, counted])).toEqual([
      [0, 1, 0.875, 224],
      [2, 3, 0.75, 192],
      [4, 4, 0.875, 224],
    ]);
    const lines = verifiedLines(verified);
    expect(lines).toContain("  rounds 3-4: north, south; weight 0.75 (192 patients)");
    expect(lines).toContain("    not in rounds 3-4");
    expect(idleTrainers(verified)).toEqual([]);
  });

  it("names a trainer that never contributed, whether it voted or left no trace", async () => {
    const pair = ["north", "south"];
    const votes = await verifiedRun({attendance: () => ({contribute: pair, vote: SITES})});
    const silent = await verifiedRun({attendance: () => ({contribute: pair, vote: pair})});
    for (const [verified, approved] of [
      [votes, true],
      [silent, false],
    ] as const) {
      expect(idleTrainers(verified)).toMatchObject([{name: "east", approved, contributed: 0}]);
      expect(verifiedLines(verified)).toContain("warning: never contributed: east");
      expect(JSON.parse(verifiedJson(verified))).toMatchObject({neverContributed: ["east"], verified: true});
    }
  });

  it("gives each trainer one part in each round, whoever attends", async () => {
    const consortium = await looseConsortium();
    const sites = fc.subarray([...SITES], {minLength: 2});
    const history = fc.array(fc.record({contribute: sites, vote: sites}), {minLength: 5, maxLength: 5});
    const property = fc.asyncProperty(history, async (rounds) => {
      const attendance: Attendance = (round) => rounds[round] ?? {contribute: SITES, vote: SITES};
      const {participation, contributions} = await verifiedRun({consortium, attendance});
      for (const part of participation) {
        expect(part.contributed + part.late + part.absent).toBe(5);
        expect(part.contributed).toBe(rounds.filter(({contribute}) => contribute.includes(part.name)).length);
      }
      const covered = contributions.flatMap(({from, to}) =>
        Array.from({length: to - from + 1}, (_, at) => from + at),
      );
      expect(covered).toEqual([0, 1, 2, 3, 4]);
    });
    await fc.assert(property, {numRuns: 25});
  });

  it("keeps roles apart: an evaluator contributes nothing, and is not missed", async () => {
    const consortium = await looseConsortium();
    const members = consortium.roster.members.map((member) =>
      member.name === "east" ? {...member, role: "evaluator" as const} : member,
    );
    const pair = ["north", "south"];
    const roster = {...consortium.roster, members};
    const verified = await verifiedRun({
      consortium: {...consortium, roster},
      attendance: () => ({contribute: pair, vote: pair}),
    });
    expect(idleTrainers(verified)).toEqual([]);
    expect(verifiedLines(verified)).toContain("  east: evaluator, contributes nothing by its role");
    expect(verified.participation.find(({name}) => name === "east")).toMatchObject({
      peerId: identityOf("east").peerId,
      contributed: 0,
      late: 0,
      absent: 0,
    });
  });
});

describe("weights that would tell strangers of few patients", () => {
  const REFUSED = /the certificates' weights would tell that a site has fewer than 10 patients/;
  /** Patients of 256: 128, 64 and `few`. */
  const weighing = (few: number) => (site: string) =>
    ({north: 128, south: 64, east: few})[site] ?? Number.NaN;
  const weightOf = (few: number) => (site: string) => weighing(few)(site) / 256;

  it("are refused where rounds with and without a site tell them, unless the data are public", async () => {
    const consortium = await looseConsortium("consent");
    await expect(verifiedRun({consortium, attendance: EAST, weightOf: weightOf(9)})).rejects.toThrow(REFUSED);
    await expect(verifiedRun({consortium, attendance: EAST, weightOf: weightOf(10)})).resolves.toBeDefined();
    await expect(verifiedRun({attendance: EAST, weightOf: weightOf(9)})).resolves.toBeDefined();
  });

  it("are told in sums that hide them", async () => {
    const consortium = await looseConsortium("consent");
    await expect(verifiedRun({consortium, weightOf: weightOf(9)})).resolves.toBeDefined();
  });

  it("are refused where only several differences together tell them", async () => {
    const consortium = await looseConsortium("consent");
    const pairs = [SITES.slice(0, 2), SITES.slice(1), [SITES[0] ?? "", SITES[2] ?? ""]];
    const attendance: Attendance = (round) => ({contribute: pairs[round % 3] ?? SITES, vote: SITES});
    await expect(verifiedRun({consortium, attendance, weightOf: weightOf(9)})).rejects.toThrow(REFUSED);
    await expect(verifiedRun({consortium, attendance, weightOf: weightOf(10)})).resolves.toBeDefined();
  });
});
