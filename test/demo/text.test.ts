import {describe, expect, it} from "vitest";
import {createProgress} from "../../src/cli/demo/progress.ts";
import {renderHeading, renderReport} from "../../src/cli/demo/render.ts";
import type {DemoReport, Figures} from "../../src/cli/demo/report.ts";
import {fullBatches} from "./settings.ts";

const figures = (value: number): Figures => {
  const interval = {value, low: value - 0.1, high: value + 0.1};
  return {auroc: interval, auprc: interval, accuracy: interval, brier: interval, log_loss: interval};
};

const UNDEFINED: Figures = {auroc: null, auprc: null, accuracy: null, brier: null, log_loss: null};

const REPORT: DemoReport = {
  schema: 2,
  task: {name: "synthetic-heart", synthetic: true},
  seed: 7,
  backend: "wasm",
  rounds: 10,
  wall_seconds: 12.5,
  sites: [
    {
      name: "north",
      n_train: 158,
      n_test: 95,
      local: figures(0.7),
      gossip: figures(0.8),
      pooled: figures(0.81),
    },
    {name: "east", n_train: 44, n_test: 0, local: UNDEFINED, gossip: UNDEFINED, pooled: UNDEFINED},
  ],
  pooled_test: {
    local: {north: figures(0.7), east: figures(0.6)},
    gossip: figures(0.8),
    pooled: figures(0.81),
  },
  external: [
    {
      name: "moor",
      n: 101,
      local: {north: figures(0.6), east: figures(0.7)},
      gossip: figures(0.75),
      pooled: figures(0.76),
    },
  ],
  final_parameters_sha256: {north: "ab".repeat(32), east: "ab".repeat(32)},
  bytes: {north: {sent: 63_400, received: 40_400}, east: {sent: 31_600, received: 48_800}},
  absent: [{round: 3, sites: ["east"]}],
};

describe("the demo's text", () => {
  it("calls generated data synthetic before and after, and says nothing of the kind otherwise", async () => {
    const {located, settings} = await fullBatches("fp16", "federated");
    const {task} = located;
    const real = {...task, synthetic: false, title: "Heart disease"};
    const heading = (of: typeof task): string =>
      renderHeading({
        task: of,
        folder: located.folder,
        taskFile: "task.yaml",
        sites: ["north"],
        evaluators: ["moor"],
        isEachLeftOut: false,
        seed: 7,
        settings,
        isOwnTask: false,
        variables: {},
      });
    for (const text of [heading(task), renderReport(REPORT, task, settings)]) {
      expect(text).toContain("SYNTHETIC");
    }
    for (const text of [heading(real), renderReport(REPORT, real, settings)]) {
      expect(text).not.toMatch(/synthetic/i);
    }
  });

  it("shows each site's counts and figures with intervals, and where none is defined", async () => {
    const {located, settings} = await fullBatches("fp16", "federated");
    const text = renderReport(REPORT, located.task, settings);
    expect(text).toMatch(/north +158 +95 +0\.700 \[0\.600, 0\.800\] +0\.800 \[0\.700, 0\.900\] +0\.810/);
    expect(text).toMatch(/east +44 +0 +not defined +not defined +not defined/);
    expect(text).toMatch(/together +202 +95 +0\.650 \(mean of 2\)/);
  });

  it("shows what a hospital that trained nothing makes of the models", async () => {
    const {located, settings} = await fullBatches("fp16", "federated");
    const text = renderReport(REPORT, located.task, settings);
    expect(text).toMatch(/moor \(n 101\) +0\.650 \(mean of 2\) +0\.750 \[0\.650, 0\.850\] +0\.760/);
  });

  it("says what was sent, who was absent, and which model all hold", async () => {
    const {located, settings} = await fullBatches("fp16", "federated");
    const text = renderReport(REPORT, located.task, settings);
    expect(text).toMatch(/north +sent +63\.4 kB +received +40\.4 kB/);
    expect(text).toContain("Absent: round 3: east");
    expect(text).toContain(`All 2 hospitals hold the same model: SHA-256 ${"ab".repeat(32)}`);
    expect(text).toContain("seed 7");
  });
});

describe("progress", () => {
  const record = (isTTY: boolean) => {
    const written: string[] = [];
    let nowMs = 0;
    const progress = createProgress({isTTY, write: (text) => written.push(text)}, () => nowMs);
    return {written, progress, pass: (ms: number) => void (nowMs += ms)};
  };

  it("writes one line anew on a terminal and clears it at the end", () => {
    const {written, progress} = record(true);
    progress.show("round 1");
    progress.show("round 1");
    progress.show("round 2");
    progress.end();
    const anew = "\r\u001B[K";
    expect(written).toEqual([anew, "round 1", anew, "round 2", anew]);
  });

  it("writes plain lines elsewhere, at most one in five seconds", () => {
    const {written, progress, pass} = record(false);
    progress.show("round 1");
    pass(4999);
    progress.show("round 2");
    pass(1);
    progress.show("round 3");
    progress.end();
    expect(written).toEqual(["round 1\n", "round 3\n"]);
  });
});
