import {readFile} from "node:fs/promises";
import {describe, expect, it} from "vitest";
import {z} from "zod";
import {loadExperiment} from "../../src/config/index.ts";

const evidenceSchema = z.object({
  experiments: z.array(
    z.object({
      experiment: z.string(),
      metric: z.enum(["log-loss", "accuracy", "c-index"]),
      chosen: z.record(z.string(), z.number()),
      rows: z.array(
        z.object({
          method: z.string(),
          learningRate: z.number(),
          of_seeds: z.array(z.number().nullable()),
        }),
      ),
    }),
  ),
});

const text = await readFile("docs/evidence/tuning-experiments.json", "utf8");
const {experiments} = evidenceSchema.parse(JSON.parse(text));

describe.each(experiments)("the baselines of $experiment", ({experiment: name, metric, chosen, rows}) => {
  it("have the learning rates that were best on validation patients", async () => {
    const {experiment} = await loadExperiment(name);
    const {learningRates, plan, baselines} = experiment;
    for (const baseline of baselines) {
      const rate = learningRates[baseline] ?? plan.training.optimizer.learningRate;
      expect([baseline, rate]).toEqual([baseline, chosen[baseline]]);
    }
  });

  it("were chosen by the rule: the best mean of those at which no seed diverged, the lowest of equal ones", () => {
    for (const [method, rate] of Object.entries(chosen)) {
      const means = rows
        .filter((row) => row.method === method && !row.of_seeds.includes(null))
        .map(({learningRate, of_seeds: values}) => ({
          learningRate,
          loss:
            ((metric === "log-loss" ? 1 : -1) *
              values.reduce<number>((sum, value) => sum + (value ?? 0), 0)) /
            values.length,
        }));
      const least = Math.min(...means.map(({loss}) => loss));
      const best = means.filter(({loss}) => loss === least).map(({learningRate}) => learningRate);
      expect([method, rate]).toEqual([method, Math.min(...best)]);
    }
  });
});
