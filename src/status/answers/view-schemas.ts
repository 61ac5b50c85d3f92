import {z} from "zod";

/** Hexadecimal SHA-256. */
export const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);

/** A time that people read. */
export const timeSchema = z.iso.datetime();

/** An estimate with its 95 % interval. */
export const intervalSchema = z
  .strictObject({value: z.number(), low: z.number(), high: z.number()})
  .describe("An estimate with its 95 % interval.");

/** What a round is for. */
export const stageSchema = z
  .enum(["mean", "deviation", "training"])
  .describe("The first two are rounds of statistics, for scaling; they come first, where the plan has them.");

/** What a node does. */
export const activitySchema = z
  .enum(["waiting", "training", "exchanging", "finished"])
  .describe("waiting: for other members; exchanging: its own work of the round is done and handed in.");

/** One other member as this node sees it. */
export const peerSchema = z.strictObject({
  name: z.string().describe("On the roster."),
  role: z.string(),
  link: z.strictObject({
    peer: z.string().describe("Peer ID."),
    status: z.enum(["up", "down"]),
    sinceWallMs: z.number().describe("Since when the status holds, in ms since the Unix epoch."),
    rttMs: z.number().nullable(),
    bytesSent: z.number().describe("Since the start, framing included."),
    bytesReceived: z.number(),
    address: z.string().nullable(),
    direction: z.enum(["inbound", "outbound"]).nullable(),
    via: z.literal("direct").nullable(),
    lastError: z.string().nullable().describe("Code of why the link last ended or did not come up."),
    lastErrorDetail: z.string().nullable(),
    violations: z.number().describe("How many times it broke the wire format."),
  }),
  lastExchangeWallMs: z
    .number()
    .nullable()
    .describe(
      "When parameters last went to or came from it, in ms since the Unix epoch; null: not since the start.",
    ),
  absences: z.number().describe("How many of the rounds remembered were certified without it."),
});

/** A certified round, in brief. */
export const roundSchema = z.strictObject({
  round: z.number(),
  attempt: z.number().describe("The ballot whose exchange made the result: 0 unless something went wrong."),
  result: z.string().describe("SHA-256 of the resulting parameters."),
  absent: z.array(z.string()).describe("Names of members without whom it was certified."),
});

/** How long the parts of a round took at this node. */
export const secondsSchema = z
  .strictObject({
    total: z.number().nullable(),
    training: z.number().nullable(),
    exchanging: z.number().nullable(),
  })
  .describe("How long its parts took at this node; null where it can not be told.");

/** A certified model on the site's validation patients. */
export const validationSchema = z.strictObject({
  round: z.number(),
  n: z.number().describe("Validation patients."),
  auroc: intervalSchema
    .nullable()
    .describe("Null where it is undefined or withheld: fewer than 10 of a class."),
  logLoss: z.number().nullable(),
});

/** The final model on the site's test patients. */
export const testSchema = z.strictObject({
  n: z.number(),
  positives: z.number(),
  auroc: intervalSchema.nullable(),
  auprc: intervalSchema.nullable(),
  accuracy: intervalSchema.nullable(),
  brier: intervalSchema.nullable(),
  logLoss: intervalSchema.nullable(),
});

/** The head of every answer: its form, of which a change that a reader must know of has another number. */
export const answerHead = {schema: z.literal(1).describe("Version of the answer's form.")};
