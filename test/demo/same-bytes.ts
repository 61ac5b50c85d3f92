import {expect} from "vitest";
import type {Workspace} from "../../src/cli/demo/workspace.ts";
import {openStateDirectory} from "../../src/storage/index.ts";

/** The hashes of every round's model, by site. */
async function keptModels({sites}: Workspace, run: string): Promise<string[][]> {
  const kept: string[][] = [];
  for (const {state} of sites) {
    const directory = await openStateDirectory(state);
    kept.push(await (await directory.openRun(run)).models.list());
    await directory.close();
  }
  return kept;
}

/** Holds the models that the sites have kept of a run against each other: one a round, the same at every site. */
export async function expectSameBytes(workspace: Workspace, run: string, rounds: number): Promise<void> {
  const [first = [], ...others] = await keptModels(workspace, run);
  expect(first, "one model a round").toHaveLength(rounds);
  for (const other of others) expect(other).toEqual(first);
}
