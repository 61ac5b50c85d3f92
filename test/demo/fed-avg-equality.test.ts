import {describe, expect, it} from "vitest";
import type {NodeStatus} from "../../src/cli/demo/daemon.ts";
import {readCommonModel} from "../../src/cli/demo/final-model.ts";
import {startFleet} from "../../src/cli/demo/fleet.ts";
import type {Workspace} from "../../src/cli/demo/workspace.ts";
import {createCloseStack, silentLogger, systemClock} from "../../src/core/index.ts";
import type {LocatedTask} from "../../src/data/index.ts";
import {createMemoryHub, createMemoryNetwork} from "../../src/network/index.ts";
import {createNode, type NodeView} from "../../src/node/index.ts";
import {trainFedAvg} from "../../src/simulation/index.ts";
import {openStateDirectory} from "../../src/storage/index.ts";
import {workerUrl} from "../training/worker-url.ts";
import {fullBatches, inWorkspace, openExperiment, relativeDistance, SITES} from "./settings.ts";

const TOLERANCE = 1e-6;

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

/** The same by daemons, each a process of its own, over TCP. */
async function runDaemons(workspace: Workspace): Promise<NodeStatus[]> {
  const {signal} = new AbortController();
  const fleet = await startFleet({workspace, variables: process.env, clock: systemClock, signal});
  try {
    return await fleet.follow(() => {});
  } finally {
    await fleet.close();
  }
}

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

async function expectSameBytes(workspace: Workspace, run: string, rounds: number): Promise<void> {
  const [first = [], ...others] = await keptModels(workspace, run);
  expect(first, "one model a round").toHaveLength(rounds);
  for (const other of others) expect(other).toEqual(first);
}

describe("nodes in one process", () => {
  it.each(["federated", "site"] as const)(
    "end with central FedAvg's parameters to 1e-6 after 10 rounds, for unequal sites (f32, %s statistics)",
    async (standardisation) => {
      const {located, taskFile, settings} = await fullBatches("f32", standardisation);
      await inWorkspace(located, {taskFile, settings}, async (workspace) => {
        const views = await runInProcess(workspace, located);
        expect(views.flatMap(({absences}) => absences)).toEqual([]);
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

  it.each(["f32", "fp16"] as const)("hold the same bytes after every round (%s)", async (codec) => {
    const {located, taskFile, settings} = await fullBatches(codec, "federated");
    await inWorkspace(located, {taskFile, settings}, async (workspace) => {
      const [view] = await runInProcess(workspace, located);
      await expectSameBytes(workspace, view?.plan.run ?? "", settings.rounds + 2);
    });
  });
});

describe("daemons", () => {
  it("end with central FedAvg's parameters to 1e-6, and the same bytes after every round", async () => {
    const {located, taskFile, settings} = await fullBatches("f32", "federated");
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
