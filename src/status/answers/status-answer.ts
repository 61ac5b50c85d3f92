import {z} from "zod";
import type {NodeView, PeerView} from "../../node/index.ts";
import type {Remaining} from "../remaining-time.ts";
import {type Frozen} from "./frozen.ts";
import {type Alert, alertSchema, type Health, readyzAnswerSchema} from "./health-answer.ts";
import * as view from "./view-schemas.ts";

/** A view with null for every unknown value, as JSON has it. */
type Nulled<Value> = {readonly [Key in keyof Value]: Exclude<Value[Key], undefined> | NullOf<Value[Key]>};
type NullOf<Value> = undefined extends Value ? null : never;
/** Codes of errors are words to a reader. */
type AnsweredLink = Omit<Nulled<PeerView["link"]>, "lastError"> & {readonly lastError: string | null};
type AnsweredPeer = Omit<PeerView, "link"> & {readonly link: AnsweredLink};
type AnsweredView = Omit<NodeView, "peers"> & {readonly peers: readonly AnsweredPeer[]};

// Both ways: this schema names everything in a view, and a view has everything named here (see
// statusResponseOf).
const nodeSchema = z.strictObject({
  site: z.string(),
  peerId: z.string(),
  role: z.string(),
  consortium: z.string(),
  delegationEndsWallMs: z
    .number()
    .nullable()
    .describe("When the delegation of this node's key ends; null if it has no end."),
  voters: z.number().describe("How many members train and vote."),
  quorum: z.number().describe("How many of them decide a round."),
  plan: z.strictObject({name: z.string(), hash: z.string(), run: z.string()}),
  addresses: z.array(z.string()).describe("Where other nodes can reach this one."),
  activity: view.activitySchema,
  round: view.roundNumberSchema.describe(
    "The round under way, from 0; the number of rounds when all are done.",
  ),
  rounds: z.number().describe("Of the whole run, rounds of statistics included."),
  stage: view.stageSchema.nullable(),
  ready: z.array(z.string()),
  waitingFor: z.array(z.string()).describe("Names of the members that it waits for."),
  waitingSinceWallMs: z.number().nullable().describe("Since when; null when it waits for nobody."),
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
      "|own - agreed| / |agreed|: how far the site's own model was from the agreed one, in the last round in which it had one.",
    ),
  pace: z.strictObject({
    startedWallMs: z
      .number()
      .describe(
        "When the node had read its data and turned to the run, in ms since the Unix epoch; the daemon itself started at startedAt.",
      ),
    roundSinceWallMs: z.number(),
    lastCertifiedWallMs: z.number().nullable().describe("Null: none since the start."),
    lastPartWallMs: z
      .number()
      .nullable()
      .describe(
        "When a round was last certified with this site's part, or a swap or push of it committed; null: not since the start.",
      ),
    allowedSeconds: z
      .number()
      .describe(
        "How long it may be until the next while all is well: the plan's deadline and the usual time.",
      ),
    recentRoundSeconds: z
      .array(z.number())
      .describe("Durations of the last 20 rounds of the kind under way, the oldest first."),
    medianRoundSeconds: z.number().nullable().describe("Their median."),
    deadlineSeconds: z.number().describe("The longest that the plan lets a round wait for a member."),
  }),
  exchanges: z
    .strictObject({fetched: z.number(), fetchFailed: z.number(), served: z.number()})
    .describe("Transfers of parameters since the start."),
  equivocators: z.array(z.string()).describe("Members that contradicted themselves in this run, with proof."),
  fault: z.string().nullable().describe("Code of what keeps the node from going on."),
  certified: view.roundSchema.nullable(),
  absences: z.array(view.roundSchema).describe("The last 50 rounds that went on without some members."),
  shares: z.array(view.shareSchema).describe("One for each member that trains, this one included."),
  withheld: view.withheldSchema,
  result: view.resultSchema.nullable().describe("Null until the run has ended."),
}) satisfies z.ZodType<AnsweredView>;

/**
 * The answer to `GET /v1/status`, version 1. It is closed at every level: a field that is not named here does
 * not leave, and nothing here is about a patient. Membership, consent and the ledger come with a later
 * version.
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
    .describe("Of the run, at the pace of its last rounds; null where that is not known."),
  remainingReason: z.string().nullable().describe("Why remainingSeconds is not known; null when it is."),
  certificate: z
    .strictObject({expiresAt: view.timeSchema})
    .nullable()
    .describe("The TLS certificate of the status server; null without TLS."),
  alerts: z.array(alertSchema),
  node: nodeSchema.describe("The node as it is now."),
});

/** The answer to `GET /v1/status`; plain JSON. */
export type StatusResponse = z.output<typeof statusResponseSchema>;

/** A peer as answers have it: unknown values are null. */
export function peerAnswer(peer: PeerView): AnsweredPeer {
  const {rttMs = null, lastHeardWallMs = null, address = null, direction = null, via = null} = peer.link;
  const {lastError = null, lastErrorDetail = null, excludedUntilWallMs = null} = peer.link;
  const known = {
    rttMs,
    lastHeardWallMs,
    address,
    direction,
    via,
    lastError,
    lastErrorDetail,
    excludedUntilWallMs,
  };
  return {...peer, link: {...peer.link, ...known}};
}

/** Facts of a status that do not come from the node. */
export interface StatusFacts {
  readonly version: string;
  readonly startedAt: string;
  readonly uptimeSeconds: number;
  readonly health: Health;
  readonly remaining: Remaining;
  /** Time at which the certificate of the status server expires, in wall-clock ms; null without TLS. */
  readonly certificateEndsWallMs: number | null;
  readonly alerts: readonly Alert[];
}

/** The answer with a node's view. zod refuses a view with fields that the schema does not name: a bug. */
export function statusResponseOf(node: NodeView, facts: StatusFacts): StatusResponse {
  const {remaining, certificateEndsWallMs: endsMs, ...said} = facts;
  const answer: Frozen<z.input<typeof statusResponseSchema>> = {
    ...said,
    schema: 1,
    remainingSeconds: remaining.seconds,
    remainingReason: remaining.reason,
    certificate: endsMs === null ? null : {expiresAt: new Date(endsMs).toISOString()},
    node: {...node, peers: node.peers.map(peerAnswer)},
  };
  return statusResponseSchema.parse(answer);
}
