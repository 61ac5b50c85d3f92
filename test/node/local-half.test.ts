import {expect, it} from "vitest";
import {LocalHalf} from "../../src/node/site/local-half.ts";
import {
  createParticipant,
  type FinishedWork,
  freshParticipant,
  type LocalTask,
  untrainedState,
} from "../../src/participant/index.ts";
import {certificateOf, certifiedOf, SELF, stagesOf, workOf} from "../participant/own-work.ts";
import {memoryRun} from "./memory-run.ts";

const STAGES = stagesOf(3);
const UPDATE = Float32Array.of(1, 2, 3);
const STATE = {own: Float32Array.of(0, 0, 0, 9), control: new Float32Array()};
const TURNS = 20;

/** Lets everything end that waits for nothing but its turn. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await Promise.resolve();
}

/** A half whose trainer gives what the test resolves, and a log of what it does. */
function openHalf(put?: () => Promise<void>) {
  const {storage, blobs, lines} = memoryRun();
  const models = {...storage.models, put: put ?? storage.models.put};
  const log: string[] = [];
  const tasks: {readonly task: LocalTask; finish(done: FinishedWork): void}[] = [];
  const participant = createParticipant(
    {self: SELF, isTraining: () => true},
    freshParticipant(untrainedState(STAGES)),
  );
  const never = () => Promise.reject(new RangeError("not asked for"));
  const half = new LocalHalf({
    participant,
    work: {
      run: (task) => new Promise((finish) => tasks.push({task, finish})),
      runUnit: never,
      score: never,
      trainer: () => null,
      close: async () => {},
    },
    storage: {models, journal: storage.journal},
    onBegin: (round) => log.push(`begin ${round}`),
    onDone: ({round}) => log.push(`done ${round}`),
    handIn: (round) => log.push(`hand in ${round}, ${blobs.size} blobs, ${lines.length} lines`),
    onFatal: (error) => log.push(String(error)),
  });
  return {half, log, tasks, blobs, participant};
}

const finished = (round: number): FinishedWork => ({
  ...workOf(round, UPDATE, {state: STATE}),
  loss: 1,
  isClipped: false,
});

it("hands in after the state is on disk, and removes it when the round was decided without it", async () => {
  const {half, log, tasks, blobs} = openHalf();
  half.begin(null);
  tasks[0]?.finish(finished(0));
  await settled();
  expect(log).toEqual(["begin 0", "done 0", "hand in 0, 1 blobs, 1 lines"]);
  half.settle(certificateOf(0, ["you"]));
  half.begin(certifiedOf(0));
  await settled();
  expect(blobs.size).toBe(0);
  expect(tasks[1]?.task).toMatchObject({round: 1, progress: {update: UPDATE, gapRounds: 1}});
});

it("starts from the snapshot alone after a missed round, which may hold its update", async () => {
  const {half, tasks} = openHalf();
  half.begin(null);
  tasks[0]?.finish(finished(0));
  await settled();
  half.settle(certificateOf(2, ["you"]));
  half.begin(certifiedOf(2));
  expect(tasks[1]?.task).toMatchObject({round: 3, progress: null, state: STATE});
});

it("drops the work of a round that went on without it, and all work when it closes", async () => {
  const {half, log, tasks} = openHalf();
  half.begin(null);
  half.settle(certificateOf(0, ["you"]));
  half.begin(certifiedOf(0));
  tasks[0]?.finish(finished(0));
  await settled();
  await half.close();
  tasks[1]?.finish(finished(1));
  await settled();
  expect(log).toEqual(["begin 0", "begin 1"]);
});

it("hands in nothing if the disk fails", async () => {
  const {half, log, tasks} = openHalf(() => Promise.reject(new RangeError("the disk is full")));
  half.begin(null);
  tasks[0]?.finish(finished(0));
  await settled();
  expect(log).toEqual(["begin 0", "done 0", "RangeError: the disk is full"]);
});
