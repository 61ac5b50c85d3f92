import {z} from "zod";
import type {NodeView, PeerView} from "../../node/index.ts";
import {type Alert, alertSchema, type Check, readyzAnswerSchema} from "./health-answer.ts";
import * as view from "./view-schemas.ts";

const nodeSchema = z.strictObject({
  site: z.string(),
  peerId: z.string(),
  role: z.string(),
  consortium: z.string(),
  voters: z.number().describe("How many members train and vote."),
  quorum: z.number().describe("How many of them decide a round."),
  plan: z.strictObject({name: z.string(), hash: z.string(), run: z.string()}),
  addresses: z.array(z.string()).describe("Where other nodes can reach this one."),
  activity: view.activitySchema,
  round: z.number().describe("The round under way, from 0."),
  rounds: z.number().describe("Of the whole run, rounds of statistics included."),
  stage: view.stageSchema.nullable(),
  ready: z.array(z.string()),
  waitingFor: z.array(z.string()),
  peers: z.array(view.peerSchema),
  bytesSent: z.number(),
  bytesReceived: z.number(),
  backend: z.string().nullable(),
  loss: z.number().nullable().describe("Mean over the last local steps; withheld where a class is small."),
  validation: view.validationSchema.nullable(),
  consensusDistance: z
    .number()
    .nullable()
    .describe(
      "|own - agreed| / |agreed|: how far the site's own model was from the agreed one, in the last round.",
    ),
  pace: z.strictObject({
    roundSinceWallMs: z.number(),
    lastCertifiedWallMs: z.number().nullable().describe("Null: none since the start."),
    medianRoundSeconds: z.number().nullable().describe("Of the last 20 rounds."),
    deadlineSeconds: z.number().describe("The longest that the plan lets a round wait for a member."),
  }),
  exchanges: z
    .strictObject({fetched: z.number(), fetchFailed: z.number(), served: z.number()})
    .describe("Transfers of parameters since the start."),
  equivocators: z.array(z.string()).describe("Members that voted for two results in one ballot."),
  fault: z.string().nullable().describe("Code of what keeps the node from going on."),
  certified: view.roundSchema.nullable(),
  absences: z.array(view.roundSchema).describe("The last 50 rounds that went on without some members."),
  test: view.testSchema.nullable(),
});

/**
 * The answer to `GET /v1/status`, version 1. It is closed at every level: what is not named here does not leave,
 * and nothing here is about a patient. Membership, consent and the ledger come with a later version.
 */
export const statusResponseSchema = z.strictObject({
  ...view.answerHead,
  version: z.string().describe("Of consilium."),
  startedAt: view.timeSchema,
  uptimeSeconds: z.number(),
  health: readyzAnswerSchema,
  remainingSeconds: z
    .number()
    .nullable()
    .describe("Of the run, at the median pace of its last rounds; null where that is not known."),
  alerts: z.array(alertSchema),
  node: nodeSchema.describe("The node as it is now."),
});

/** The answer to `GET /v1/status`; plain JSON. */
export type StatusResponse = z.output<typeof statusResponseSchema>;

/** A peer as answers have it: what is not known is null. */
export function peerAnswer(peer: PeerView): unknown {
  const {rttMs = null, address = null, direction = null, via = null} = peer.link;
  const {lastError = null, lastErrorDetail = null} = peer.link;
  return {...peer, link: {...peer.link, rttMs, address, direction, via, lastError, lastErrorDetail}};
}

/** What of a status is not the node's own word. */
export interface StatusFacts {
  readonly version: string;
  readonly startedAt: string;
  readonly uptimeSeconds: number;
  readonly health: {
    readonly ready: boolean;
    readonly healthy: boolean;
    readonly checks: readonly Check[];
  };
  readonly alerts: readonly Alert[];
}

function remainingSeconds({round, rounds, pace, stage}: NodeView): number | null {
  if (stage === null) return 0;
  return pace.medianRoundSeconds === null ? null : Math.round((rounds - round) * pace.medianRoundSeconds);
}

/** A node's view as the answer has it; a view with more in it than the schema names is refused by zod, a bug. */
export function statusResponseOf(node: NodeView, facts: StatusFacts): StatusResponse {
  return statusResponseSchema.parse({
    ...facts,
    schema: 1,
    remainingSeconds: remainingSeconds(node),
    node: {...node, peers: node.peers.map(peerAnswer)},
  });
}
