import {describe, expect, it} from "vitest";
import {
  EXIT_STATUSES,
  exitStatusHelp,
  exitStatusOf,
  ruleOf,
  STATUS_OF_CODE,
} from "../../src/cli/exit-status.ts";
import {CodedError} from "../../src/core/index.ts";
import {readSources} from "../house/sources.ts";

const CODE = /"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"/g;

/** Every code that a room lists in its errors.ts. */
const codes = readSources()
  .filter(({file, room}) => file === `src/${room}/errors.ts`)
  .flatMap(({tree}) => [...tree.text.matchAll(CODE)].map(([, code = ""]) => code));

describe("the table of exit statuses", () => {
  it("has a rule for every code of every room", () => {
    expect(codes.length).toBeGreaterThan(90);
    expect(codes.filter((code) => ruleOf(code) === undefined)).toEqual([]);
  });

  it("has no rule that decides for no code", () => {
    const needed = new Set(codes.map(ruleOf));
    expect(Object.keys(STATUS_OF_CODE).filter((rule) => !needed.has(rule))).toEqual([]);
  });

  it("keeps status 1, that of a bug, for what no input or machine can bring about", () => {
    const bugs = codes.filter((code) => exitStatusOf(new CodedError(code, "x")) === 1);
    const rooms = new Set(bugs.map((code) => code.split("_")[0]));
    // Of these rooms every input is checked before, or comes from a peer, whom no exit status tells of.
    const internal = ["CORE", "EVALUATION", "GOSSIP", "MODEL", "PARAMETERS", "PRIVACY", "TRAINING"];
    expect([...rooms].filter((room) => !internal.includes(room ?? "")).toSorted()).toEqual([
      "CLI",
      "SIMULATION",
      "STORAGE",
    ]);
    expect(bugs.filter((code) => code.startsWith("SIMULATION_")).toSorted()).toEqual([
      "SIMULATION_DIVERGED",
      "SIMULATION_STALLED",
      "SIMULATION_UNKNOWN_MEMBER",
    ]);
  });

  it.each([
    ["SIMULATION_NETWORK_TOO_LARGE", 78],
    ["SIMULATION_SITE_UNKNOWN", 78],
    ["SIMULATION_MODEL_UNFIT", 78],
    ["SIMULATION_ENGINE_UNFIT", 78],
    ["SIMULATION_NOBODY_HONEST", 78],
    ["SIMULATION_NOBODY_TRAINS", 78],
    ["SIMULATION_NOBODY_TESTED", 65],
    ["SIMULATION_NO_THREADS", 2],
    ["GOSSIP_ROBUST_TOO_FEW", 78],
    ["GOSSIP_RECORD_DAMAGED", 74],
    ["GOSSIP_TRACE_DIVERGED", 65],
    ["GOSSIP_FRAME_MALFORMED", 65],
    ["TRAINING_WORKER_DIED", 69],
    ["MODEL_EMPTY_BATCH", 65],
    ["PARAMETERS_NOT_FINITE", 78],
  ])("takes %s, an expected failure, for no bug", (code, status) => {
    expect(exitStatusOf(new CodedError(code, "x"))).toBe(status);
  });

  it("is told to people in full", () => {
    for (const [status, meaning] of Object.entries(EXIT_STATUSES)) {
      expect(exitStatusHelp(), status).toContain(`${status}  ${meaning}`);
    }
  });

  it("prefers the longest rule, and takes anything without a code for a bug", () => {
    const of = (code: string): number => exitStatusOf(new CodedError(code, "x"));
    expect([of("DATA_COLUMN_MISSING"), of("DATA_FILE_MISSING"), of("STORAGE_FULL")]).toEqual([65, 66, 74]);
    expect([of("NOBODY_KNOWS"), exitStatusOf(new TypeError("x")), exitStatusOf("x")]).toEqual([1, 1, 1]);
  });
});
