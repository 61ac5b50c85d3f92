import {existsSync} from "node:fs";
import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {toString} from "uint8arrays";
import {describe, expect, it} from "vitest";
import {composePlan, findPreset, loadPlanSettings, presetNames} from "../../src/config/index.ts";
import {parsePlan} from "../../src/consortium/index.ts";
import {errorLine} from "../../src/core/index.ts";

const FACTS = {
  name: "first",
  consortium: "crc-msi",
  // Digits alone, which YAML would read as a number unless they are quoted.
  task: {name: "heart", contract: "1234567890".repeat(7).slice(0, 64), input: {kind: "tabular"} as const},
  start: {members: 4, patients: 100, waitSeconds: 5},
};

describe("the presets", () => {
  it("each have a task file and settings that make a complete plan", async () => {
    const names = await presetNames();
    expect(names).toEqual(expect.arrayContaining(["fed-heart-disease", "synthetic-heart"]));
    for (const name of names) {
      const preset = await findPreset(name);
      expect(existsSync(preset.taskFile), `${name}: ${preset.taskFile}`).toBe(true);
      const {plan} = parsePlan(composePlan(preset.settings, FACTS), name);
      expect(plan, name).toMatchObject({...FACTS, task: {...FACTS.task, ...preset.settings.task}});
      expect(plan.model, name).toEqual(preset.settings.model);
    }
  });

  it("are listed when an unknown one is asked for", async () => {
    const line = await findPreset("fed-heart-diseas").catch(errorLine);
    expect(line).toMatch(
      /^CONFIG_PRESET_UNKNOWN: there is no preset "fed-heart-diseas"\. Did you mean "fed-heart-disease"\? Presets: .*synthetic-heart/,
    );
    await expect(findPreset("../../package")).rejects.toMatchObject({code: "CONFIG_PRESET_UNKNOWN"});
  });

  it("with a key that belongs to the plan alone are refused", async () => {
    const root = await mkdtemp(join(tmpdir(), "consilium-presets-"));
    const path = join(root, "x.plan.yaml");
    await writeFile(path, "formatVersion: 1\nconsortium: c\n");
    const line = await loadPlanSettings(path).catch(errorLine);
    expect(line).toContain(`CONFIG_PRESET_INVALID: ${path}:2:1: unknown key "consortium"`);
    await rm(root, {recursive: true, force: true});
  });
});

describe("a composed plan", () => {
  it("has the same bytes for the same settings and facts, in the schema's order", async () => {
    const {settings} = await findPreset("synthetic-heart");
    const bytes = composePlan(settings, FACTS);
    expect(composePlan({...settings}, {...FACTS})).toEqual(bytes);
    const keys = toString(bytes).match(/^[a-zA-Z]+(?=:)/gm);
    expect(keys?.slice(0, 7)).toEqual([
      "formatVersion",
      "name",
      "consortium",
      "seed",
      "rounds",
      "task",
      "model",
    ]);
  });

  it("takes what is changed in a copy of the settings, and the seed 42 where there is none", async () => {
    const {seed: _, ...settings} = (await findPreset("synthetic-heart")).settings;
    const {plan} = parsePlan(composePlan({...settings, rounds: 3}, FACTS), "plan.yaml");
    expect([plan.seed, plan.rounds]).toEqual([42, 3]);
    expect(parsePlan(composePlan({...settings, seed: 7}, FACTS), "plan.yaml").plan.seed).toBe(7);
  });

  it("that breaks the schema is refused", async () => {
    const {settings} = await findPreset("synthetic-heart");
    expect(() => composePlan({...settings, rounds: 0}, FACTS)).toThrow(
      expect.objectContaining({code: "CONSORTIUM_PLAN_INVALID"}),
    );
  });
});
