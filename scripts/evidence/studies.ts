import {byzantineAgain, byzantineEvidence} from "./byzantine.ts";
import {certifiedModelAgain, certifiedModelEvidence} from "./certified-model.ts";
import {differences} from "./differences.ts";
import {flambyAgain, flambyEvidence} from "./flamby.ts";
import {gossipAgain, gossipEvidence} from "./gossip.ts";
import {recomputeAgain, recomputeEvidence} from "./recompute.ts";
import {saldanhaAgain, saldanhaEvidence, type saldanhaSummary} from "./saldanha.ts";
import {scriptedDay, scriptedDayAgain} from "./scripted-day.ts";

/** Evidence that is no run of the demo. */
export interface EvidenceStudy {
  /** Of the file in docs/evidence. */
  readonly name: string;
  readonly needsSharedData: boolean;
  /** Whether it runs the demo, whose deadlines a busy machine misses. */
  readonly runsDemo: boolean;
  /** All of it. */
  run(): Promise<Readonly<Record<string, unknown>>>;
  /** A part of it again: where it differs from the committed file's text. */
  check(committed: string): Promise<string[]>;
}

function checkGossip({rows}: {readonly rows: readonly {seed: number}[]}): string[] {
  const actual = gossipAgain();
  const expected = rows.find(({seed}) => seed === actual.seed);
  const {exact_alpha_01: exact} = {exact_alpha_01: Number.NaN, ...expected};
  return differences({seed: actual.seed, exact_alpha_01: exact}, actual, "gossip");
}

function checkByzantine({rows}: Pick<ReturnType<typeof byzantineEvidence>, "rows">): string[] {
  const actual = byzantineAgain();
  const row = rows.find(({rule}) => rule === "nearest_centred_clipping");
  const [expected] = row?.accuracies.find(({harm}) => harm === "none")?.of_seeds ?? [];
  return differences({seed: actual.seed, nearest_centred_clipping: expected}, actual, "byzantine");
}

async function checkFlamby(committed: Awaited<ReturnType<typeof flambyEvidence>>): Promise<string[]> {
  const {rows} = committed["fed-heart-disease"].flamby_budget;
  const expected = rows.map(({method, test, of_seeds: [value]}) => ({method, test, value}));
  return differences(expected, await flambyAgain(), "flamby");
}

async function checkSaldanha({rows}: Pick<ReturnType<typeof saldanhaSummary>, "rows">): Promise<string[]> {
  const actual = await saldanhaAgain();
  const expected = actual.map(({method, test}) => {
    const row = rows.find((own) => own.metric === "auroc" && own.method === method && own.test === test);
    return {method, test, value: row?.of_seeds[0]};
  });
  return differences(expected, actual, "saldanha2022");
}

/** In the order in which they are begun: the longest first, so that processors that make them side by side end together. */
export const STUDIES: readonly EvidenceStudy[] = [
  {
    name: "byzantine",
    needsSharedData: false,
    runsDemo: false,
    run: async () => byzantineEvidence(),
    check: async (committed) => checkByzantine(JSON.parse(committed)),
  },
  {
    name: "saldanha2022",
    needsSharedData: false,
    runsDemo: false,
    run: saldanhaEvidence,
    check: async (committed) => checkSaldanha(JSON.parse(committed)),
  },
  {
    name: "flamby",
    needsSharedData: true,
    runsDemo: false,
    run: flambyEvidence,
    check: async (committed) => checkFlamby(JSON.parse(committed)),
  },
  {
    name: "gossip",
    needsSharedData: false,
    runsDemo: false,
    run: async () => gossipEvidence(),
    check: async (committed) => checkGossip(JSON.parse(committed)),
  },
  {
    name: "certified-model",
    needsSharedData: false,
    runsDemo: true,
    run: certifiedModelEvidence,
    check: certifiedModelAgain,
  },
  {
    name: "recompute",
    needsSharedData: true,
    runsDemo: true,
    run: recomputeEvidence,
    check: recomputeAgain,
  },
  {
    name: "scripted-day",
    needsSharedData: false,
    runsDemo: true,
    run: scriptedDay,
    check: async (committed) => scriptedDayAgain(committed),
  },
];
