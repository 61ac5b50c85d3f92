import {describe, expect, it} from "vitest";
import type {MetricName} from "../../../src/config/index.ts";
import {createRandom} from "../../../src/core/index.ts";
import {delongPaired, holm} from "../../../src/evaluation/index.ts";
import type {TrialResult} from "../../../src/study/index.ts";
import {ComparisonBook, outcomeOf} from "../../../src/study/measures/comparisons.ts";
import {tinyExperiment} from "./tiny-experiment.ts";

const LABELS = Array.from({length: 40}, (_, patient) => patient % 2);

/** Scores of a model that tells the classes apart by so many deviations. */
function scoresOf(name: string, separation: number): number[] {
  const random = createRandom({seed: 3, site: name, round: 0, purpose: "comparisons test"});
  return LABELS.map((label) => 1 / (1 + Math.exp(-separation * label - random.normal())));
}

interface Method {
  readonly scores: readonly number[];
  readonly isDiverged?: boolean;
}

/** A trial whose methods are judged on each of `tests`, with the same patients in all. */
function trialOf(
  methods: Readonly<Record<string, Method>>,
  {seed = 42, tests = ["Pooled Test"], point = {}, metric = "auroc"}: Partial<Setting> = {},
): TrialResult {
  const entries = Object.entries(methods);
  return {
    point,
    seed,
    results: entries.flatMap(([method, {isDiverged = false}]) =>
      tests.map((test) => ({
        point,
        seed,
        method,
        test,
        metric,
        value: null,
        low: null,
        high: null,
        n: LABELS.length,
        status: isDiverged ? ("diverged" as const) : ("finished" as const),
        divergedAt: isDiverged ? 3 : null,
        stall: null,
      })),
    ),
    rounds: [],
    work: [],
    scores: entries.map(([method, {scores, isDiverged = false}]) => ({
      method,
      groups: isDiverged
        ? []
        : tests.map((test) => ({test, isSite: true, patients: "forty", labels: LABELS, scores})),
    })),
    stateHash: "a7".repeat(32),
  };
}

interface Setting {
  readonly seed: number;
  readonly tests: readonly string[];
  readonly point: Readonly<Record<string, unknown>>;
  readonly metric: MetricName;
}

function bookOf(trials: readonly TrialResult[], metric: MetricName = "auroc") {
  const experiment = tinyExperiment({metrics: [metric], repeats: trials.length});
  const book = new ComparisonBook(experiment, "binary");
  for (const trial of trials) book.add(trial);
  return book.rows();
}

const GOOD = {scores: scoresOf("good", 3)};
const POOR = {scores: scoresOf("poor", 0.3)};

describe("an outcome", () => {
  it.each([
    [0.001, 0.02, "higher", "better"],
    [-0.01, 0.02, "higher", "non-inferior"],
    [-0.03, 0.02, "higher", "not-shown"],
    [-0.05, -0.03, "higher", "inferior"],
    [-0.02, -0.001, "lower", "better"],
    [-0.02, 0.01, "lower", "non-inferior"],
    [-0.02, 0.03, "lower", "not-shown"],
    [0.03, 0.05, "lower", "inferior"],
    [0, 0, "higher", "non-inferior"],
  ] as const)("follows from the interval %s .. %s where %s is better: %s", (low, high, better, outcome) => {
    expect(outcomeOf({low, high}, 0.02, better)).toBe(outcome);
  });

  it.each([
    ["the baseline", {Gossip: GOOD, FedAvg: {...POOR, isDiverged: true}}, [0, 1]],
    ["the network", {Gossip: {...GOOD, isDiverged: true}, FedAvg: POOR}, [1, 0]],
    ["both", {Gossip: {...GOOD, isDiverged: true}, FedAvg: {...POOR, isDiverged: true}}, [1, 1]],
  ])(
    "is no comparison where %s diverged, though all other seeds favour the network",
    (_, methods, diverged) => {
      const fine = trialOf({Gossip: GOOD, FedAvg: POOR});
      const [row] = bookOf([fine, trialOf(methods, {seed: 43})]);
      expect(row).toMatchObject({
        outcome: "no-comparison",
        isNonInferior: false,
        difference: null,
        low: null,
        high: null,
        p: null,
        pHolm: null,
        seeds: 1,
        divergedSeeds: diverged[0],
        baselineDivergedSeeds: diverged[1],
      });
    },
  );
});

