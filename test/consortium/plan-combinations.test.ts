import {fromString} from "uint8arrays";
import {describe, expect, it} from "vitest";
import {describePlan, parsePlan, parseRoster} from "../../src/consortium/index.ts";
import {lineOf, PLAN_LINES} from "./plan-text.ts";

const SCAFFOLD = "  driftCorrection: scaffold";
const FEDNOVA = "  normalisation: fednova";
const ADAMW =
  "  optimizer: {name: adamw, learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 0.001, weightDecay: 0}";
const MEDIAN = "{rule: median, faulty: 1, adaptiveClipping: false, nearestNeighbours: false}";
const ASYNC =
  "mixing: {mode: async, exchange: swap, partners: random, units: 5, abandonSeconds: 60, codec: fp16, robust: none}";
const ONE_SITE = parseRoster(
  "formatVersion: 1\nconsortium: crc-msi\nmembers:\n  - {name: leeds, peerId: 12D3KooWGRUfR5oNsWuZxeRQ5gU4cPT4ZqyfJ5rGbjFSzUzBBGgi, role: trainer}\n",
  "roster.yaml",
);

function roundsWith(codec: string, robust: string, schedule = "all"): string {
  return `mixing: {mode: rounds, schedule: ${schedule}, codec: ${codec}, robust: ${robust}, outer: none}`;
}

/** The sound plan with several lines replaced. */
function planOf(changes: readonly (readonly [string, string])[]): string {
  return PLAN_LINES.map((line) => changes.find(([part]) => line.includes(part))?.[1] ?? line).join("\n");
}

describe("a plan", () => {
  it.each<[string, readonly (readonly [string, string])[]]>([
    [
      "scaffold goes with sgd only",
      [
        ["momentum", ADAMW],
        ["driftCorrection", SCAFFOLD],
      ],
    ],
    [
      "give one of both",
      [
        ["driftCorrection", SCAFFOLD],
        ["normalisation", FEDNOVA],
      ],
    ],
    ["names a tensor twice", [["local:", "  local: [a, a]"]]],
    [
      "it takes weighted sums",
      [
        ["driftCorrection", SCAFFOLD],
        ["mixing", roundsWith("f32", MEDIAN)],
      ],
    ],
    [
      "goes with codecs that send every value: f32, fp16 and int8",
      [
        ["normalisation", FEDNOVA],
        ["mixing", roundsWith("top1", "none")],
      ],
    ],
    [
      "goes with the schedule all only",
      [
        ["normalisation", FEDNOVA],
        ["mixing", roundsWith("f32", "none", "grid")],
      ],
    ],
    [
      "give a number, not epochs",
      [
        ["localSteps", "  localSteps: {epochs: 2}"],
        ["mixing", ASYNC],
      ],
    ],
    [
      "goes with the mode rounds only",
      [
        ["local:", "  local: [a]"],
        ["mixing", ASYNC],
      ],
    ],
    [
      "a segment counts units",
      [
        ["normalisation", FEDNOVA],
        ["mixing", ASYNC],
      ],
    ],
    [
      "it is allowed only with disclosure: public",
      [
        ["weights", "weights: {unit: events, reference: 512, cap: 512}"],
        ["privacy", "privacy: {clip: 10, noise: none, secureSums: none, disclosure: consent}"],
      ],
    ],
  ])("whose blocks do not go together is refused: %s", (told, changes) => {
    expect(lineOf(planOf(changes))).toContain(told);
  });

  it("of survival says whom it compares, and whether events count", () => {
    const text = planOf([
      ["model:", "model: {architecture: cox}"],
      ["weights", "weights: {unit: events, reference: 512, cap: 64}"],
    ]);
    const lines = describePlan(parsePlan(fromString(text), "plan.yaml"), ONE_SITE, "death").join("\n");
    expect(lines).toContain("each site's patients are compared among themselves only");
    expect(lines).toContain("number of events (at most 64)");
  });

  it("tells what is done beside the optimiser's steps and the mean", () => {
    const text = planOf([
      ["localSteps", "  localSteps: {epochs: 2}"],
      ["proximal", "  proximal: 0.01"],
      ["driftCorrection", SCAFFOLD],
      ["local:", "  local: [dense0.bias]"],
      [
        "mixing",
        roundsWith("fp16", "none").replace("outer: none", "outer: {learningRate: 0.7, momentum: 0.9}"),
      ],
    ]);
    const told = describePlan(parsePlan(fromString(text), "plan.yaml"), ONE_SITE, "disease").join("\n");
    expect(told).toContain("as many steps as 2 passes over its data take,");
    expect(told).toContain("(FedProx, strength 0.01)");
    expect(told).toContain("a site sends its mean gradient, as large again");
    expect(told).toContain("Stays at each site, and is never sent: dense0.bias.");
    expect(told).toContain("goes on from the mean with rate 0.7 and momentum 0.9 over the rounds.");
    const normalised = describePlan(
      parsePlan(fromString(planOf([["normalisation", FEDNOVA]])), "plan.yaml"),
      ONE_SITE,
      "disease",
    );
    expect(normalised.join("\n")).toContain("each also sends how far its steps go.");
  });
});
