import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, expect, it} from "vitest";
import {runId} from "../../src/consortium/index.ts";
import {sha256} from "../../src/core/index.ts";
import {featuresOf} from "../../src/data/index.ts";
import {readFinalModel} from "../../src/node/index.ts";
import {writeRecord} from "../../src/node/records/records.ts";
import {sealSplit} from "../../src/node/site/sealed-split.ts";
import {createSnapshot} from "../../src/parameters/index.ts";
import {planStages} from "../../src/participant/index.ts";
import {openStateDirectory} from "../../src/storage/index.ts";
import {createConsortium} from "../gossip/consortium.ts";
import {threeSites} from "./three-sites.ts";

const SEALED = {manifest: "cd".repeat(32), parts: {train: ["aa"], validation: [], test: ["bb"]}};

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "consilium-final-"));
});
afterEach(() => rm(root, {recursive: true, force: true}));

/** A certificate as a round has it; only its round and its result matter here. */
function anyCertificate() {
  const {world, members, certified} = createConsortium({seed: 6, weights: [10, 20, 30], rounds: 1});
  for (const member of members) world.start(member);
  world.run();
  const [first] = certified.get("member-a") ?? [];
  if (first === undefined) throw new Error("the round was certified");
  return first.certificate;
}

it("the final model is that of the last round, and there is none before", async () => {
  const {plan, task} = await threeSites();
  const stages = planStages(plan.plan, featuresOf(task.task));
  const certificate = anyCertificate();
  const decide = async (round: number): Promise<string> => {
    const state = await openStateDirectory(root);
    const storage = await state.openRun(runId(plan.hash, 1));
    const {layout, values} = stages.shapeOf(round);
    const snapshot = createSnapshot(sha256, layout, new Float32Array(values).fill(round + 1));
    const body = {...certificate.body, round, result: snapshot.hash};
    await writeRecord(storage, {kind: "certificate", certificate: {...certificate, body}, snapshot});
    await state.close();
    return snapshot.hash;
  };
  const state = await openStateDirectory(root);
  await state.createNodeKey();
  await sealSplit(await state.openRun(runId(plan.hash, 1)), null, SEALED);
  await state.close();
  const read = () => readFinalModel({state: root, plan, attempt: 1, task: task.task});

  await decide(stages.rounds - 2);
  await expect(read()).rejects.toMatchObject({code: "NODE_RUN_UNFINISHED"});
  const last = await decide(stages.rounds - 1);
  const model = await read();
  expect(model).toMatchObject({hash: last, sealed: SEALED});
  expect(new Set(model.parameters)).toEqual(new Set([stages.rounds]));
});
