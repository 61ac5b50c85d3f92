import {z} from "zod";
import {type Identity, type Plan, parsePlan, verifySignature} from "../consortium/index.ts";
import {CodedError, sha256} from "../core/index.ts";
import type {Bounds} from "../data/index.ts";
import type {Trace} from "../gossip/index.ts";
import {planStages, type Stages} from "../participant/index.ts";
import {type Primitives, parameterArithmetic, type QuorumRule, type SessionSetup} from "../rounds/index.ts";
import {isExact} from "../schedules/index.ts";
import type {NodeErrorCode} from "./errors.ts";

/** The facts that decide a session beside the plan. */
export interface SessionFacts {
  /** PeerId of this node. */
  readonly self: string;
  readonly run: string;
  /** Hash of the roster. */
  readonly roster: string;
  /** Members that train and vote, sorted. */
  readonly members: readonly string[];
  readonly stages: Stages;
}

type PlannedSession = Omit<SessionSetup, "restored" | "primitives">;

/**
 * Tells whether the weight is known: phases that do not reach the mean leave each member with an estimate of
 * the weights, on which nothing may depend.
 */
function knowsWeight({mixing}: Plan): boolean {
  // After masses have mixed, the weight that a member hands in is not that of its patients.
  if (mixing.mode === "async") return false;
  const {schedule} = mixing;
  return schedule === "all" || schedule === "grid" || isExact(schedule);
}

/** The rule for the deciding members; plans of earlier versions, which do not state it, mean a majority. */
export function quorumRule({quorum}: Plan): QuorumRule {
  return quorum.rule ?? "majority";
}

/** Makes the session that `plan` describes. */
export function sessionSetup(plan: Plan, {self, run, roster, members, stages}: SessionFacts): PlannedSession {
  const {start, quorum, deadline, weights} = plan;
  const isWeightKnown = knowsWeight(plan);
  return {
    self,
    run,
    roster,
    members,
    rounds: stages.rounds,
    quorum: quorumRule(plan),
    start: {
      members: start.members,
      weight: isWeightKnown ? start.patients / weights.reference : 0,
      waitMs: 1000 * start.waitSeconds,
    },
    weightShare: isWeightKnown ? quorum.weightShare : 0,
    limits: {minimumMs: 1000 * deadline.minimumSeconds, maximumMs: 1000 * deadline.maximumSeconds},
    specOf: stages.specOf,
    shapeOf: stages.shapeOf,
  };
}

const contextSchema = z.strictObject({
  plan: z.string(),
  features: z.int().min(1),
  self: z.string(),
  run: z.string(),
  roster: z.string(),
  members: z.string(),
  names: z.string(),
});
const membersSchema = z.array(z.string());
const namesSchema = z.record(z.string(), z.string());

/** The trace's data about its session's setup, from which all of {@link sessionSetup} can be made. */
export function traceContext(
  plan: Plan,
  {self, run, roster, members}: SessionFacts,
  {features, names}: {readonly features: number; readonly names: ReadonlyMap<string, string>},
): Trace["header"]["context"] {
  const texts = {plan: JSON.stringify(plan), members: JSON.stringify(members)};
  return {...texts, features, self, run, roster, names: JSON.stringify(Object.fromEntries(names))};
}

/** The session that a trace recorded. */
export interface TracedSession {
  readonly setup: PlannedSession;
  readonly plan: Plan;
  /** Names of the roster's members by PeerId. */
  readonly names: ReadonlyMap<string, string>;
}

/** Reads back {@link traceContext}. @throws NODE_TRACE_FOREIGN, CONSORTIUM_PLAN_INVALID */
export function tracedSession({header}: Trace): TracedSession {
  const context = contextSchema.safeParse(header.context);
  if (!context.success) {
    const code: NodeErrorCode = "NODE_TRACE_FOREIGN";
    throw new CodedError(code, "the trace was not recorded by a node of this version", {
      hint: "Replay it with the version that wrote it.",
    });
  }
  const {features, self, run, roster} = context.data;
  const {plan} = parsePlan(new TextEncoder().encode(context.data.plan), "the trace's plan");
  const members = membersSchema.parse(JSON.parse(context.data.members));
  const names = new Map(Object.entries(namesSchema.parse(JSON.parse(context.data.names))));
  // A trace holds the findings on contributions, so their declared ranges are not checked again.
  const stages = planStages(plan, Array<Bounds>(features).fill({low: 0, high: 1}));
  return {setup: sessionSetup(plan, {self, run, roster, members, stages}), plan, names};
}

/** The hashing, computing, signing and verifying of the protocol, in a run of a consortium. */
export function primitivesOf(identity: Identity, consortium: string, run: string): Primitives {
  // The round is part of the body in the vote: the vote's bytes name it.
  const context = {consortium, run, epoch: 0};
  return {
    hash: sha256,
    arithmetic: parameterArithmetic,
    sign: (bytes) => identity.sign("vote", context, bytes),
    verify: (member, bytes, signature) =>
      verifySignature(member, {purpose: "vote", context, bytes, signature}),
  };
}
