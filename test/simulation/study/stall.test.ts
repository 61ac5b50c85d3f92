import {expect, it} from "vitest";
import {studyFiles} from "../../../src/report/index.ts";
import {parseSummary, parseTrial, simulate} from "../../../src/study/index.ts";
import {tinyExperiment} from "./tiny-experiment.ts";

it("a network that stalls is a result that says when and why, and all else goes on", async () => {
  // In the second round two of the three sites leave for good.
  const faults = ["leeds", "york"].map((site) => ({
    type: "crash",
    site,
    atSeconds: 100,
    backAfterSeconds: "never",
  }));
  const experiment = tinyExperiment({
    engine: "full",
    compute: {stepMs: 30_000},
    faults,
    baselines: ["fedavg"],
    repeats: 2,
  });
  const study = await simulate(experiment, {
    folder: ".",
    threads: 0,
    backend: "wasm",
    onTrial: (trial) => expect(parseTrial(JSON.stringify(trial), "trial")).toEqual(trial),
  });
  const rowsOf = (method: string) => study.results.filter((row) => row.method === method);
  expect(rowsOf("Gossip")).toHaveLength(2 * 5 * 2);
  for (const {status, value, divergedAt, stall} of rowsOf("Gossip")) {
    expect([status, value, divergedAt]).toEqual(["stalled", null, null]);
    expect(stall?.round).toBe(2);
    expect(stall?.reason).toBe("nothing was decided in 24 virtual hours, with 1 of 3 nodes up at the end");
    // Three steps of 30 s ended the first round just before the crash; the second round's training began then.
    expect(stall?.seconds).toBeGreaterThan(90);
    expect(stall?.seconds).toBeLessThan(100);
  }
  expect(rowsOf("FedAvg").every(({status, stall}) => status === "finished" && stall === null)).toBe(true);
  expect(study.rounds.filter(({method, seed}) => method === "Gossip" && seed === 42)).toHaveLength(1);
  expect([study.seeds, study.isComplete]).toEqual([[42, 43], true]);
  expect(study.comparisons.some(({isNonInferior}) => isNonInferior)).toBe(false);
  const summary = studyFiles(study).get("summary.json") ?? "";
  expect(parseSummary(summary, "s")).toEqual(study);
});
