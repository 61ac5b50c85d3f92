/*
 * Coverage-guided fuzzing of everything that reads a peer's bytes: `npm run fuzz -- --minutes 10 [--seed 1]`. An input
 * that reaches code which none before it reached joins the corpus. What goes wrong is written to test/fuzz/kept, where
 * the tests go on using it; the tally goes to docs/evidence/fuzz.json.
 */
import "../src/core/polyfill.ts";
import {writeFileSync} from "node:fs";
import {Session as Inspector, type Profiler} from "node:inspector/promises";
import path from "node:path";
import {parseArgs} from "node:util";
import {createRandom, sha256, toHex} from "../src/core/index.ts";
import {mutate} from "../test/fuzz/mutate.ts";
import {type FuzzTarget, fuzzTargets} from "../test/fuzz/targets.ts";
import {evidenceHeader} from "./evidence/header.ts";

const {values} = parseArgs({
  options: {minutes: {type: "string", default: "10"}, seed: {type: "string", default: "1"}},
});
const root = path.join(import.meta.dirname, "..");
/** Whose code counts: the rooms that read peers' bytes, and the decoders they call. */
const COUNTED = /\/(src\/(gossip|lineage|network|parameters|rounds)|node_modules\/(cborg|zod))\//;
/** Inputs between two looks at the coverage, which cost about as much as a hundred inputs. */
const BATCH = 100;

interface Tally {
  readonly target: string;
  inputs: number;
  accepted: number;
  corpus: number;
  readonly blocks: Set<string>;
  failures: number;
}

function coveredBlocks(result: readonly Profiler.ScriptCoverage[]): string[] {
  return result
    .filter(({url}) => COUNTED.test(url))
    .flatMap(({url, functions}) =>
      functions.flatMap(({ranges}) =>
        ranges.flatMap(({count, startOffset, endOffset}) =>
          count > 0 ? [`${path.basename(url)}:${startOffset}-${endOffset}`] : [],
        ),
      ),
    );
}

const inspector = new Inspector();
inspector.connect();
await inspector.post("Profiler.enable");
await inspector.post("Profiler.startPreciseCoverage", {callCount: true, detailed: true});

function feed(target: FuzzTarget, bytes: Uint8Array, tally: Tally): void {
  tally.inputs += 1;
  try {
    if (target.feed(bytes)) tally.accepted += 1;
  } catch (error) {
    tally.failures += 1;
    const name = `${toHex(sha256(bytes)).slice(0, 16)}.bin`;
    writeFileSync(path.join(root, "test/fuzz/kept", name), bytes);
    console.log(`${target.name}: ${String(error)} (test/fuzz/kept/${name})`);
  }
}

/** One turn: a batch of inputs; if together they reach new code, each is tried again for what it alone reaches. */
async function turn(
  target: FuzzTarget,
  tally: Tally,
  corpus: Uint8Array[],
  batch: readonly Uint8Array[],
): Promise<void> {
  for (const bytes of batch) feed(target, bytes, tally);
  const {result} = await inspector.post("Profiler.takePreciseCoverage");
  if (coveredBlocks(result).every((block) => tally.blocks.has(block))) return;
  for (const bytes of batch) {
    feed(target, bytes, tally);
    const {result: alone} = await inspector.post("Profiler.takePreciseCoverage");
    const fresh = coveredBlocks(alone).filter((block) => !tally.blocks.has(block));
    if (fresh.length === 0) continue;
    for (const block of fresh) tally.blocks.add(block);
    corpus.push(bytes);
  }
}

const targets = fuzzTargets();
const minutes = Number(values.minutes);
const beganMs = performance.now();
const heapBefore = process.memoryUsage().heapUsed;
const tallies: Tally[] = [];
for (const [index, target] of targets.entries()) {
  const random = createRandom({
    seed: Number(values.seed),
    site: target.name,
    round: 0,
    purpose: "guided fuzz",
  });
  const corpus = [...target.seeds];
  const tally: Tally = {
    target: target.name,
    inputs: 0,
    accepted: 0,
    corpus: 0,
    blocks: new Set(),
    failures: 0,
  };
  tallies.push(tally);
  const untilMs = beganMs + ((index + 1) / targets.length) * minutes * 60_000;
  await turn(target, tally, corpus, target.seeds);
  while (performance.now() < untilMs) {
    const batch = Array.from({length: BATCH}, () => mutate(random, corpus, target.skip));
    await turn(target, tally, corpus, batch);
  }
  tally.corpus = corpus.length;
  console.log(`${target.name}: ${tally.inputs} inputs, ${tally.blocks.size} blocks, corpus ${corpus.length}`);
}
const heapGrowthMib = (process.memoryUsage().heapUsed - heapBefore) / 2 ** 20;
const report = {
  schema: 2,
  ...evidenceHeader(undefined),
  seed: Number(values.seed),
  minutes,
  heapGrowthMib: Math.round(heapGrowthMib),
  targets: tallies.map(({blocks, ...tally}) => ({...tally, blocks: blocks.size})),
};
writeFileSync(path.join(root, "docs/evidence/fuzz.json"), `${JSON.stringify(report, null, 2)}\n`);
process.exitCode = tallies.some(({failures}) => failures > 0) ? 1 : 0;
