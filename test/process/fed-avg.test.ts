import {describe, expect, it} from "vitest";
import type {NodeStatus} from "../../src/cli/demo/daemon.ts";
import {startFleet} from "../../src/cli/demo/fleet.ts";
import {readCommonModel} from "../../src/cli/demo/run-demo.ts";
import type {Workspace} from "../../src/cli/demo/workspace.ts";
import {systemClock} from "../../src/core/index.ts";
import {trainFedAvg} from "../../src/study/index.ts";
import {expectSameBytes} from "../demo/same-bytes.ts";
import {fullBatches, inWorkspace, openExperiment, relativeDistance, TOLERANCE} from "../demo/settings.ts";

/** Runs a workspace's daemons over TCP to their end. */
async function runDaemons(workspace: Workspace): Promise<NodeStatus[]> {
  const {signal} = new AbortController();
  const fleet = await startFleet({workspace, variables: process.env, clock: systemClock, signal});
  try {
    return await fleet.follow(() => {});
  } finally {
    await fleet.close();
  }
}

describe("daemons, each a process of its own", () => {
  it("end with central FedAvg's parameters to 1e-6, and the same bytes after every round", async () => {
    const {located, taskFile, settings: whole} = await fullBatches("f32", "federated");
    // The ten rounds are those of one process; here it is the wire and the start that are theirs.
    const settings = {...whole, rounds: 3};
    await inWorkspace(located, {taskFile, settings}, async (workspace) => {
      const statuses = await runDaemons(workspace);
      expect(statuses.flatMap(({absences}) => absences)).toEqual([]);
      const final = await readCommonModel(workspace, located.task);
      const {backend, experiment, sites} = await openExperiment(located, settings);
      const central = (await trainFedAvg(experiment, sites)).parameters;
      expect(relativeDistance(final.parameters, central)).toBeLessThan(TOLERANCE);
      backend.close();
      await expectSameBytes(workspace, statuses[0]?.plan.run ?? "", settings.rounds + 2);
    });
  }, 120_000);
});
