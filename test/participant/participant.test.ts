import {describe, expect, it} from "vitest";
import {
  createParticipant,
  freshParticipant,
  type LocalTask,
  neededBlobs,
  type OwnWork,
  type Participant,
  restoreParticipant,
  untrainedState,
} from "../../src/participant/index.ts";
import {certificateOf, certifiedOf, SELF, stagesOf, workOf} from "./own-work.ts";

const STAGES = stagesOf(3);
const UPDATE = Float32Array.of(1, 2, 3);
const OTHER = Float32Array.of(4, 5, 6);
const STATE = {own: Float32Array.of(0, 0, 0, 9), control: new Float32Array()};
/** The first two rounds are of statistics. */
const SETUP = {self: SELF, isTraining: (round: number) => round >= 2};

const open = (): Participant => createParticipant(SETUP, freshParticipant(untrainedState(STAGES)));

/** Begins the round after that of number `certified`. */
function taskAfter(site: Participant, certified: number): LocalTask {
  const [effect] = site.handle({type: "begin", certified: certifiedOf(certified)});
  if (effect?.type !== "work") throw new RangeError("no work");
  return effect.task;
}

/** Hands in a work of its round. */
function handIn(site: Participant, work: OwnWork): void {
  taskAfter(site, work.round - 1);
  for (const effect of site.handle({type: "done", work})) {
    if (effect.type === "write") site.handle({type: "written", hash: effect.line.state});
  }
  expect(site.view().own.stage).toBe("announced");
}

const settle = (site: Participant, round: number, contributors: readonly string[]) =>
  site.handle({type: "certified", certificate: certificateOf(round, contributors)});

describe("a site's own half of a round", () => {
  it("hands a release in when the state that belongs to it is on disk, and not before", () => {
    const site = open();
    const work = workOf(2, UPDATE, {state: STATE});
    taskAfter(site, 1);
    const [write, ...more] = site.handle({type: "done", work});
    if (write?.type !== "write") throw new RangeError("nothing is written");
    expect(more).toEqual([]);
    expect(write.line).toMatchObject({round: 2, contribution: work.release.hash});
    expect(site.view().own.stage).toBe("keeping");
    expect(site.handle({type: "written", hash: "another"})).toEqual([]);
    expect(site.handle({type: "written", hash: write.line.state})).toEqual([
      {type: "hand-in", round: 2, release: work.release},
    ]);
    expect(neededBlobs(site.view())).toEqual([write.line.state, work.release.hash]);
  });

  it("takes on its state and its remainder when a certificate contains its release", () => {
    const site = open();
    const keptBack = Float32Array.of(7, 7, 7);
    const work = workOf(2, UPDATE, {state: STATE, keptBack});
    handIn(site, work);
    expect(taskStateOf(site)).toEqual({own: untrainedState(STAGES).own, keptBack: null});
    expect(settle(site, 2, ["you", SELF])).toEqual([{type: "remove", hash: work.release.hash}]);
    expect(site.view().own).toEqual({stage: "settled", round: 2, fate: "used"});
    expect(taskAfter(site, 2)).toMatchObject({round: 3, progress: null, keptBack, state: STATE});
  });

  it("goes on from where it was when a certificate does not, and starts from its lost work", () => {
    const site = open();
    const work = workOf(2, UPDATE, {state: STATE, keptBack: OTHER});
    handIn(site, work);
    const removed = settle(site, 2, ["you"]).map((effect) => effect.type);
    expect(removed, "its state and its release").toEqual(["remove", "remove"]);
    expect(neededBlobs(site.view())).toEqual([]);
    const task = taskAfter(site, 2);
    expect(task.progress).toEqual({update: UPDATE, gapRounds: 1});
    expect(task).toMatchObject({keptBack: null, state: untrainedState(STAGES)});
  });

  it("never applies an update again whose round it missed: it may be in the snapshot", () => {
    const site = open();
    handIn(site, workOf(2, UPDATE, {state: STATE}));
    settle(site, 5, ["you"]);
    expect(site.view().own).toEqual({stage: "settled", round: 2, fate: "unknown"});
    expect(taskAfter(site, 5).progress).toBeNull();
    settle(site, 6, ["you"]);
    expect(taskAfter(site, 6).progress).toBeNull();
  });

  it("never applies a used update again, however long it is left out afterwards", () => {
    const site = open();
    handIn(site, workOf(2, UPDATE));
    settle(site, 2, [SELF]);
    for (const round of [3, 4]) {
      expect(taskAfter(site, round - 1).progress).toBeNull();
      settle(site, round, ["you"]);
    }
    expect(taskAfter(site, 4).progress).toBeNull();
  });

  it("keeps lost work for eight rounds, or until it is in a later release", () => {
    const site = open();
    handIn(site, workOf(2, UPDATE));
    for (let round = 2; round < 10; round++) {
      settle(site, round, ["you"]);
      expect(taskAfter(site, round).progress).toEqual({update: UPDATE, gapRounds: round - 1});
    }
    settle(site, 10, ["you"]);
    expect(taskAfter(site, 10).progress).toBeNull();
    handIn(site, workOf(11, UPDATE));
    settle(site, 11, ["you"]);
    handIn(site, workOf(12, OTHER));
    settle(site, 12, ["you"]);
    expect(taskAfter(site, 12).progress).toEqual({update: OTHER, gapRounds: 1});
  });

  it("starts from nothing after lost statistics", () => {
    const site = open();
    handIn(site, workOf(1, UPDATE));
    settle(site, 1, ["you"]);
    expect(taskAfter(site, 1).progress).toBeNull();
  });

  it("hands in nothing of a round that went on without it", () => {
    const site = open();
    const work = workOf(2, UPDATE, {state: STATE});
    taskAfter(site, 1);
    settle(site, 2, ["you"]);
    taskAfter(site, 2);
    expect(site.handle({type: "done", work})).toEqual([]);
    const [write] = site.handle({type: "done", work: {...work, round: 3}});
    if (write?.type !== "write") throw new RangeError("nothing is written");
    const {state: hash} = write.line;
    expect(settle(site, 3, ["you"])).toEqual([{type: "remove", hash}]);
    expect(site.handle({type: "written", hash})).toEqual([]);
  });

  it("refuses to begin a round while it does not know what became of its work", () => {
    const site = open();
    handIn(site, workOf(2, UPDATE));
    expect(() => site.handle({type: "begin", certified: certifiedOf(2)})).toThrow(
      expect.objectContaining({code: "CORE_UNREACHABLE"}),
    );
  });
});

