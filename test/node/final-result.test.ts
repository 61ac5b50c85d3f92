import {describe, expect, it} from "vitest";
import {readTestAnswer, writeTestAnswer} from "../../src/node/results/final-result.ts";

const QUESTION = {manifest: "aa", result: "bb"};
const INTERVAL = {value: 0.75, low: 0.5, high: 1};
const METRICS = {
  n: 20,
  positives: 10,
  auroc: INTERVAL,
  auprc: null,
  accuracy: INTERVAL,
  brier: null,
  logLoss: INTERVAL,
};

/** A run's stored result, in memory. */
function storedResult(bytes?: Uint8Array) {
  let stored = bytes;
  return {
    readResult: async () => stored,
    writeResult: async (written: Uint8Array) => {
      stored = written;
    },
  };
}

describe("the recorded result of the test", () => {
  it.each([[METRICS], [null]])("answers its own question: %j", async (test) => {
    const storage = storedResult();
    await writeTestAnswer(storage, QUESTION, test);
    expect(await readTestAnswer(storage, QUESTION)).toEqual(test);
  });

  it.each([
    ["another model", {...QUESTION, result: "cc"}],
    ["other patients", {...QUESTION, manifest: "cc"}],
  ])("is no answer for %s", async (_, question) => {
    const storage = storedResult();
    await writeTestAnswer(storage, QUESTION, METRICS);
    expect(await readTestAnswer(storage, question)).toBeUndefined();
  });

  it.each([
    ["absent", undefined],
    ["cut short", '{"formatVersion":1,"manifest":"aa"'],
    ["of another version", '{"formatVersion":2,"manifest":"aa","result":"bb","test":null}'],
  ])("is no answer when it is %s", async (_, text) => {
    const storage = storedResult(text === undefined ? undefined : new TextEncoder().encode(text));
    expect(await readTestAnswer(storage, QUESTION)).toBeUndefined();
  });
});
