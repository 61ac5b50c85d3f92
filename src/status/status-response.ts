import {z} from "zod";
import type {NodeView, PeerView} from "../node/index.ts";

const intervalSchema = z
  .strictObject({value: z.number(), low: z.number(), high: z.number()})
  .describe("An estimate with its 95 % interval.");

const peerSchema = z.strictObject({
  name: z.string(),
  role: z.string(),
  link: z.strictObject({
    peer: z.string().describe("Peer ID."),
    status: z.enum(["up", "down"]),
    sinceWallMs: z.number().describe("Since when the status holds, in ms since the Unix epoch."),
    rttMs: z.number().nullable(),
    bytesSent: z.number(),
    bytesReceived: z.number(),
    address: z.string().nullable(),
    direction: z.enum(["inbound", "outbound"]).nullable(),
    via: z.literal("direct").nullable(),
    lastError: z.string().nullable(),
    lastErrorDetail: z.string().nullable(),
    violations: z.number(),
  }),
});

const roundSchema = z.strictObject({
  round: z.number(),
  attempt: z.number(),
  result: z.string().describe("SHA-256 of the resulting parameters."),
  absent: z.array(z.string()),
});

const validationSchema = z.strictObject({
  round: z.number(),
  n: z.number(),
  auroc: intervalSchema.nullable(),
  logLoss: z.number().nullable(),
});

const testSchema = z.strictObject({
  n: z.number(),
  positives: z.number(),
  auroc: intervalSchema.nullable(),
  auprc: intervalSchema.nullable(),
  accuracy: intervalSchema.nullable(),
  brier: intervalSchema.nullable(),
  logLoss: intervalSchema.nullable(),
});

const nodeSchema = z.strictObject({
  site: z.string(),
  peerId: z.string(),
  consortium: z.string(),
  plan: z.strictObject({name: z.string(), hash: z.string(), run: z.string()}),
  addresses: z.array(z.string()).describe("Where other nodes can reach this one."),
  activity: z.enum(["waiting", "training", "exchanging", "finished"]),
  round: z.number(),
  rounds: z.number().describe("Of the whole run, rounds of statistics included."),
  stage: z.enum(["mean", "deviation", "training"]).nullable(),
  ready: z.array(z.string()),
  waitingFor: z.array(z.string()),
  peers: z.array(peerSchema),
  bytesSent: z.number(),
  bytesReceived: z.number(),
  backend: z.string().nullable(),
  loss: z.number().nullable(),
  validation: validationSchema.nullable(),
  certified: roundSchema.nullable(),
  absences: z.array(roundSchema),
  test: testSchema.nullable(),
});

/**
 * The answer to `GET /v1/status`, version 1. It is closed at every level: what is not named here does not leave,
 * and nothing here is about a patient.
 */
export const statusResponseSchema = z.strictObject({
  schema: z.literal(1),
  version: z.string().describe("Of consilium."),
  startedAt: z.iso.datetime(),
  uptimeSeconds: z.number(),
  node: nodeSchema.describe("The node as it is now."),
});

/** The answer to `GET /v1/status`; plain JSON. */
export type StatusResponse = z.output<typeof statusResponseSchema>;

function peerOf({name, role, link}: PeerView): unknown {
  const {rttMs = null, address = null, direction = null, via = null} = link;
  const {lastError = null, lastErrorDetail = null} = link;
  return {name, role, link: {...link, rttMs, address, direction, via, lastError, lastErrorDetail}};
}

/** A node's view as the answer has it; a view with more in it than the schema names is refused by zod, a bug. */
export function statusResponseOf(
  view: NodeView,
  facts: Pick<StatusResponse, "version" | "startedAt" | "uptimeSeconds">,
): StatusResponse {
  return statusResponseSchema.parse({...facts, schema: 1, node: {...view, peers: view.peers.map(peerOf)}});
}
