import type {MetricName} from "../../../src/config/index.ts";
import {createRandom, type Random} from "../../../src/core/index.ts";
import {isNonInferior} from "../../../src/evaluation/index.ts";
import {outcomeOf} from "../../../src/study/measures/comparisons.ts";
import type {StudyResults} from "../../../src/study/results.ts";
import {tinyExperiment} from "../study/tiny-experiment.ts";
import {sweepOf, withDivergence} from "./fixture-changes.ts";
import {workOf} from "./work-fixture.ts";

/** How large the invented study is, and what stands out in it. */
export interface FixtureOptions {
  readonly seeds?: number;
  readonly rounds?: number;
  readonly sites?: readonly string[];
  readonly metrics?: readonly MetricName[];
  /** Links of a ring instead of one group of all. */
  readonly isRing?: boolean;
  readonly points?: readonly Readonly<Record<string, unknown>>[];
  readonly isSynthetic?: boolean;
  readonly isComplete?: boolean;
  /** At how many of the first seeds the network diverges in its first round. */
  readonly divergedSeeds?: number;
}

type Row<Key extends "results" | "rounds" | "comparisons" | "targets" | "sites"> = StudyResults[Key][number];

const NETWORKED = {Gossip: 0.846, FedAvg: 0.843, FedProx: 0.84, "Swarm (HPE)": 0.828, "D-PSGD ring": 0.835};
const LOWER = new Set<MetricName>(["brier", "log-loss"]);

const streamOf = (purpose: string): Random => createRandom({seed: 5, site: "", round: 0, purpose});
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

function sitesOf(names: readonly string[], random: Random): Row<"sites">[] {
  const site = (name: string, place: number): Row<"sites"> => {
    const train = 40 + random.below(400 - 30 * Math.min(place, 10));
    return {
      name,
      role: "trainer",
      train,
      validation: Math.round(train / 8),
      test: Math.round(train / 3),
      prevalence: rounded(0.12 + 0.3 * random.uniform()),
    };
  };
  return [
    ...names.map(site),
    {name: "YCR", role: "external", train: 0, validation: 0, test: 805, prevalence: 0.139},
  ];
}

/** What a method is worth in the end, of a metric for which 0.85 is good. */
function worthOf(method: string, place: number): number {
  if (method === "Pooled Training") return 0.849;
  return Reflect.get(NETWORKED, method) === undefined
    ? 0.71 + 0.02 * (place % 5)
    : Number(Reflect.get(NETWORKED, method));
}

interface Setting {
  readonly methods: readonly string[];
  readonly sites: readonly Row<"sites">[];
  readonly seeds: readonly number[];
  readonly metrics: readonly MetricName[];
  readonly point: Readonly<Record<string, unknown>>;
  readonly lift: number;
}

function resultsOf({methods, sites, seeds, metrics, point, lift}: Setting, random: Random): Row<"results">[] {
  const trainers = sites.filter(({role}) => role === "trainer");
  const groups = [
    {test: "Pooled Test", n: trainers.reduce((sum, {test}) => sum + test, 0), shift: 0},
    ...trainers.map(({name, test}, place) => ({test: name, n: test, shift: 0.03 * Math.sin(place)})),
    {test: "External YCR", n: 805, shift: -0.025},
  ];
  return seeds.flatMap((seed) =>
    methods.flatMap((method, place) =>
      groups.flatMap(({test, n, shift}) =>
        metrics.map((metric): Row<"results"> => {
          const own = method === `Local ${test}` ? 0.05 : 0;
          const good = worthOf(method, place) + own + shift + lift + 0.006 * random.normal();
          const value = rounded(LOWER.has(metric) ? 1.05 - good : Math.min(0.995, good));
          const half = 0.9 / Math.sqrt(n);
          return {
            point,
            seed,
            method,
            test,
            metric,
            value,
            low: rounded(value - half),
            high: rounded(Math.min(1, value + half * 0.8)),
            n,
            status: "finished",
            divergedAt: null,
            stall: null,
          };
        }),
      ),
    ),
  );
}

function roundsOf(
  {methods, seeds, point, sites, lift}: Setting,
  rounds: number,
  random: Random,
): Row<"rounds">[] {
  return seeds.flatMap((seed) =>
    methods
      .filter((method) => Reflect.get(NETWORKED, method) !== undefined)
      .flatMap((method) => {
        const speed = method === "Gossip" ? 4 : 5 + random.uniform() * 3;
        const end = worthOf(method, 0) + lift + 0.006 * random.normal();
        return Array.from({length: rounds}, (_, index): Row<"rounds"> => {
          const round = index + 1;
          const left = Math.exp(-round / speed);
          return {
            point,
            seed,
            method,
            round,
            seconds: rounded(round * (2.1 + 0.2 * random.uniform())),
            bytes: round * 5524 * sites.length * 2,
            absent: method === "Gossip" && round % 9 === 0 ? ["UKA"] : [],
            consensusDistance:
              method === "D-PSGD ring" || method === "Gossip"
                ? 0.4 * left * left * Math.exp(0.3 * random.normal())
                : 0,
            value: rounded(end - 0.3 * left + 0.008 * random.normal()),
            on: "validation",
          };
        });
      }),
  );
}

