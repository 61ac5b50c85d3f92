import {z} from "zod";
import type {NodeEvent, StampedEvent} from "../../node/index.ts";
import {alertSchema} from "./health-answer.ts";
import * as view from "./view-schemas.ts";

const stamp = {
  id: z.string().describe("Grows within a daemon's life; `<start in ms>-<number>`."),
  at: view.timeSchema,
};
type ReportKind = Extract<NodeEvent, {type: "report"}>["kind"];
/** All kinds of reports: an unknown kind would fail the schema and end the node that reports it. */
const REPORT_KINDS = {
  waiting: "waiting",
  "left-out": "left-out",
  "took-over": "took-over",
  "joined-late": "joined-late",
  objection: "objection",
  "proposal-refused": "proposal-refused",
  "mass-undetermined": "mass-undetermined",
  "views-differ": "views-differ",
  "lineage-adopted": "lineage-adopted",
  verdicts: "verdicts",
  equivocation: "equivocation",
  fork: "fork",
} as const satisfies {readonly [Kind in ReportKind]: Kind};
const names = z.array(z.string()).describe("Of members, as on the roster.");

/** The `data` of an event of `GET /v1/events`; its SSE `event` is its `type`. */
export const eventAnswerSchema = z.discriminatedUnion("type", [
  z.strictObject({...stamp, type: z.literal("opening"), step: view.openingSchema}),
  z.strictObject({
    ...stamp,
    type: z.literal("activity"),
    activity: view.activitySchema,
    round: view.roundNumberSchema,
    stage: view.stageSchema.nullable(),
  }),
  z.strictObject({
    ...stamp,
    type: z.literal("round"),
    ...view.roundSchema.shape,
    stage: view.stageSchema,
    contributors: names,
    seconds: view.secondsSchema,
    consensusDistance: z.number().nullable(),
  }),
  z.strictObject({...stamp, type: z.literal("absence"), round: view.roundNumberSchema, members: names}),
  z.strictObject({...stamp, type: z.literal("validation"), ...view.validationSchema.shape}),
  z.strictObject({...stamp, type: z.literal("loss"), round: view.roundNumberSchema, loss: z.number()}),
  z.strictObject({
    ...stamp,
    type: z.literal("link"),
    peer: z.string(),
    status: z.enum(["up", "down"]),
    reason: z.string().nullable(),
  }),
  z.strictObject({
    ...stamp,
    type: z.literal("release"),
    kind: z.enum(["update", "mixture", "snapshot"]),
    hash: view.hashSchema,
    bytes: z.number(),
  }),
  z.strictObject({
    ...stamp,
    type: z.literal("report"),
    kind: z.enum(REPORT_KINDS),
    round: view.roundNumberSchema,
    members: names,
    reason: z.string().nullable(),
    isRejection: z
      .boolean()
      .describe("Whether a member's part was wrong, and not merely late or left out by a robust rule."),
  }),
  z.strictObject({...stamp, type: z.literal("egress-blocked"), reason: z.string()}),
  z.strictObject({
    ...stamp,
    type: z.literal("alert"),
    alert: alertSchema.shape.alert,
    state: z.enum(["raised", "cleared"]),
    detail: z.string(),
  }),
]);

/** An event as its listeners receive it. */
export type EventAnswer = z.output<typeof eventAnswerSchema>;

/**
 * The `data` of the SSE event `gap`, which has no id: the listener missed events that are no longer held.
 * `missed` is null if the id that it named comes from an earlier life of the daemon.
 */
export const gapAnswerSchema = z.strictObject({type: z.literal("gap"), missed: z.number().nullable()});

/** The `data` of a gap. */
export type GapAnswer = z.output<typeof gapAnswerSchema>;

/**
 * The form in which listeners receive an event. A field that the schema does not name is a bug, which zod
 * refuses.
 */
export function eventAnswer({id, wallMs, event}: StampedEvent): EventAnswer {
  return eventAnswerSchema.parse({id, at: new Date(wallMs).toISOString(), ...event});
}
