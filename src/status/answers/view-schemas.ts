import {z} from "zod";

/** Hexadecimal SHA-256. */
export const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);

/** A time in a form that people can read. */
export const timeSchema = z.iso.datetime();

/** An estimate with its 95 % interval. */
export const intervalSchema = z
  .strictObject({value: z.number(), low: z.number(), high: z.number()})
  .describe("An estimate with its 95 % interval.");

/** Purpose of a round. */
export const stageSchema = z
  .enum(["mean", "deviation", "training"])
  .describe("The first two are rounds of statistics, for scaling; they come first, where the plan has them.");

/** Present activity of a node. */
export const activitySchema = z
  .enum(["waiting", "training", "exchanging", "finished"])
  .describe("waiting: for other members; exchanging: its own work of the round is done and handed in.");

/** The part that a node must open before it can take part. */
export const openingSchema = z
  .enum(["data", "records", "members", "network"])
  .describe(
    "data: its patients' files are read and checked; records: what it kept of the run; members: others are asked whether its backup is outdated; network: its links.",
  );

/** The number of a round. */
export const roundNumberSchema = z.number().describe("From 0, rounds of statistics included.");

/** One other member as this node sees it. */
export const peerSchema = z.strictObject({
  name: z.string().describe("On the roster."),
  role: z.string(),
  link: z.strictObject({
    peer: z.string().describe("Peer ID."),
    status: z
      .enum(["up", "silent", "down"])
      .describe(
        "silent: the link is there, and nothing has come over it for longer than two heartbeats take.",
      ),
    sinceWallMs: z.number().describe("Since when the status holds, in ms since the Unix epoch."),
    lastHeardWallMs: z
      .number()
      .nullable()
      .describe("When the last byte came from it, in ms since the Unix epoch; null: none has."),
    rttMs: z.number().nullable().describe("Round trip; null when the link is not up, or silent."),
    bytesSent: z.number().describe("Since the start, framing included."),
    bytesReceived: z.number(),
    address: z.string().nullable(),
    direction: z.enum(["inbound", "outbound"]).nullable(),
    via: z.literal("direct").nullable(),
    lastError: z.string().nullable().describe("Code of why the link last ended or did not come up."),
    lastErrorDetail: z.string().nullable(),
    violations: z.number().describe("How many times it broke the wire format."),
    exclusions: z
      .number()
      .describe(
        "How many times it was kept out for a time: it overspent its budget, or broke the wire format.",
      ),
    excludedUntilWallMs: z
      .number()
      .nullable()
      .describe("When the last of these times ends, in ms since the Unix epoch; null: there was none."),
  }),
  lastExchangeWallMs: z
    .number()
    .nullable()
    .describe(
      "When parameters last went to or came from it, in ms since the Unix epoch; null: not since the start.",
    ),
  absences: z.number().describe("How many of the rounds remembered were certified without it."),
});

const roundCountSchema = z.strictObject({contributed: z.number(), certified: z.number()});

/** Number of rounds in which a member took part. */
export const shareSchema = z
  .strictObject({
    name: z.string().describe("On the roster."),
    run: roundCountSchema.describe("Since the beginning of the run."),
    recent: roundCountSchema.describe("Of the last 50 rounds."),
  })
  .describe("In how many certified rounds the member's part is, as far as this node holds the certificates.");

/** A certified round, in brief. */
export const roundSchema = z.strictObject({
  round: roundNumberSchema,
  attempt: z.number().describe("The ballot whose exchange made the result: 0 unless something went wrong."),
  result: z.string().describe("SHA-256 of the resulting parameters."),
  absent: z.array(z.string()).describe("Names of members without whom it was certified."),
});

/** Durations of the parts of a round at this node. */
export const secondsSchema = z
  .strictObject({
    total: z.number().nullable(),
    training: z.number().nullable(),
    exchanging: z.number().nullable(),
  })
  .describe("How long its parts took at this node; null where it cannot be told.");

/** The figures of a certified model on the site's validation patients. */
export const validationSchema = z.strictObject({
  round: roundNumberSchema,
  n: z.number().describe("Validation patients."),
  auroc: intervalSchema
    .nullable()
    .describe("Null where it is undefined or withheld: fewer than 10 of a class."),
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

/** The end of the run at the site. */
export const resultSchema = z.strictObject({
  round: roundNumberSchema.describe("The last round, from 0."),
  model: hashSchema.describe("Of the final model; `consilium predict` uses it."),
  test: testSchema
    .nullable()
    .describe("The final model on the site's test patients; null without any, or where it is withheld."),
});

/** The figures that are null because they may not be shown. */
export const withheldSchema = z
  .strictObject({loss: z.boolean(), validation: z.boolean(), test: z.boolean()})
  .describe(
    "Which figures may never be shown here: fewer than 10 of a class. Others are null until they are known.",
  );

/** The head of every answer: the version of its form, raised for every change that a reader must know of. */
export const answerHead = {schema: z.literal(1).describe("Version of the answer's form.")};
