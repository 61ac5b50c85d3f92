import {z} from "zod";
import {timeSchema} from "./view-schemas.ts";

/** What each check of a node means when it is ok, and what to look at when it is not. */
export const CHECK_MEANINGS = {
  started: "the node has opened its files, its data and its network",
  roster: "the node's key is on the roster under the site's name",
  preflight: "the approved plan fits the roster and the site's data, which were read, checked and split",
  storage: "everything that had to be on disk is there; a failed write ends the node",
  quorum: "so many members that train, this one included, are linked as a decision needs",
  exchanging: "rounds are certified at their usual pace, or the run has ended",
} as const;

/** A check's name. */
export type CheckName = keyof typeof CHECK_MEANINGS;

/** Checks of whether the node could take part; with `exchanging` they make it healthy. */
export const READINESS_CHECKS: readonly CheckName[] = ["started", "roster", "preflight", "storage", "quorum"];

/** A check and its outcome. */
export const checkSchema = z.strictObject({
  name: z.enum(["started", "roster", "preflight", "storage", "quorum", "exchanging"]),
  ok: z.boolean(),
  detail: z.string().describe("One line for people."),
});

/** A check of a node. */
export type Check = z.output<typeof checkSchema>;

/** The answer to `GET /livez`. */
export const livezAnswerSchema = z.strictObject({status: z.literal("alive")});

/** The answer to `GET /healthz`, with 200 when healthy and else 503. */
export const healthzAnswerSchema = z.strictObject({
  status: z.enum(["healthy", "unhealthy"]),
  failing: z.array(z.string()).describe("Names of the checks that are not ok; /readyz says what each found."),
});

/** The answer to `GET /readyz`, with 200 when ready and else 503. */
export const readyzAnswerSchema = z.strictObject({
  ready: z.boolean().describe("All checks but `exchanging` are ok: the node could take part."),
  healthy: z.boolean().describe("All checks are ok: it does."),
  checks: z.array(checkSchema),
});

/** Something that an operator must look at. */
export const alertSchema = z.strictObject({
  alert: z.enum(["peers-below-quorum", "round-stalled", "equivocation", "egress-blocked", "node-failed"]),
  severity: z.enum(["warn", "page"]),
  since: timeSchema,
  detail: z.string(),
});

/** A standing alert. */
export type Alert = z.output<typeof alertSchema>;
