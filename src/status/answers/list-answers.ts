import {z} from "zod";
import {planSchema} from "../../consortium/index.ts";
import {at} from "../../core/index.ts";
import type {Node, RoundRecord} from "../../node/index.ts";
import {type Frozen} from "./frozen.ts";
import {peerAnswer} from "./status-answer.ts";
import * as view from "./view-schemas.ts";

const MAX_ROUNDS = 2000;

/** Query parameters of lists. */
export const limitQuerySchema = z.strictObject({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_ROUNDS)
    .default(100)
    .describe("At most so many, the newest first."),
});

/** The query of a path that takes no parameters. */
export const noQuerySchema = z.strictObject({});

/** The query of a probe or a scraper, which may add parameters of its own; they change nothing. */
export const anyQuerySchema = z.looseObject({});

function listSchema<Item extends z.ZodType>(item: Item) {
  return z.strictObject({
    ...view.answerHead,
    data: z.array(item),
    meta: z.strictObject({count: z.number()}),
  });
}

/** The answer to `GET /v1/peers`: every other member on the roster. */
export const peersAnswerSchema = listSchema(view.peerSchema);

const runSchema = z.strictObject({
  run: z.string().describe("Its id."),
  state: view.activitySchema,
  round: view.roundNumberSchema,
  rounds: z.number(),
  members: z.array(z.strictObject({name: z.string(), peerId: z.string(), role: z.string()})),
  planHash: view.hashSchema.describe("Of exactly the bytes that this site approved."),
  plan: planSchema,
});

/** The answer to `GET /v1/runs`: the runs that the node takes part in. */
export const runsAnswerSchema = listSchema(runSchema);

/** The answer with the runs. */
export type RunsAnswer = z.output<typeof runsAnswerSchema>;

const certifiedRoundSchema = z.strictObject({
  ...view.roundSchema.shape,
  stage: view.stageSchema,
  certifiedAt: view.timeSchema.nullable().describe("At this node; null for a round before its last start."),
  seconds: view.secondsSchema,
  contributors: z.array(z.string()),
  certificate: z
    .strictObject({
      roster: view.hashSchema,
      parent: view.hashSchema.describe("Of the body of the certificate before."),
      weight: z.number().describe("Sum of the contributors' weights: of n / N0 of the plan."),
      peakWeight: z.number(),
      ballot: z.number(),
      votes: z.array(
        z.strictObject({
          member: z.string(),
          peerId: z.string(),
          signature: z.string().describe("Ed25519, in base64."),
        }),
      ),
    })
    .describe("Proof that a quorum of the members voted for the result."),
});

/** The answer to `GET /v1/rounds`: certified rounds, the newest first. */
export const roundsAnswerSchema = listSchema(certifiedRoundSchema);

const releaseSchema = z.strictObject({
  day: z.iso.date().describe("In UTC."),
  hour: z
    .number()
    .nullable()
    .describe(
      "Of the day, 0 to 23, in UTC; null: those of its hours that have no row of their own, as they are more than 26 hours ago.",
    ),
  peer: z.string().describe("Name of the member that it went to."),
  kind: z
    .enum(["update", "mixture", "snapshot", "frame"])
    .describe(
      "update: the site's own, as the plan lets it leave; mixture: a sum of members' updates; snapshot: a round's result, which all members hold; frame: a message of the protocol, such as a vote.",
    ),
  messages: z.number(),
  bytes: z.number().describe("Without framing."),
});

/**
 * The answer to `GET /v1/releases`: counts of the releases that have left this node, the sum of its
 * ledger over the last 100 days at least. A crash can cost those of its last ten seconds.
 */
export const releasesAnswerSchema = listSchema(releaseSchema);

/** The answer with the releases. */
export type ReleasesAnswer = z.output<typeof releasesAnswerSchema>;

/**
 * The answer to `GET /v1/history`: the figures of the run over all of its rounds, at most 512 points. It has
 * the newest 128 rounds, and every second, fourth, eighth and so on of the earlier ones.
 */
export const historyAnswerSchema = listSchema(
  z.strictObject({
    round: view.roundNumberSchema,
    loss: z
      .number()
      .nullable()
      .describe("Mean over the last local steps; null where there was none, or it is withheld."),
    consensusDistance: z
      .number()
      .nullable()
      .describe("See the node's status; null where the site had no model of its own."),
    validation: view.validationSchema.omit({round: true}).nullable(),
  }),
).extend({run: z.string().describe("Its id.")});

/** The answer with the figures of a run. */
export type HistoryAnswer = z.output<typeof historyAnswerSchema>;

/** The parts of a node from which lists are made. */
export type ListSource = Pick<Node, "view" | "plan" | "roster" | "rounds" | "history" | "releases">;

/** An answer of a list; what it is made of has all that the schema names. */
function listOf<Answer, Given extends {data: readonly unknown[]}>(
  schema: z.ZodType<Answer, Given>,
  data: Frozen<Given["data"]> & readonly unknown[],
): Answer {
  return schema.parse({schema: 1, data, meta: {count: data.length}});
}

/** The answer to `GET /v1/peers`. */
export function peersAnswer({view: viewOf}: ListSource): z.output<typeof peersAnswerSchema> {
  return listOf(peersAnswerSchema, viewOf().peers.map(peerAnswer));
}

/** The answer to `GET /v1/runs`. */
export function runsAnswer({view: viewOf, plan, roster}: ListSource): RunsAnswer {
  const {plan: identity, activity, round, rounds} = viewOf();
  const members = roster.members.map(({name, peerId, role}) => ({name, peerId, role}));
  const run = {
    run: identity.run,
    state: activity,
    round,
    rounds,
    members,
    planHash: plan.hash,
    plan: plan.plan,
  };
  return listOf(runsAnswerSchema, [run]);
}

function roundItem(record: RoundRecord): Frozen<z.input<typeof certifiedRoundSchema>> {
  const {certificate, voters, certifiedWallMs, seconds, stage, absent, contributors} = record;
  const {body, ballot, votes} = certificate;
  const {round, attempt, result, roster, parent, weight, peakWeight} = body;
  const certifiedAt = certifiedWallMs === null ? null : new Date(certifiedWallMs).toISOString();
  const signed = votes.map(({member, signature}, index) => ({
    member: at(voters, index),
    peerId: member,
    signature: Buffer.from(signature).toString("base64"),
  }));
  return {
    round,
    attempt,
    result,
    stage,
    absent,
    contributors,
    certifiedAt,
    seconds,
    certificate: {roster, parent, weight, peakWeight, ballot, votes: signed},
  };
}

/** The answer to `GET /v1/rounds`. */
export function roundsAnswer(source: ListSource, limit: number): z.output<typeof roundsAnswerSchema> {
  return listOf(roundsAnswerSchema, source.rounds(limit).map(roundItem));
}

/** The answer to `GET /v1/releases`. */
export function releasesAnswer({releases}: ListSource): ReleasesAnswer {
  return listOf(releasesAnswerSchema, releases());
}

/** The answer to `GET /v1/history`. */
export function historyAnswer({view: viewOf, history}: ListSource): HistoryAnswer {
  const data = history();
  const answer: Frozen<z.input<typeof historyAnswerSchema>> = {
    schema: 1,
    run: viewOf().plan.run,
    data,
    meta: {count: data.length},
  };
  return historyAnswerSchema.parse(answer);
}
