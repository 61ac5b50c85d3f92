import {expect, test} from "vitest";
import {createRandom, errorLine} from "../../src/core/index.ts";
import {
  accuracy,
  auroc,
  averagePrecision,
  bootstrapInterval,
  brierScore,
  delong,
  delongPaired,
  evaluateScores,
  logLoss,
} from "../../src/evaluation/index.ts";

type Labels = readonly number[];

const random = createRandom({seed: 1, site: "", round: 0, purpose: "bootstrap"});
const OF_RANKS = {
  auroc,
  averagePrecision,
  delong,
  delongPairedFirst: (labels: Labels, scores: Labels) => delongPaired(labels, scores, labels),
  delongPairedSecond: (labels: Labels, scores: Labels) => delongPaired(labels, labels, scores),
  bootstrapInterval: (labels: Labels, scores: Labels) =>
    bootstrapInterval({labels, scores, statistic: () => 0, random}),
};
const OF_PROBABILITIES = {
  accuracy,
  brierScore,
  logLoss,
  evaluateScores: (labels: Labels, scores: Labels) => evaluateScores({labels, scores, random}),
};

function refusal(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

test("lengths that differ, labels that are not binary and scores that are not finite are refused", () => {
  for (const [name, figure] of Object.entries({...OF_RANKS, ...OF_PROBABILITIES})) {
    expect(
      refusal(() => figure([0, 1], [0.1, 0.2, 0.3])),
      `${name}`,
    ).toMatchObject({code: "EVALUATION_LENGTH_MISMATCH"});
    for (const score of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(
        refusal(() => figure([0, 1], [0.1, score])),
        `${name} ${score}`,
      ).toMatchObject({code: "EVALUATION_NOT_FINITE"});
    }
    for (const label of [2, -1, 0.5, Number.NaN]) {
      expect(
        refusal(() => figure([0, label], [0.1, 0.2])),
        `${name} ${label}`,
      ).toMatchObject({code: "EVALUATION_NOT_BINARY"});
    }
  }
});

test("figures of probabilities refuse logits, figures of ranks take them", () => {
  for (const [name, figure] of Object.entries(OF_PROBABILITIES)) {
    for (const score of [-0.01, 1.01]) {
      expect(
        refusal(() => figure([0, 1], [0.1, score])),
        `${name} ${score}`,
      ).toMatchObject({code: "EVALUATION_NOT_PROBABILITY"});
    }
  }
  for (const [name, figure] of Object.entries(OF_RANKS)) {
    expect(
      refusal(() => figure([0, 1], [-3, 4])),
      `${name}`,
    ).toBeUndefined();
  }
});

test("a refusal names the row and not the value", () => {
  const line = errorLine(refusal(() => brierScore([0, 1], [0.25, 17.625])));
  expect(line).toContain("row 2");
  expect(line).not.toContain("17.625");
});

test("a refusal says what is wrong, where, and how to mend it", () => {
  const lines = [
    refusal(() => brierScore([0, 1], [0.1, 0.2, 0.3])),
    refusal(() => brierScore([0, 2], [0.1, 0.2])),
    refusal(() => brierScore([0, 1], [Number.NaN, 0.2])),
    refusal(() => brierScore([0, 0, 1], [0.1, 0.2, 1.5])),
  ].map(errorLine);
  expect(lines).toEqual([
    "EVALUATION_LENGTH_MISMATCH: 2 labels for 3 scores. Give one label and one score for each patient.",
    "EVALUATION_NOT_BINARY: a label is neither 0 nor 1, row 2. Map the positive class to 1 and the other to 0.",
    "EVALUATION_NOT_FINITE: a score is NaN or infinite, row 1. Look whether training diverged.",
    "EVALUATION_NOT_PROBABILITY: a score is outside 0 .. 1, row 3. Turn logits into probabilities first.",
  ]);
});
