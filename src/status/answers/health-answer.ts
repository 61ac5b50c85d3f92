import {z} from "zod";
import type {AlertName} from "../../node/index.ts";
import {timeSchema} from "./view-schemas.ts";

const CHECKS = ["started", "storage", "quorum", "exchanging"] as const;

/** A check's name. */
export type CheckName = (typeof CHECKS)[number];

/** Meaning of each check of a node when it is ok, and the place to look when it is not. */
export const CHECK_MEANINGS: Readonly<Record<CheckName, string>> = {
  started: "the node has opened its files, its data and its network, and has not failed",
  storage: "everything that had to be on disk is there; a failed write ends the node",
  quorum:
    "as many training members as a decision needs, this one included, are linked and not silent; or the run has ended",
  exchanging:
    "a round was certified with this site's part since the start, and the last such round is recent enough; or the run has ended",
};

/** Checks that tell whether the node could take part in a round. */
export const READINESS_CHECKS: readonly CheckName[] = ["started", "storage", "quorum"];

/** Checks that tell whether it does take part. */
export const HEALTH_CHECKS: readonly CheckName[] = ["started", "storage", "exchanging"];

/** A check and its outcome. */
export const checkSchema = z.strictObject({
  name: z.enum(CHECKS),
  ok: z.boolean(),
  detail: z.string().describe("One line for people."),
});

/** A check of a node. */
export type Check = z.output<typeof checkSchema>;

/** The answer to `GET /livez`. */
export const livezAnswerSchema = z.strictObject({status: z.literal("alive")});

const stateSchema = z
  .enum(["starting", "waiting", "exchanging", "stalled", "finished", "failed"])
  .describe(
    "starting: it opens its files; waiting: no round is certified with its part since the start; exchanging: healthy; stalled: the last is longer ago than is allowed; finished: the run has ended, healthy; failed: it cannot go on.",
  );

/** Reasons why a node is healthy or not. */
const saidSchema = z.strictObject({
  state: stateSchema,
  reason: z.string().describe("One line for people."),
  since: timeSchema
    .nullable()
    .describe(
      "When its part last took effect, or, where it has not since the start, when the node was up; null while it is starting and once the run has ended.",
    ),
  waitingFor: z.array(z.string()).describe("Names of the members that it waits for."),
});

/** The answer to `GET /healthz`, with 200 if healthy, else 503. */
export const healthzAnswerSchema = z.strictObject({
  status: z.enum(["healthy", "unhealthy"]),
  ...saidSchema.shape,
  failing: z
    .array(z.string())
    .describe("Names of the checks that are not ok, when it is unhealthy; /readyz says what each found."),
});

/** The answer to `GET /readyz`, with 200 if ready, else 503. */
export const readyzAnswerSchema = z.strictObject({
  ready: z.boolean().describe("All checks but `exchanging` are ok: the node could take part."),
  healthy: z.boolean().describe("All checks but `quorum` are ok: it takes part."),
  ...saidSchema.shape,
  checks: z.array(checkSchema),
});

/** The outcome of all checks. */
export type Health = z.output<typeof readyzAnswerSchema>;

/** All alerts. */
const ALERTS = {
  "peers-below-quorum": "peers-below-quorum",
  "peer-silent": "peer-silent",
  "round-stalled": "round-stalled",
  "share-fallen": "share-fallen",
  "certificate-expiring": "certificate-expiring",
  "delegation-ending": "delegation-ending",
  equivocation: "equivocation",
  "egress-blocked": "egress-blocked",
  "node-failed": "node-failed",
} as const satisfies {readonly [Name in AlertName]: Name};

/** Something that an operator must look at. */
export const alertSchema = z.strictObject({
  alert: z.enum(ALERTS),
  severity: z.enum(["warn", "page"]),
  since: timeSchema,
  detail: z.string(),
});

/** A standing alert. */
export type Alert = z.output<typeof alertSchema>;
