import {dirname} from "node:path";
import {describe, expect, it} from "vitest";
import {type Experiment, loadExperiment} from "../../../src/config/index.ts";
import {type SimulateOptions, simulate} from "../../../src/study/index.ts";
import {tinyExperiment} from "./tiny-experiment.ts";

const here = (experiment: Experiment, options: Partial<SimulateOptions> = {}) =>
  simulate(experiment, {folder: ".", threads: 0, backend: "wasm", ...options});

const attackOf = (sites: number) => [{type: "sign-flip", sites, scale: 1}];

describe("before the first trial", () => {
  it("every point's sites are held against its data: none does hours of work to be refused later", async () => {
    const sweep = {attacks: [attackOf(1), attackOf(2), attackOf(3)]};
    const ended: unknown[] = [];
    const running = here(tinyExperiment({sweep, baselines: []}), {
      onTrial: (trial) => void ended.push(trial),
    });
    await expect(running).rejects.toMatchObject({
      code: "SIMULATION_NOBODY_HONEST",
      message: "attacks: 3 of 3 sites do harm",
    });
    expect(ended).toEqual([]);
  });

  it("it is told, once for each site, whom its data leave out", async () => {
    const {experiment, file} = await loadExperiment("csv-sites");
    const told: string[] = [];
    const events: string[] = [];
    await here(
      {...experiment, repeats: 2, baselines: []},
      {
        folder: dirname(file),
        tell(site, text) {
          told.push(`${site}: ${text}`);
          events.push("told");
        },
        onTrial: () => void events.push("trial"),
      },
    );
    // Counted by hand in the tables: 4, 2, 2 and 1 rows with NA or nothing in a cell.
    const leftOut = told.filter((line) => line.includes("left out"));
    expect(leftOut.map((line) => line.split(":")[0])).toEqual(["leeds", "mainz", "porto", "tartu"]);
    for (const line of leftOut) expect(line).toMatch(/^\w+: note: left out: rows 1-9 that miss a value/);
    expect(events.slice(-3)).toEqual(["told", "trial", "trial"]);
  });

  it("bounds what a kept trial can be by the experiment's methods, groups, patients and rounds", async () => {
    const baselines = ["local", "pooled", "fedavg", "swarm-hpe", "d-psgd"];
    const swarm = {synchronisationSteps: 1};
    for (const changes of [{}, {baselines, swarm, repeats: 2}, {baselines, attacks: attackOf(1)}]) {
      const bounds: number[] = [];
      const sizes: number[] = [];
      await here(tinyExperiment({baselines: [], ...changes}), {
        async earlier(mostBytes) {
          bounds.push(mostBytes);
          return [];
        },
        onTrial: (trial) => void sizes.push(JSON.stringify(trial).length),
      });
      const [bound = Number.NaN] = bounds;
      expect(bounds).toHaveLength(1);
      for (const size of sizes) {
        expect(size).toBeLessThan(bound);
        expect(size).toBeGreaterThan(bound / 40);
      }
    }
  });
});
