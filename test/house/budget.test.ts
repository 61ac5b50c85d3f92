import {describe, expect, it} from "vitest";
import {budgetSeconds, fileTimes, overBudget, timeLines} from "../../scripts/vitest-budget.ts";

/** As much of a test file's module as the reporter looks at. */
function moduleOf(file: string, durationMs: number, processorSeconds?: number) {
  return {
    relativeModuleId: file,
    meta: () => (processorSeconds === undefined ? {} : {processorSeconds}),
    diagnostic: () => ({
      environmentSetupDuration: 0,
      prepareDuration: 0,
      collectDuration: 0,
      setupDuration: 0,
      duration: durationMs,
      heap: undefined,
      importDurations: {},
    }),
  };
}

describe("the budget of a test file", () => {
  it("is held against its worker's processor time, and without any against the clock", () => {
    const modules = [moduleOf("a", 9_000, 2), moduleOf("b", 3_500), moduleOf("c", 100, 0.5)];
    const times = fileTimes(modules);
    expect(times).toEqual([
      {file: "b", seconds: 3.5},
      {file: "a", seconds: 2},
      {file: "c", seconds: 0.5},
    ]);
    expect(overBudget(times, 2).map(({file}) => file)).toEqual(["b"]);
    expect(overBudget(times, null)).toEqual([]);
  });

  it("is for the fast tier alone", () => {
    const times = [
      {file: "test/process/demo.test.ts", seconds: 60},
      {file: "test/node/run.test.ts", seconds: 60},
    ];
    expect(overBudget(times, 30).map(({file}) => file)).toEqual(["test/node/run.test.ts"]);
    expect(budgetSeconds({CONSILIUM_TEST_BUDGET_S: "30", CONSILIUM_THOROUGH: "1"})).toBeNull();
  });

  it("is what the variable says, and nothing that is no time", () => {
    expect(budgetSeconds({})).toBeNull();
    expect(budgetSeconds({CONSILIUM_TEST_BUDGET_S: "2.5"})).toBe(2.5);
    for (const written of ["", "0", "-1", "soon", "Infinity"])
      expect(() => budgetSeconds({CONSILIUM_TEST_BUDGET_S: written}), written).toThrow(RangeError);
  });

  it("is told in one line for each file", () => {
    expect(timeLines("slow:", [{file: "a", seconds: 12.34}])).toBe("\nslow:\n   12.3  a\n");
    expect(timeLines("slow:", [])).toBe("");
  });
});
