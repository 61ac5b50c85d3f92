import {describe, expect, it} from "vitest";
import {isKept} from "../../src/storage/backup/contents.ts";

const RUN = "0123456789abcdef0123456789abcdef";
const MODEL_HASH = "ab".repeat(32);

describe("the paths that a backup holds", () => {
  it.each([
    ["node.key", true],
    ["model-signing.key", true],
    ["formatVersion", true],
    [`runs/${RUN}/journal`, true],
    [`runs/${RUN}/models/${MODEL_HASH}`, true],
    [`runs/${RUN}/history.json`, true],
    ["restored.json", false],
    ["ledger/head", false],
    ["ledger/0000000000000000-2026-12-01", false],
    ["history.json", false],
    [`runs/${RUN}/journal/x`, false],
    [`runs/${RUN}/models/${MODEL_HASH}.ab.tmp`, false],
    [`runs/${RUN}/models/x/${MODEL_HASH}`, false],
    [`runs/../${RUN}/journal`, false],
    [`other/${RUN}/journal`, false],
    ["lock.0123", false],
    ["..", false],
    ["x/node.key", false],
    ["", false],
  ])("%s: %s", (path, isThere) => {
    expect(isKept(path)).toBe(isThere);
  });
});
