import {consortiumId, type IdentifiedPlan, type Roster, rosterHash, runId} from "../consortium/index.ts";
import {CodedError, sha256} from "../core/index.ts";
import type {Contract} from "../data/index.ts";
import {sessionSetup, verifierOf} from "../node/index.ts";
import {planStages, type Stages} from "../participant/index.ts";
import type {Primitives, RulesSetup} from "../rounds/index.ts";
import type {LineageErrorCode} from "./errors.ts";

/** The papers under which a model was trained. */
export interface RunPapers {
  readonly plan: IdentifiedPlan;
  /** Number of the plan's run, from 1. */
  readonly attempt: number;
  readonly roster: Roster;
  readonly contract: Contract;
}

/** The facts that follow from {@link RunPapers}, as every daemon of the run had them. */
export interface TrainedRun extends RunPapers {
  readonly run: string;
  readonly stages: Stages;
  readonly rosterHash: string;
  /** PeerIds of the members that train and vote, sorted. */
  readonly trainers: readonly string[];
  /** Number of rounds, those of statistics included. */
  readonly rounds: number;
  readonly rules: RulesSetup & {readonly primitives: Pick<Primitives, "hash" | "verify">};
}

/**
 * The facts of the run that `papers` describe.
 * @throws LINEAGE_PLAN_FOREIGN, MODEL_SPEC_INVALID, NODE_LOCAL_TENSORS_INVALID
 */
export function runFacts(papers: RunPapers): TrainedRun {
  const {plan, attempt, roster, contract} = papers;
  if (plan.plan.consortium !== roster.consortium) {
    throw new CodedError<LineageErrorCode>(
      "LINEAGE_PLAN_FOREIGN",
      `the plan is for the consortium ${plan.plan.consortium}, the roster is of ${roster.consortium}`,
      {hint: "Use the plan and the roster of the same consortium."},
    );
  }
  const run = runId(plan.hash, attempt);
  const stages = planStages(plan.plan, contract.features);
  const trainers = roster.members
    .filter(({role}) => role === "trainer")
    .map(({peerId}) => peerId)
    .sort();
  const named = {self: "", run, roster: rosterHash(roster), members: trainers, stages};
  const setup = sessionSetup(plan.plan, named);
  const verify = verifierOf(consortiumId(roster.consortium), run);
  return {
    ...papers,
    run,
    stages,
    rosterHash: named.roster,
    trainers,
    rounds: setup.rounds,
    rules: {...setup, primitives: {hash: sha256, verify}},
  };
}
