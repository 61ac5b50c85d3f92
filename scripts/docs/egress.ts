/*
 * Every message that a node can send to another one, field by field, from the closed schemas that also read them.
 */
import {z} from "zod";
import {BLOB_SCHEMAS} from "../../src/network/blobs/blob-wire.ts";
import {HANDSHAKE_SCHEMAS} from "../../src/network/handshake.ts";
import {frameSchema} from "../../src/rounds/frames.ts";

/** What each field says, by its name; the same name means the same in every message. */
const MEANING: Readonly<Record<string, string>> = {
  attempt: "number of the ballot whose exchange made the result",
  ballot: "number of a leader's chance to decide the round",
  bodies: "hashes of what was voted on",
  body: "what is voted on, or its hash",
  certificate: "a decision with its votes",
  chunk: "number of a stretch of the vector",
  claims: "two signed words of which one is a lie, or one that signed parts disprove",
  clock: "how far each member has come, in units of work",
  contribution: "hash of a contribution's bytes",
  contributions: "hashes of contributions' bytes",
  contributors: "ids of the members whose contributions were mixed",
  field: "name of the field in which two nodes differ",
  group: "hash that names an attempt",
  hash: "hash of the bytes that are asked for",
  incarnation: "how often the sender has started",
  isTaken: "whether a share was taken in",
  kind: "kind of a proof",
  length: "number of bytes",
  lock: "a quorum's votes for a result that is not decided yet",
  mass: "hash of an encoded mass",
  member: "id of a member",
  members: "ids of members",
  minor: "minor version of the wire format",
  offset: "where the asked bytes begin",
  outcome: "how a pair's exchange ends",
  parent: "hash of the decision before",
  participants: "ids of the members of an attempt, with hashes of their contributions",
  parts: "hashes of the parts of a contribution, or of the list of parts of a sum",
  peakWeight: "largest sum of weights since the run began",
  phase: "number of a schedule's phase",
  products: "inner products of the sender's contribution with random vectors, one for 4,096 values",
  proof: "votes that justify a proposal",
  reason: "one word of a closed list",
  result: "hash of the model that a round made",
  roster: "hash of the members' ids and roles",
  round: "number of the round",
  run: "id of the run",
  seed: "seed of a random vector",
  seq: "number of an exchange",
  session: "number of an attempt to link",
  signature: "signature by the node key",
  signatures: "signatures by the node key",
  status: "one word of a closed list",
  step: "`accept` or `commit`",
  sum: "hash of an encoded sum",
  terms: "hashes of consortium, roster, run and model layout that both ends must share",
  total: "size of a blob in bytes",
  trial: "number of an attempt within its ballot",
  type: "name of the message",
  view: "hash of the set of members that the sender sees",
  votes: "ids of members, with their signatures",
  weight: "sum of the contributors' weights: train patients over a power of two",
  window: "size of a stream's window in bytes",
};

/** What of a JSON Schema is told. */
interface Shape {
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly items?: Shape;
  readonly prefixItems?: readonly Shape[];
}

const shapeOf = (schema: z.ZodType): Shape =>
  z.toJSONSchema(schema, {unrepresentable: "any", reused: "inline"}) as Shape;
const variantsOf = ({anyOf = [], oneOf = []}: Shape): readonly Shape[] => [...oneOf, ...anyOf];

interface Message {
  readonly protocol: string;
  readonly name: string;
  readonly shape: Shape;
}

function messagesOf(protocol: string, schemas: Readonly<Record<string, z.ZodType>>): readonly Message[] {
  return Object.entries(schemas).map(([name, schema]) => ({protocol, name, shape: shapeOf(schema)}));
}

const MESSAGES: readonly Message[] = [
  ...messagesOf("link", HANDSHAKE_SCHEMAS),
  ...variantsOf(shapeOf(frameSchema)).map((shape) => ({
    protocol: "link",
    name: String(shape.properties?.["type"]?.const),
    shape,
  })),
  ...messagesOf("blob", BLOB_SCHEMAS),
];

/** The names of all fields in a shape, those within fields too. */
function namesIn(shape: Shape): readonly string[] {
  const {properties = {}, items, prefixItems = []} = shape;
  const within = [...variantsOf(shape), ...prefixItems, ...(items === undefined ? [] : [items])];
  return [
    ...Object.entries(properties).flatMap(([name, field]) => [name, ...namesIn(field)]),
    ...within.flatMap(namesIn),
  ];
}

/** The messages of all protocols, each with its outermost fields, as a Markdown table. */
export function egressMessages(): string {
  const rows = MESSAGES.map(({protocol, name, shape: {properties = {}}}) => {
    const fields = Object.keys(properties).map((field) => `\`${field}\``);
    return `| ${protocol} | \`${name}\` | ${fields.join(", ")} |`;
  });
  return ["| protocol | message | fields |", "|---|---|---|", ...rows].join("\n");
}

/** All fields of all messages, with their meaning, as a Markdown table. @throws if a field is not explained */
export function egressFields(): string {
  const names = [...new Set(MESSAGES.flatMap(({shape}) => namesIn(shape)))].sort();
  const rows = names.map((name) => {
    const meaning = MEANING[name];
    if (meaning === undefined)
      throw new Error(`scripts/docs/egress.ts does not say what the field ${name} is`);
    return `| \`${name}\` | ${meaning} |`;
  });
  return ["| field | what it says |", "|---|---|", ...rows].join("\n");
}
