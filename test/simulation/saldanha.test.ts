import {readFile} from "node:fs/promises";
import {beforeAll, describe, expect, it} from "vitest";
import {z} from "zod";
import {loadExperiment} from "../../src/config/index.ts";
import {meanOverSeeds} from "../../src/evaluation/index.ts";

const limits = z.tuple([z.number(), z.number()]);
const evidenceSchema = z.object({
  synthetic: z.boolean(),
  seeds: z.array(z.int()),
  note: z.string(),
  sites: z.array(
    z.object({name: z.string(), role: z.string(), train: z.int(), validation: z.int(), test: z.int()}),
  ),
  bars: z.array(
    z.object({
      name: z.string(),
      value: z.number(),
      at_least: z.number().optional(),
      above: z.number().optional(),
      isMet: z.boolean(),
    }),
  ),
  comparisons: z.array(
    z.object({
      baseline: z.string(),
      test: z.string(),
      difference: z.number(),
      low: z.number(),
      high: z.number(),
      margin: z.number(),
      isNonInferior: z.boolean(),
      seeds: z.int(),
      n: z.int(),
    }),
  ),
  rows: z.array(
    z.object({
      method: z.string(),
      test: z.string(),
      metric: z.string(),
      n: z.int(),
      mean: z.number(),
      sd: z.number(),
      over_seeds_95: limits,
      over_patients_95: z.array(limits),
      of_seeds: z.array(z.number()),
    }),
  ),
  states: z.array(z.object({seed: z.int(), sha256: z.string().regex(/^[0-9a-f]{64}$/)})),
});

const EXTERNAL = ["External quasar", "External ycr-bcip"];

describe("what docs/evidence/saldanha2022.json claims", () => {
  let evidence: z.output<typeof evidenceSchema>;
  beforeAll(async () => {
    evidence = evidenceSchema.parse(JSON.parse(await readFile("docs/evidence/saldanha2022.json", "utf8")));
  });

  it("is of five seeds and of invented patients, and says so", () => {
    expect([evidence.synthetic, evidence.seeds]).toEqual([true, [42, 43, 44, 45, 46]]);
    expect(evidence.note).toContain("INVENTED");
    expect(evidence.states.map(({seed}) => seed)).toEqual(evidence.seeds);
  });

  it("has the sizes of the bundled experiment, which are the paper's", async () => {
    const {experiment} = await loadExperiment("saldanha2022");
    expect([experiment.repeats, experiment.seed]).toEqual([5, 42]);
    const {data} = experiment;
    const named = data.source === "cohorts" ? {...data.sites, ...data.external} : {};
    const total = evidence.sites.map(({name, train, validation, test}) => [name, train + validation + test]);
    expect(total).toEqual(Object.entries(named).map(([name, {patients}]) => [name, patients]));
  });

  it("follows from the figures of the seeds", () => {
    expect(evidence.rows).toHaveLength(3 * 2 * 7);
    for (const {
      mean,
      sd,
      over_seeds_95: [low, high],
      over_patients_95: ofPatients,
      of_seeds: values,
    } of evidence.rows) {
      const summary = meanOverSeeds(values, "unit");
      expect(values).toHaveLength(5);
      expect(mean).toBeCloseTo(summary?.mean ?? Number.NaN, 5);
      expect(sd).toBeCloseTo(summary?.sd ?? Number.NaN, 5);
      expect(low).toBeCloseTo(summary?.low ?? Number.NaN, 5);
      expect(high).toBeCloseTo(summary?.high ?? Number.NaN, 5);
      ofPatients.forEach(([least, most], place) => {
        expect(values[place]).toBeGreaterThanOrEqual(least);
        expect(values[place]).toBeLessThanOrEqual(most);
      });
    }
  });

  it("compares the very figures: each difference is that of the means, inside its interval", () => {
    const meanOf = (method: string, test: string): number =>
      evidence.rows.find((row) => row.metric === "auroc" && row.method === method && row.test === test)
        ?.mean ?? Number.NaN;
    for (const {
      baseline,
      test,
      difference,
      low,
      high,
      margin,
      isNonInferior,
      seeds,
    } of evidence.comparisons) {
      expect(difference).toBeCloseTo(meanOf("Gossip", test) - meanOf(baseline, test), 5);
      expect([low < difference, difference < high, seeds]).toEqual([true, true, 5]);
      expect(isNonInferior).toBe(low > -margin);
    }
  });

  it.each(EXTERNAL)(
    "on %s: the network is above most sites alone and non-inferior to the merged training",
    (test) => {
      const own = evidence.comparisons.filter((row) => row.test === test);
      const above = own.filter(({baseline, low}) => baseline.startsWith("Local ") && low > 0);
      expect(above.length).toBeGreaterThanOrEqual(2);
      const merged = own.find(({baseline}) => baseline === "Pooled Training");
      expect(merged?.low).toBeGreaterThan(-0.02);
      const bars = evidence.bars.filter(({name}) => name.startsWith(test));
      expect(bars).toMatchObject([
        {at_least: 2, value: above.length, isMet: true},
        {above: -0.02, value: merged?.low, isMet: true},
      ]);
    },
  );
});