describe("comparisons", () => {
  it("of one seed speak of its patients alone, of more of the seeds too", () => {
    const trial = trialOf({Gossip: GOOD, FedAvg: POOR});
    expect(bookOf([trial])[0]).toMatchObject({covers: "patients", seeds: 1, outcome: "better"});
    const other = trialOf({Gossip: GOOD, FedAvg: POOR}, {seed: 43});
    expect(bookOf([trial, other])[0]).toMatchObject({covers: "patients-and-seeds", seeds: 2});
  });

  it("of equal scores on equal patients have equal intervals, whatever the baseline and the test are called", () => {
    const rows = bookOf([
      trialOf({Gossip: GOOD, FedAvg: POOR, Ring: POOR, Local: POOR}, {tests: ["leeds", "york"]}),
    ]);
    const intervals = rows.map(({low, high, test}) => [test, low, high]);
    expect(rows).toHaveLength(6);
    for (const test of ["leeds", "york"]) {
      const own = intervals.filter(([name]) => name === test);
      expect(own).toEqual([own[0], own[0], own[0]]);
    }
  });

  it.each(["Gossip", "FedAvg"])(
    "refuse a trial without the rows of %s: 0 patients would be a lie",
    (method) => {
      const whole = trialOf({Gossip: GOOD, FedAvg: POOR, Local: POOR});
      const torn = {...whole, results: whole.results.filter((row) => row.method !== method)};
      expect(() => bookOf([torn])).toThrow(expect.objectContaining({code: "CORE_UNREACHABLE"}));
    },
  );

  it("refuse a trial without a method that the first one has", () => {
    const first = trialOf({Gossip: GOOD, FedAvg: POOR});
    const torn = trialOf({Gossip: GOOD}, {seed: 43});
    expect(() => bookOf([first, torn])).toThrow(expect.objectContaining({code: "CORE_UNREACHABLE"}));
  });

  it("are made once: a site alone, on its own patients, is what Local is there", () => {
    const methods = {Gossip: GOOD, Local: POOR, "Local leeds": POOR, "Local york": POOR};
    const rows = bookOf([trialOf(methods, {tests: ["leeds", "york"]})]);
    expect(rows.map(({baseline, test}) => `${baseline}: ${test}`)).toEqual([
      "Local: leeds",
      "Local: york",
      "Local leeds: york",
      "Local york: leeds",
    ]);
  });

  it("stay within what a difference of two AUROCs can be", () => {
    const separated = {scores: LABELS.map((label) => 0.2 + 0.6 * label)};
    const turned = {scores: LABELS.map((label) => 0.8 - 0.6 * label)};
    const seeds = [separated, turned, separated].map((ours, place) =>
      trialOf({Gossip: ours, FedAvg: {scores: LABELS.map(() => 0.5)}}, {seed: place}),
    );
    const [row] = bookOf(seeds);
    expect(row?.low).toBeGreaterThanOrEqual(-1);
    expect(row?.high).toBe(1);
  });

  it("have DeLong's p of the pair, corrected by Holm over all of them, the points of a sweep together", () => {
    const middling = {scores: scoresOf("middling", 1)};
    const methods = {Gossip: GOOD, FedAvg: POOR, Ring: middling};
    const rows = bookOf([
      trialOf(methods, {point: {a: 1}}),
      trialOf({...methods, Ring: GOOD}, {point: {a: 2}}),
    ]);
    const expected = [POOR, middling, POOR, GOOD].map(
      ({scores}) => delongPaired(LABELS, GOOD.scores, scores)?.p ?? Number.NaN,
    );
    rows.forEach(({p}, place) => expect(p).toBeCloseTo(expected[place] ?? Number.NaN, 12));
    expect(rows.map(({pHolm}) => pHolm)).toEqual(holm(rows.map(({p}) => p ?? Number.NaN)));
    expect(rows.at(-1)).toMatchObject({p: 1, pHolm: 1});
  });

  it("read each trial's patients once, however many trials follow", () => {
    let reads = 0;
    const watched = trialOf({Gossip: GOOD, FedAvg: POOR}, {metric: "brier"});
    const [network] = watched.scores;
    const [group] = network?.groups ?? [];
    if (group === undefined) throw new Error("no group");
    Object.defineProperty(group, "scores", {
      get: () => {
        reads++;
        return GOOD.scores;
      },
    });
    const book = new ComparisonBook(tinyExperiment({metrics: ["brier"], repeats: 4}), "binary");
    book.add(watched);
    const first = reads;
    expect(first).toBeGreaterThan(0);
    for (const seed of [43, 44, 45]) book.add(trialOf({Gossip: GOOD, FedAvg: POOR}, {seed, metric: "brier"}));
    expect([reads, book.rows()[0]?.seeds]).toEqual([first, 4]);
  });
});
