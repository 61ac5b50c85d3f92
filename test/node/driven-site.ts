import type {RoundWork} from "../../src/node/index.ts";
import {
  createParticipant,
  type FinishedWork,
  freshParticipant,
  type LocalTask,
  nextRound,
  type Participant,
  type Stages,
  untrainedState,
} from "../../src/participant/index.ts";
import type {Certificate, Certified} from "../../src/rounds/index.ts";

/** The task of a site that has no past in the run. */
export function freshTask(
  stages: Stages,
  certified: Certified | null,
  changes: Partial<LocalTask> = {},
): LocalTask {
  const state = untrainedState(stages);
  return {certified, round: nextRound(certified), progress: null, keptBack: null, state, ...changes};
}

/** A site's own half of the rounds with its work, on a disk that takes no time. */
export class DrivenSite {
  readonly participant: Participant;
  readonly #work: RoundWork;

  constructor(self: string, stages: Stages, work: RoundWork) {
    const setup = {self, isTraining: (round: number) => stages.stageOf(round).kind === "training"};
    this.participant = createParticipant(setup, freshParticipant(untrainedState(stages)));
    this.#work = work;
  }

  /** Works on the round after `certified` and hands it in. */
  async workOn(certified: Certified | null): Promise<FinishedWork> {
    const [begun] = this.participant.handle({type: "begin", certified});
    if (begun?.type !== "work") throw new RangeError("no work");
    const done = await this.#work.run(begun.task, new AbortController().signal);
    for (const effect of this.participant.handle({type: "done", work: done})) {
      if (effect.type === "write") this.participant.handle({type: "written", hash: effect.line.state});
    }
    return done;
  }

  settle(certificate: Certificate): void {
    this.participant.handle({type: "certified", certificate});
  }

  /** Scores patients under a certified model with the site's own tensors. */
  score(certified: Certified, rows: Parameters<RoundWork["score"]>[1]): Promise<Float32Array> {
    return this.#work.score(certified, rows, this.participant.view().site.state.own);
  }
}
