import {createHash} from "node:crypto";
import {fromString} from "uint8arrays";
import {describe, expect, it} from "vitest";
import {
  describePlan,
  parsePlan,
  parseRoster,
  planJsonSchema,
  planSchema,
  type Roster,
  runId,
} from "../../src/consortium/index.ts";
import type {ModelSpec} from "../../src/model/index.ts";
import type {TrainingSpec} from "../../src/training/index.ts";
import {lineOf, PLAN_LINES, planWith} from "./plan-text.ts";

const TEXT = PLAN_LINES.join("\n");

describe("a plan", () => {
  it("has the hash of exactly its file's bytes", () => {
    const {hash} = parsePlan(fromString(TEXT), "plan.yaml");
    expect(hash).toBe(createHash("sha256").update(TEXT).digest("hex"));
    expect(parsePlan(fromString(`${TEXT}\n`), "plan.yaml").hash).not.toBe(hash);
    expect(parsePlan(fromString(`${TEXT}\n`), "plan.yaml").plan).toEqual(
      parsePlan(fromString(TEXT), "plan.yaml").plan,
    );
  });

  it("has nothing defaulted: each of its keys is required", () => {
    const blocks = Object.keys(planSchema.shape);
    expect(blocks).toHaveLength(17);
    for (const block of blocks) {
      const kept = PLAN_LINES.filter((line) => !line.startsWith(`${block}:`));
      const text = (block === "training" ? kept.filter((line) => !line.startsWith("  ")) : kept).join("\n");
      expect(lineOf(text), `without ${block}`).toContain(`plan.yaml:1:1: ${block}: is missing.`);
    }
    for (const line of PLAN_LINES.filter((candidate) => candidate.includes("{"))) {
      for (const key of line.match(/[a-zA-Z0-9]+(?=: [^{])/g) ?? []) {
        const without = line.replace(new RegExp(`\\b${key}: [^,}]+(, )?`), "").replace(", }", "}");
        expect(lineOf(planWith(line, without)), `without ${key} in ${line}`).toContain("is missing");
      }
    }
  });

  it.each([
    ["rounds: 15", "rouds: 15", 'plan.yaml:5:1: unknown key "rouds" (and 1 more). Did you mean "rounds"?'],
    ["rounds: 15", "rounds: 0", "plan.yaml:5:9: rounds: Too small: expected number to be >=1."],
    ["seed: 42", "seed: 4294967296", "plan.yaml:4:7: seed: Too big: expected number to be <=4294967295."],
    [
      "weights",
      "weights: {unit: patients, reference: 500, cap: 5}",
      "plan.yaml:17:38: weights.reference: must be a power of two.",
    ],
    [
      "weights",
      "weights: {unit: patients, reference: 512, cap: 513}",
      "plan.yaml:17:48: weights.cap: must not exceed the reference.",
    ],
    [
      "weights",
      "weights: {unit: patients, reference: 512, cap: {votes: [{site: north, patients: 513}]}}",
      "plan.yaml:17:81: weights.cap.votes[0].patients: must not exceed the reference.",
    ],
    [
      "weights",
      "weights: {unit: patients, reference: 8, cap: {votes: [{site: a, patients: 1}, {site: a, patients: 2}]}}",
      "plan.yaml:17:86: weights.cap.votes[1].site: votes twice.",
    ],
    [
      "deadline",
      "deadline: {minimumSeconds: 2, maximumSeconds: 1}",
      "plan.yaml:20:47: deadline.maximumSeconds: must not be below minimumSeconds.",
    ],
    [
      "mixing",
      "mixing: {mode: async, schedule: all, codec: fp16, robust: none}",
      'plan.yaml:16:23: mixing: unknown key "schedule" (and 4 more). Known: mode, exchange, partners, units, abandonSeconds, codec, robust.',
    ],
    [
      "mixing",
      "mixing: {mode: async, exchange: push-sum, partners: {name: base, peers: 1}, units: 5, abandonSeconds: 60, codec: fp16, robust: none}",
      "plan.yaml:16:53: mixing.partners: shares go to random members: schedules go with swap only.",
    ],
    [
      "mixing",
      "mixing: {mode: async, exchange: swap, partners: grid, units: 5, abandonSeconds: 60, codec: fp16, robust: none}",
      'plan.yaml:16:49: mixing.partners: expected "random", or expected a map, found string.',
    ],
    [
      "privacy",
      "privacy: {clip: .inf, noise: none, secureSums: none, disclosure: public}",
      "plan.yaml:21:17: privacy.clip: expected a number, found no finite one.",
    ],
    [
      "momentum",
      "  optimizer: {name: sgd, learningRate: 0.1, beta1: 0, weightDecay: 0}",
      'plan.yaml:9:45: training.optimizer: unknown key "beta1" (and 1 more). Known: name, learningRate, momentum, weightDecay.',
    ],
    [
      "batchSize",
      "  batchSize: al",
      'plan.yaml:10:14: training.batchSize: expected a number, found string, or expected "all".',
    ],
  ])("with %j as %j is refused in one line", (part, line, told) => {
    expect(lineOf(planWith(part, line))).toBe(`CONSORTIUM_PLAN_INVALID: ${told}`);
  });

  it("that is not UTF-8 is refused", () => {
    expect(() => parsePlan(Uint8Array.of(0xc3, 0x28), "plan.yaml")).toThrow(
      expect.objectContaining({code: "CONSORTIUM_PLAN_INVALID"}),
    );
  });

  it("has the blocks that model and training take", () => {
    const {plan} = parsePlan(fromString(TEXT), "plan.yaml");
    const model: ModelSpec = plan.model;
    const training: TrainingSpec = plan.training;
    expect(model).toEqual({architecture: "logistic"});
    expect(training.batchSize).toBe(16);
  });

  it("gives each attempt a run id of its own", () => {
    const hash = "00".repeat(32);
    // sha256('["consilium/run/1","00...00",1]'), by Python's hashlib.
    expect(runId(hash, 1)).toBe("c8f77a5a280ca4e0c99a08977bde9add");
    expect(runId(hash, 2)).not.toBe(runId(hash, 1));
  });

  it("of asynchronous training tells what is exchanged when, and what clipping costs", () => {
    const mixing =
      "mixing: {mode: async, exchange: swap, partners: {name: base, peers: 1}, units: 40, abandonSeconds: 60, codec: int8, robust: {rule: self-centred-clipping, faulty: 1}}";
    const plan = parsePlan(fromString(planWith("mixing", mixing)), "plan.yaml");
    const roster = parseRoster(
      "formatVersion: 1\nconsortium: crc-msi\nmembers:\n  - {name: leeds, peerId: 12D3KooWGRUfR5oNsWuZxeRQ5gU4cPT4ZqyfJ5rGbjFSzUzBBGgi, role: trainer}\n",
      "roster.yaml",
    );
    const told = describePlan(plan, roster, "disease").join("\n");
    expect(told).toContain("until every site's training counts as 40 units; pairs swap models.");
    expect(told).toContain(
      "after each unit the change of the model's parameters, mixed with what others sent,",
    );
    expect(told).toContain("(1 byte each, rounded at random)");
    expect(told).toContain("the sites' patients then no longer weigh exactly by their number.");
  });

  it("has a JSON Schema that is closed at each level", () => {
    const schema = JSON.stringify(planJsonSchema());
    expect(schema.match(/"type":"object"/g)?.length).toBe(
      schema.match(/"additionalProperties":false/g)?.length,
    );
    expect(schema).toContain("Fixes every random draw.");
  });

  it("is told in plain language", () => {
    const roster = parseRoster(
      [
        "formatVersion: 1",
        "consortium: crc-msi",
        "members:",
        "  - {name: leeds, peerId: 12D3KooWGRUfR5oNsWuZxeRQ5gU4cPT4ZqyfJ5rGbjFSzUzBBGgi, role: trainer}",
        "  - {name: aachen, peerId: 12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp, role: evaluator}",
      ].join("\n"),
      "roster.yaml",
    );
    const lines = describePlan(parsePlan(fromString(TEXT), "plan.yaml"), roster, "disease");
    const voted = planWith(
      "weights",
      "weights: {unit: patients, reference: 512, cap: {votes: [{site: leeds, patients: 90}, {site: aachen, patients: 40}]}}",
    );
    const toldOfVotes = describePlan(parsePlan(fromString(voted), "plan.yaml"), roster, "disease").join("\n");
    expect(toldOfVotes).toContain("and the site's number of patients (at most 40).");
    expect(toldOfVotes).toContain("is the lower median of the votes leeds 90, aachen 40.");
    expect(lines[1]).toBe('What: a logistic regression that predicts "disease" (task heart).');
    expect(lines[2]).toBe(
      "Who: leeds (1 sites). Evaluating only: aachen. It begins with 4 sites and 100 patients.",
    );
    expect(lines.join("\n")).toContain("The other members see each site's contribution as it is.");
    expect(lines.every((line) => !line.includes("\n"))).toBe(true);
  });
});

describe("a plan's mixing", () => {
  const mixing = (schedule: string, robust = "none", codec = "fp16"): string =>
    planWith(
      "mixing",
      `mixing: {mode: rounds, schedule: ${schedule}, codec: ${codec}, robust: ${robust}, outer: none}`,
    );

  it.each([
    "all",
    "grid",
    "{name: base, peers: 4}",
    "{name: random, steps: 3}",
    "{name: ring, steps: 3}",
    "{name: torus, steps: 3}",
    "{name: exponential, steps: 3}",
    "{name: complete, steps: 1}",
    "{name: edges, edges: [[0, 1], [1, 2]], steps: 2}",
  ])("may have the schedule %s", (schedule) => {
    for (const codec of ["f32", "fp16", "int8", "sign", "top10", "top1"]) {
      expect(lineOf(mixing(schedule, "none", codec)), codec).toBe("accepted");
    }
  });

  it.each([
    ["{name: base, peers: 5}", "none", "mixing.schedule"],
    ["{name: base}", "none", "mixing.schedule"],
    ["{name: ring}", "none", "mixing.schedule"],
    ["{name: ring, steps: 0}", "none", "mixing.schedule"],
    ["{name: star, steps: 2}", "none", "mixing.schedule"],
    ["{name: edges, edges: [], steps: 2}", "none", "mixing.schedule"],
    ["{name: edges, edges: [[0, 1024]], steps: 2}", "none", "mixing.schedule"],
    ["all", "{rule: median, faulty: 1}", "mixing.robust"],
    ["all", "{rule: median, faulty: 1, nearestNeighbours: false}", "mixing.robust"],
    ["all", "{rule: mean, faulty: 1, adaptiveClipping: false, nearestNeighbours: false}", "mixing.robust"],
    [
      "all",
      "{rule: self-centred-clipping, faulty: 1, adaptiveClipping: false, nearestNeighbours: false}",
      "mixing.robust",
    ],
    ["all", "{rule: krum, faulty: -1, adaptiveClipping: false, nearestNeighbours: false}", "mixing.robust"],
    [
      "grid",
      "{rule: krum, faulty: 1, adaptiveClipping: false, nearestNeighbours: false}",
      "schedule all only",
    ],
    [
      "{name: base, peers: 1}",
      "{rule: median, faulty: 1, adaptiveClipping: false, nearestNeighbours: true}",
      "schedule all only",
    ],
  ])("may not have the schedule %s with the rule %s", (schedule, robust, where) => {
    expect(lineOf(mixing(schedule, robust))).toContain(where);
  });

  const rosterOf = (trainers: number): Roster => ({
    formatVersion: 1,
    consortium: "crc-msi",
    members: Array.from({length: trainers}, (_, index) => ({
      name: `site-${index}`,
      peerId: `peer-${index}`,
      role: "trainer",
    })),
  });
  const told = (text: string, trainers: number): string =>
    describePlan(parsePlan(fromString(text), "plan.yaml"), rosterOf(trainers), "disease").join("\n");

  it("is told: phases, one group that is large, and what a robust rule does and does not do", () => {
    expect(told(mixing("all"), 24)).not.toContain("Mixing:");
    expect(told(mixing("all"), 25)).toContain("above 24, the schedule base is lighter");
    expect(told(mixing("{name: base, peers: 1}"), 30)).toContain("phases of the schedule base");
    expect(told(mixing("all", "none", "top10"), 5)).toContain("the largest 26 of each 256");
    const guarded = told(
      mixing("all", "{rule: median, faulty: 1, adaptiveClipping: false, nearestNeighbours: true}"),
      6,
    );
    expect(guarded).toContain("after nearest-neighbour mixing, median, for up to 1 such sites");
    expect(guarded).toContain("the rule does not protect it");
    expect(guarded).toContain("With fewer than 7 sites such a rule protects little.");
    const shortened = "{rule: trimmed-mean, faulty: 1, adaptiveClipping: true, nearestNeighbours: true}";
    expect(told(mixing("all", shortened), 7)).toContain(
      "after the longest are shortened, after nearest-neighbour mixing, trimmed-mean, for up to 1 such sites",
    );
    expect(
      told(mixing("all", "{rule: median, faulty: 3, adaptiveClipping: false, nearestNeighbours: true}"), 7),
    ).not.toContain("protects little");
  });
});
