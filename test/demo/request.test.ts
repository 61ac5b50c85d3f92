import {copyFile, mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {resolveRequest} from "../../src/cli/demo/request.ts";
import {findPreset} from "../../src/config/index.ts";
import {errorLine} from "../../src/core/index.ts";

const lineOf = async (flags: Parameters<typeof resolveRequest>[0]): Promise<string> =>
  resolveRequest(flags, {}).then(() => "no error", errorLine);

describe("the demo's flags", () => {
  it("ask for the synthetic preset with its frozen settings when there are none", async () => {
    const {settings} = await findPreset("synthetic-crc");
    const request = await resolveRequest({}, {});
    expect(request.task).toMatchObject({name: "synthetic-crc", synthetic: true});
    expect(request.settings).toEqual(settings);
    expect(request.sites).toEqual(["harbour", "valley", "prairie"]);
    expect(request.evaluators).toEqual(["moor"]);
    expect(request.isEachLeftOut).toBe(false);
  });

  it("change what they name and nothing else", async () => {
    const {settings} = await findPreset("synthetic-heart");
    const flags = {
      data: "synthetic-heart",
      rounds: 3,
      seed: 9,
      codec: "f32",
      standardisation: "site",
      sites: "west, north",
    } as const;
    const request = await resolveRequest(flags, {});
    expect(request.sites).toEqual(["west", "north"]);
    expect(request.settings).toEqual({
      ...settings,
      rounds: 3,
      seed: 9,
      mixing: {...settings.mixing, codec: "f32"},
      task: {standardisation: "site"},
    });
  });

  it("let some sites only evaluate, or each in turn", async () => {
    const data = "synthetic-heart";
    const two = await resolveRequest({data, external: "east,north"}, {});
    expect([two.sites, two.evaluators]).toEqual([
      ["south", "west"],
      ["north", "east"],
    ]);
    const each = await resolveRequest({data, leaveOneSiteOut: true}, {});
    expect([each.sites.length, each.evaluators, each.isEachLeftOut]).toEqual([4, [], true]);
    const declared = await resolveRequest({data: "swarm-tcga-crc"}, {});
    expect([declared.sites.length, declared.isEachLeftOut]).toEqual([3, true]);
    const one = await resolveRequest({data: "swarm-tcga-crc", external: "A6"}, {});
    expect([one.sites, one.evaluators, one.isEachLeftOut]).toEqual([["D5", "G4"], ["A6"], false]);
  });

  it("take a task file of one's own, whose small counts are not public", async () => {
    const folder = await mkdtemp(join(tmpdir(), "consilium-request-"));
    const path = join(folder, "mine.yaml");
    await copyFile((await findPreset("synthetic-heart")).taskFile, path);
    const request = await resolveRequest({data: path}, {});
    expect(request).toMatchObject({taskFile: path, isOwnTask: true});
    expect(request.settings.privacy.disclosure).toBe("consent");
    await writeFile(path, "formatVersion: 1\nkind: tabular\nnmae: mine\n");
    expect(await lineOf({data: path})).toMatch(/^DATA_TASK_INVALID: .*mine\.yaml:3:1: unknown key "nmae"/);
    await rm(folder, {recursive: true});
  });

  it.each([
    [{data: "synthetic-hart"}, /^CONFIG_PRESET_UNKNOWN: .*Did you mean "synthetic-heart"\?/],
    [{data: "./none.yaml"}, /^DATA_TASK_UNREADABLE: /],
    [
      {data: "synthetic-heart", sites: "north,sout"},
      /^CLI_USAGE: --sites: .*"sout"\. Did you mean "south"\?/,
    ],
    [{data: "synthetic-heart", sites: "north,north"}, /^CLI_USAGE: a demo needs at least two sites/],
    [{data: "synthetic-heart", external: "westt"}, /^CLI_USAGE: --external: .*Did you mean "west"/],
    [{data: "synthetic-heart", external: "north,south,east"}, /^CLI_USAGE: a demo needs at least two sites/],
    [{rounds: 0}, /^CLI_USAGE: --rounds takes a whole number from 1/],
    [{seed: 1.5}, /^CLI_USAGE: --seed takes a whole number from 0/],
  ])("are refused in one line when they make no sense (%j)", async (flags, line) => {
    expect(await lineOf(flags)).toMatch(line);
  });
});