function taskStateOf(site: Participant) {
  const {site: settled, keptBack} = site.view();
  return {own: settled.state.own, keptBack};
}

describe("a site that starts again", () => {
  const work = workOf(3, UPDATE);
  const certified = certifiedOf(2);
  const settled = {state: {...STATE, own: Float32Array.of(0, 0, 0, 5)}, hash: "settled"};
  const next = {state: STATE, hash: "next"};

  it("hands in what it had written down, and its state counts when that is used", () => {
    const site = createParticipant(
      SETUP,
      restoreParticipant(STAGES, {certified, contribution: work.release, settled, next}),
    );
    expect(neededBlobs(site.view())).toEqual(["settled", "next", work.release.hash]);
    const [effect, ...more] = site.handle({type: "begin", certified});
    expect(more).toEqual([]);
    expect(effect).toMatchObject({type: "hand-in", round: 3, release: {hash: work.release.hash}});
    expect(site.view().site).toEqual(settled);
    const removed = settle(site, 3, [SELF]);
    expect(removed.map((each) => each.type === "remove" && each.hash)).toEqual([
      "settled",
      work.release.hash,
    ]);
    expect(site.view().site).toEqual(next);
  });

  it("starts from the update in that release if it is left out", () => {
    const site = createParticipant(
      SETUP,
      restoreParticipant(STAGES, {certified, contribution: work.release, settled, next}),
    );
    site.handle({type: "begin", certified});
    settle(site, 3, ["you"]);
    expect(taskAfter(site, 3)).toMatchObject({
      progress: {update: UPDATE, gapRounds: 1},
      state: settled.state,
    });
  });

  it("works if nothing was written down", () => {
    const site = createParticipant(
      SETUP,
      restoreParticipant(STAGES, {certified, contribution: null, settled: null, next: null}),
    );
    expect(taskAfter(site, 2)).toMatchObject({round: 3, progress: null, state: untrainedState(STAGES)});
  });
});
