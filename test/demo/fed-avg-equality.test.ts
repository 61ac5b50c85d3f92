import {describe, expect, it} from "vitest";
import {readCommonModel} from "../../src/cli/demo/run-demo.ts";
import type {Workspace} from "../../src/cli/demo/workspace.ts";
import {createCloseStack, silentLogger, systemClock} from "../../src/core/index.ts";
import type {LocatedTask} from "../../src/data/index.ts";
import {createMemoryHub, createMemoryNetwork} from "../../src/network/index.ts";
import {createNode, type NodeView} from "../../src/node/index.ts";
import {openStateDirectory} from "../../src/storage/index.ts";
import {trainFedAvg} from "../../src/study/index.ts";
import {workerUrl} from "../training/worker-url.ts";
import {expectSameBytes} from "./same-bytes.ts";
import {fullBatches, inWorkspace, openExperiment, relativeDistance, SITES, TOLERANCE} from "./settings.ts";

/** Runs a workspace's nodes in this process to their end, over the in-memory network. */
async function runInProcess(workspace: Workspace, task: LocatedTask): Promise<NodeView[]> {
  const stack = createCloseStack();
  const hub = createMemoryHub({clock: systemClock});
  try {
    const nodes = [];
    for (const {name, state} of workspace.sites) {
      const node = await createNode({
        site: name,
        state: stack.add(await openStateDirectory(state)),
        roster: workspace.roster,
        plan: workspace.plan,
        approvedPlan: workspace.plan.hash,
        attempt: 1,
        task,
        variables: {},
        backend: "auto",
        clock: systemClock,
        logger: silentLogger,
        openNetwork: (options) => createMemoryNetwork({...options, hub}),
        workerUrl,
      });
      nodes.push(stack.add(node));
    }
    await Promise.all(nodes.map(({outcome}) => outcome));
    return nodes.map((node) => node.view());
  } finally {
    await stack.close();
  }
}

describe("nodes in one process", () => {
  it.each(["federated", "site"] as const)(
    "end with central FedAvg's parameters to 1e-6 after 10 rounds, for unequal sites, and hold the same bytes after every round (f32, %s statistics)",
    async (standardisation) => {
      const {located, taskFile, settings} = await fullBatches("f32", standardisation);
      await inWorkspace(located, {taskFile, settings}, async (workspace) => {
        const views = await runInProcess(workspace, located);
        expect(views.flatMap(({absences}) => absences)).toEqual([]);
        await expectSameBytes(
          workspace,
          views[0]?.plan.run ?? "",
          settings.rounds + (standardisation === "site" ? 0 : 2),
        );
        const final = await readCommonModel(workspace, located.task);
        const {backend, experiment, sites} = await openExperiment(located, settings);
        expect(new Set(sites.map(({split}) => split.train.patients)).size, "sizes differ").toBe(SITES.length);
        const central = (await trainFedAvg(experiment, sites)).parameters;
        expect(relativeDistance(final.parameters, central)).toBeLessThan(TOLERANCE);
        // A cap of one patient gives every site the same weight: the bug that this test is there to catch.
        const weights = {...settings.weights, cap: 1};
        const unweighted = {...experiment, plan: {...experiment.plan, weights}};
        const wrong = (await trainFedAvg(unweighted, sites)).parameters;
        expect(relativeDistance(final.parameters, wrong)).toBeGreaterThan(1000 * TOLERANCE);
        backend.close();
      });
    },
  );

  it("hold the same bytes after every round by a codec that loses digits (fp16)", async () => {
    const {located, taskFile, settings} = await fullBatches("fp16", "federated");
    await inWorkspace(located, {taskFile, settings}, async (workspace) => {
      const [view] = await runInProcess(workspace, located);
      await expectSameBytes(workspace, view?.plan.run ?? "", settings.rounds + 2);
    });
  });
});