function comparisonsOf(
  {methods, seeds, metrics, point, sites}: Setting,
  random: Random,
): Row<"comparisons">[] {
  const [metric = "auroc"] = metrics;
  const better = LOWER.has(metric) ? "lower" : "higher";
  return ["Pooled Test", "External YCR"].flatMap((test) =>
    methods
      .filter((method) => method !== "Gossip" && !method.startsWith("Local"))
      .map((baseline): Row<"comparisons"> => {
        const gain = worthOf("Gossip", 0) - worthOf(baseline, 0) + 0.004 * random.normal();
        const difference = rounded(better === "higher" ? gain : -gain);
        const half = 0.009 + 0.012 * random.uniform();
        const [low, high] = [rounded(difference - half), rounded(difference + half)];
        return {
          point,
          baseline,
          test,
          metric,
          difference,
          low,
          high,
          margin: 0.02,
          outcome: outcomeOf({low, high}, 0.02, better),
          covers: seeds.length > 1 ? "patients-and-seeds" : "patients",
          isNonInferior: isNonInferior({low, high}, 0.02, better),
          ...(metric === "auroc" ? {p: 0.04, pHolm: 0.2} : {p: null, pHolm: null}),
          seeds: seeds.length,
          n:
            test === "Pooled Test"
              ? sites.reduce((sum, site) => sum + (site.train === 0 ? 0 : site.test), 0)
              : 805,
          divergedSeeds: 0,
          baselineDivergedSeeds: 0,
        };
      }),
  );
}

function targetsOf({seeds, point}: Setting, rounds: readonly Row<"rounds">[]): Row<"targets">[] {
  return Object.keys(NETWORKED).flatMap((method) =>
    seeds.map((seed): Row<"targets"> => {
      const own = rounds.filter((row) => row.method === method && row.seed === seed);
      const hit = own.find(({value}) => (value ?? 0) >= 0.83);
      return {
        point,
        seed,
        method,
        round: hit?.round ?? null,
        seconds: hit?.seconds ?? null,
        bytes: hit?.bytes ?? null,
      };
    }),
  );
}

const USUAL = {
  seeds: 5,
  rounds: 20,
  sites: ["Epi700", "DACHS", "TCGA", "UKA", "Leeds"],
  metrics: ["auroc", "auprc", "brier"],
  isRing: false,
  points: [{}],
  isSynthetic: true,
  isComplete: true,
  divergedSeeds: 0,
} as const satisfies FixtureOptions;

/** An invented study with plausible figures, the same at every call with the same options. */
export function studyFixture(options: FixtureOptions = {}): StudyResults {
  const {divergedSeeds = 0} = options;
  const study = finishedStudy(options);
  return divergedSeeds === 0 ? study : withDivergence(study, divergedSeeds);
}

function finishedStudy(options: FixtureOptions): StudyResults {
  const {
    rounds,
    metrics,
    isRing,
    points,
    isSynthetic,
    isComplete,
    sites: names,
    ...own
  } = {...USUAL, ...options};
  const random = streamOf("study");
  const sites = sitesOf(names, random);
  const seeds = Array.from({length: own.seeds}, (_, place) => 42 + place);
  const methods = [...Object.keys(NETWORKED), "Pooled Training", ...names.map((name) => `Local ${name}`)];
  const parts = points.map((point, place) => {
    const setting = {methods, sites, seeds, metrics, point, lift: -0.05 * (points.length - 1 - place)};
    const byRound = roundsOf(setting, rounds, random);
    return {
      results: resultsOf(setting, random),
      rounds: byRound,
      work: workOf(setting, byRound),
      comparisons: comparisonsOf(setting, random),
      targets: targetsOf(setting, byRound),
      states: seeds.map((seed) => ({point, seed, sha256: seed.toString(16).padStart(64, "a7")})),
    };
  });
  return {
    formatVersion: 2,
    name: "saldanha2022",
    title: "Microsatellite instability of colorectal cancer: swarm, merged and local models",
    experiment: tinyExperiment({metrics, sweep: sweepOf(points)}),
    isSynthetic,
    source: "generated cohorts with the sizes of Saldanha et al. 2022; features of 512 numbers",
    isComplete,
    seeds,
    metrics,
    results: parts.flatMap((part) => part.results),
    rounds: parts.flatMap((part) => part.rounds),
    work: parts.flatMap((part) => part.work),
    comparisons: parts.flatMap((part) => part.comparisons),
    targets: parts.flatMap((part) => part.targets),
    sites,
    topology: isRing
      ? {name: "ring", edges: names.map((_, place) => [place, (place + 1) % names.length, 1 / 3] as const)}
      : {name: "all", edges: []},
    states: parts.flatMap((part) => part.states),
    environment: {
      consilium: "0.1.0",
      commit: "0123456789abcdef0123456789abcdef01234567",
      node: "v20.20.2",
      platform: "linux 6.1.0 x64",
      processor: "A processor",
      cores: 2,
      backend: "wasm",
      tfjs: "4.22.0",
      engine: "fast",
      threads: 2,
    },
  };
}
