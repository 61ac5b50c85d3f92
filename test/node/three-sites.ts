import {createPrivateKey} from "node:crypto";
import {composePlan, findPreset, type PlanSettings} from "../../src/config/index.ts";
import {
  createIdentity,
  type IdentifiedPlan,
  type Identity,
  parsePlan,
  type Roster,
} from "../../src/consortium/index.ts";
import {type LocatedTask, readTask, taskIdentity} from "../../src/data/index.ts";

/** Sites of the preset synthetic-heart, of unequal sizes. */
export const SITES: readonly string[] = ["north", "south", "east"];
const CONSORTIUM = "three-sites";
const PKCS8_PREFIX = "302e020100300506032b657004220420";

/** A site's node key, the same in every run of the tests, so that ids and the order of summation are. */
export function identityOf(site: string): Identity {
  return createIdentity(new Uint8Array(32).fill(1 + SITES.indexOf(site)));
}

/** The key file of {@link identityOf}: PKCS#8 PEM. */
export function keyFileOf(site: string): Uint8Array {
  const der = Buffer.concat([Buffer.from(PKCS8_PREFIX, "hex"), identityOf(site).seed]);
  const pem = createPrivateKey({key: der, format: "der", type: "pkcs8"}).export({
    format: "pem",
    type: "pkcs8",
  });
  return new TextEncoder().encode(String(pem));
}

/** What a plan says of training that does nothing beside the optimiser's steps. */
export const PLAIN_TRAINING = {
  proximal: 0,
  driftCorrection: "none",
  normalisation: "none",
  local: [],
} satisfies Partial<PlanSettings["training"]>;

/** What the nodes of a consortium have in common. */
export interface ThreeSites {
  readonly task: LocatedTask;
  readonly roster: Roster;
  readonly plan: IdentifiedPlan;
}

/**
 * Three sites that learn from the synthetic preset for three rounds, none of which goes on without all of them;
 * `changes` replaces settings of the plan.
 */
export async function threeSites(changes: Partial<PlanSettings> = {}): Promise<ThreeSites> {
  const {taskFile, settings} = await findPreset("synthetic-heart");
  const task = await readTask(taskFile);
  const roster: Roster = {
    formatVersion: 1,
    consortium: CONSORTIUM,
    members: SITES.map((name) => ({name, peerId: identityOf(name).peerId, role: "trainer"})),
  };
  const frozen: PlanSettings = {
    ...settings,
    seed: 5,
    rounds: 3,
    task: {standardisation: "federated"},
    training: {
      batchSize: 16,
      localSteps: 4,
      ...PLAIN_TRAINING,
      optimizer: {name: "sgd", learningRate: 0.1, momentum: 0.9, weightDecay: 0},
    },
    quorum: {weightShare: 1},
    deadline: {minimumSeconds: 0.2, maximumSeconds: 10},
    ...changes,
  };
  const facts = {
    name: "test",
    consortium: CONSORTIUM,
    task: taskIdentity(task.task),
    start: {members: SITES.length, patients: 1, waitSeconds: 30},
  };
  return {task, roster, plan: parsePlan(composePlan(frozen, facts), "plan.yaml")};
}
