import {beforeAll, describe, expect, it} from "vitest";
import type {PlanSettings} from "../../../src/config/index.ts";
import {isContradiction} from "../../../src/rounds/certificate.ts";
import {type Evidence, readEvidence} from "./evidence.ts";
import {falseSums, forgedBytes, isWordOnSum, twoLists} from "./forging.ts";
import type {Window} from "./play.ts";
import {besiege, type Outcome, type Siege, type SiegeOptions} from "./siege.ts";
import {
  expectHonestModel,
  expectNamed,
  expectNoSlander,
  expectPace,
  linesWith,
  OBJECTION,
  show,
  windowOf,
} from "./verdicts.ts";

const CONTRADICTED = "a member lied, which its own signature proves";
const FALSE_SUMS = "false sums";
const OTHER_BYTES = "other bytes under the announced hash";
const TWO_LISTS = "two lists of parts";
/** Above 64 KiB in binary32, so that each member sums a chunk. */
const LARGE: PlanSettings["model"] = {architecture: "mlp", hidden: [160, 96], activation: "relu"};
const LIMIT_MS = 240_000;

/** A run that has ended, with what each daemon's journal proves. */
interface Ended {
  readonly outcome: Outcome;
  readonly siege: Siege;
  readonly evidence: readonly (readonly Evidence[])[];
}

async function endOf(options: SiegeOptions): Promise<Ended> {
  const seen: Partial<Omit<Ended, "outcome">>[] = [];
  const outcome = await besiege({
    ...options,
    async after(siege) {
      const {consortium, honest} = siege;
      seen.push({siege, evidence: await Promise.all(honest.map((site) => readEvidence(consortium, site)))});
    },
  });
  if (process.env["MALLORY_SHOW"] === "1") show(outcome);
  const [{siege, evidence} = {}] = seen;
  if (siege === undefined || evidence === undefined) throw new Error("the run has no end");
  return {outcome, siege, evidence};
}

/** From the first false sum to the end of the run. */
function lyingIn({outcome}: Ended, rounds: number): Window {
  return {first: windowOf(outcome, FALSE_SUMS).first, last: rounds};
}

/**
 * Whoever opened the chunk has the proof, tells of it in log and status and keeps it; everyone else has its word. The
 * finder may start the attempt anew before the others come to the lie, and the proof says nothing without the parts.
 */
function expectFound({outcome, siege, evidence}: Ended, window: Window): void {
  expectNamed(outcome, window, {message: OBJECTION, reason: "false"});
  const found = outcome.survivors.map((survivor) => linesWith(survivor, CONTRADICTED).length > 0);
  expect(found).toContain(true);
  for (const [at, {site, status}] of outcome.survivors.entries()) {
    const isFinder = found[at] === true;
    expect(status.equivocators, site.name).toEqual(isFinder ? [outcome.liar.name] : []);
    const proofs = evidence[at] ?? [];
    expect(
      proofs.map(({member}) => member),
      site.name,
    ).toEqual(isFinder ? [outcome.liar.peerId] : []);
    for (const proof of proofs) expect(isWordOnSum(siege.mallory, proof), site.name).toBe(true);
  }
}

describe("a member of four that leads, and as the owner of the only chunk sums something else", () => {
  const rounds = 22;
  let ended: Ended;
  beforeAll(async () => {
    const {script, arithmetic} = falseSums();
    ended = await endOf({acts: [{name: FALSE_SUMS, rounds: 2, leads: 2, script}], arithmetic, rounds});
  }, LIMIT_MS);

  it("decides nothing by it, as each member checks the sum", () => {
    expectHonestModel(ended.outcome, lyingIn(ended, rounds));
  });

  it("keeps no round up", () => expectPace(ended.outcome, lyingIn(ended, rounds)));

  it("is proven by whoever opened the chunk, in log, status and journal, and named in the log of each", () => {
    expectFound(ended, lyingIn(ended, rounds));
  });

  it("leaves honest members unnamed", () => expectNoSlander(ended.outcome));
});

describe("a member of four, one of four owners of a model above 64 KiB, against three daemons", () => {
  const rounds = 24;
  let ended: Ended;
  beforeAll(async () => {
    const bytes = forgedBytes();
    const sums = falseSums();
    const acts = [
      {name: OTHER_BYTES, rounds: 4, script: bytes.script},
      {name: FALSE_SUMS, rounds: 2, script: sums.script},
    ];
    const settings = {model: LARGE};
    ended = await endOf({acts, rounds, settings, wrap: bytes.wrap, arithmetic: sums.arithmetic});
  }, LIMIT_MS);

  it("that gives other bytes than it announced has no part in the rounds in which it does", () => {
    const {outcome} = ended;
    const {first, last} = windowOf(outcome, OTHER_BYTES);
    for (const {contributors, site} of outcome.survivors) {
      for (let round = first; round <= last; round++) {
        expect(contributors.get(round), `round ${round} at ${site.name}`).not.toContain(outcome.liar.name);
      }
    }
    expectHonestModel(outcome, {first, last});
  });

  it("that gives other bytes than it announced is named in the log of each", () => {
    expectNamed(ended.outcome, windowOf(ended.outcome, OTHER_BYTES), {message: OBJECTION, reason: "invalid"});
  });

  it("that sums something else decides nothing by it", () => {
    expectHonestModel(ended.outcome, lyingIn(ended, rounds));
  });

  it("that sums something else is proven by whoever opened the chunk, and named in the log of each", () => {
    expectFound(ended, lyingIn(ended, rounds));
  });

  it("keeps no round up", () => {
    expectPace(ended.outcome, windowOf(ended.outcome, OTHER_BYTES));
    expectPace(ended.outcome, lyingIn(ended, rounds));
  });

  it("leaves honest members unnamed", () => expectNoSlander(ended.outcome));
});

describe("a member of four that signs other parts for one member than for the rest", () => {
  let ended: Ended;
  beforeAll(async () => {
    const acts = [{name: TWO_LISTS, rounds: 3, script: twoLists()}];
    ended = await endOf({acts, rounds: 13, settings: {model: LARGE}});
  }, LIMIT_MS);

  it("decides nothing and keeps no round up", () => {
    const window = windowOf(ended.outcome, TWO_LISTS);
    expectHonestModel(ended.outcome, window);
    expectPace(ended.outcome, window);
  });

  it("is proven to each by both lists, in log, status and journal", () => {
    const {outcome, siege, evidence} = ended;
    const {primitives, run} = siege.mallory.setup;
    for (const [at, survivor] of outcome.survivors.entries()) {
      const {site, status} = survivor;
      const named = linesWith(survivor, CONTRADICTED).map(({member}) => member);
      expect(named, site.name).toEqual([outcome.liar.name]);
      expect(status.equivocators, site.name).toEqual([outcome.liar.name]);
      const proofs = evidence[at] ?? [];
      expect(proofs.map(({claims: {kind}}) => kind)).toEqual(["parts"]);
      for (const {round, member, claims} of proofs) {
        expect(isContradiction(primitives, {run, round}, member, claims), site.name).toBe(true);
      }
    }
  });

  it("leaves honest members unnamed", () => expectNoSlander(ended.outcome));
});
