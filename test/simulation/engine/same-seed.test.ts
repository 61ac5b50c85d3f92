import {describe, expect, it} from "vitest";
import {run, runBy} from "./running.ts";
import {ALL, inventedCohort, type TrialChanges} from "./trials.ts";

const CHANGES: TrialChanges = {
  mixing: {...ALL, codec: "int8"},
  plan: {model: {architecture: "mlp", hidden: [4], activation: "relu"}, rounds: 2},
};

describe.each(["fast", "full"] as const)("the %s engine", (engine) => {
  it.each(["binary", "classes"] as const)(
    "gives the same again, by one thread and by two: %s",
    async (kind) => {
      const cohort = inventedCohort(5, kind);
      const here = await runBy(engine, CHANGES, {cohort});
      expect(here.rounds).toHaveLength(2);
      for (const threads of [0, 1, 2]) {
        const again = await runBy(engine, CHANGES, {cohort, threads});
        expect(again.stateHash, `${threads} threads`).toBe(here.stateHash);
        expect(again, `${threads} threads`).toEqual(here);
      }
    },
  );

  it("gives something else for another seed", async () => {
    const one = await runBy(engine, CHANGES);
    const other = await runBy(engine, CHANGES, {seed: 6});
    expect(other.stateHash).not.toBe(one.stateHash);
  });

  it("tells each round as it ends, and what each node holds then", async () => {
    const told: {round: number; models: number; distinct: number}[] = [];
    const {rounds, models} = await run(
      {...CHANGES, experiment: {engine}},
      {},
      {
        onRound: (held, {round}) => {
          told.push({round, models: held.models.length, distinct: new Set(held.models).size});
        },
      },
    );
    expect(told).toEqual([0, 1].map((round) => ({round, models: 4, distinct: 1})));
    expect(rounds.map(({round}) => round)).toEqual([0, 1]);
    expect(rounds[1]?.seconds).toBeGreaterThan(rounds[0]?.seconds ?? 0);
    expect(new Set(models).size).toBe(1);
  });

  it("stops when it is told to", async () => {
    const controller = new AbortController();
    const stopping = run(
      {...CHANGES, experiment: {engine}},
      {signal: controller.signal},
      {onRound: () => controller.abort(new Error("enough"))},
    );
    await expect(stopping).rejects.toThrow("enough");
  });
});
