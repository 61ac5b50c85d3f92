import {z} from "zod";
import {nameSchema} from "../core/index.ts";

/** Most members of a consortium. */
export const MOST_MEMBERS = 256;
/**
 * Attempts below this one are the members', the others the recovery keys'. So what the recovery keys decide
 * stands, whatever members who have not heard of it decide.
 */
export const FIRST_RECOVERY_ATTEMPT = 64;
const MOST_ATTEMPTS = 128;
const MOST_HEIGHT = 1_000_000;
/** A node's delegation lasts at most so long. */
export const MOST_DELEGATION_MS = 90 * 24 * 3600 * 1000;

const hash = z.string().regex(/^[0-9a-f]{64}$/);
/** Text form of an Ed25519 key, as libp2p writes it. */
const key = z.string().regex(/^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/, "must be an Ed25519 key (12D3KooW...)");
const height = z.int().min(1).max(MOST_HEIGHT);
const attempt = z
  .int()
  .min(0)
  .max(MOST_ATTEMPTS - 1);
const membersAttempt = z
  .int()
  .min(0)
  .max(FIRST_RECOVERY_ATTEMPT - 1);
const moment = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const signature = z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === 64);
const address = z
  .string()
  .max(256)
  .startsWith("/", "must be a multiaddr, such as /dns4/node.example/tcp/4001");

/** The roles of a member: see the glossary. */
export const ROLES = ["trainer", "evaluator", "relay"] as const;

const roleSchema = z.enum(ROLES);

const enrolmentSchema = z.strictObject({organisation: key, name: nameSchema, role: roleSchema});

/** A member as the chain knows it: its organisation key, its name and its role. */
export type Enrolment = Readonly<z.infer<typeof enrolmentSchema>>;

function areDistinct(members: readonly Enrolment[]): boolean {
  const [keys, names] = [members.map(({organisation}) => organisation), members.map(({name}) => name)];
  return new Set(keys).size === keys.length && new Set(names).size === names.length;
}

const enrolments = z.array(enrolmentSchema).min(1).max(MOST_MEMBERS);

/** The first record of a chain; its hash is the consortium's id. */
export const genesisSchema = z.strictObject({
  formatVersion: z.literal(1),
  consortium: nameSchema,
  members: enrolments.refine(areDistinct, "must have a name and a key each"),
  /** Keys that decide when a quorum of the members no longer can, and how many of them it takes. */
  recovery: z
    .strictObject({keys: z.array(key).max(16), threshold: z.int().min(1).max(16)})
    .refine(
      ({keys, threshold}) => new Set(keys).size === keys.length && threshold <= keys.length,
      "must be at least as many different keys as it takes",
    )
    .nullable(),
});

/** See {@link genesisSchema}. */
export type Genesis = Readonly<z.infer<typeof genesisSchema>>;

const voteSchema = z.strictObject({
  kind: z.literal("vote"),
  /** Height of the body; 0 for the genesis. */
  height: z.int().min(0).max(MOST_HEIGHT),
  attempt,
  /** Hash of the record before; for the genesis, its own. */
  previous: hash,
  body: hash,
  signer: key,
  signature,
});

/** A member's word that the body with that hash is to be the record of that height. */
export type MembershipVote = Readonly<z.infer<typeof voteSchema>>;

const skipSchema = z.strictObject({
  kind: z.literal("skip"),
  height,
  /** Hash of the record before. */
  previous: hash,
  /** The attempt that the signer gives up: it votes no more in it or in an earlier one. */
  attempt: membersAttempt,
  /** The signer's latest vote at this height, or null: what it says here, another member can hold against it. */
  latest: z.strictObject({attempt: membersAttempt, body: hash}).nullable(),
  signer: key,
  signature,
});

/** A member's word that an attempt at a height is given up. */
export type Skip = Readonly<z.infer<typeof skipSchema>>;

const delegationSchema = z.strictObject({
  kind: z.literal("delegation"),
  /** Ascends by one; the highest counts. */
  sequence: z.int().min(0).max(MOST_HEIGHT),
  /** The node key. */
  node: key,
  /** Milliseconds since 1970. */
  from: moment,
  until: moment,
  addresses: z.array(address).max(16),
  signer: key,
  signature,
});

/** An organisation's word that a node key stands for it, from one moment until another. */
export type Delegation = Readonly<z.infer<typeof delegationSchema>>;

const departureSchema = z.strictObject({
  kind: z.literal("departure"),
  /** From this height on the signer signs nothing. */
  height,
  signer: key,
  signature,
});

/** An organisation's word that it leaves. */
export type Departure = Readonly<z.infer<typeof departureSchema>>;

const successionSchema = z.strictObject({
  kind: z.literal("succession"),
  /** From this height on the successor signs in the signer's place. */
  height,
  successor: key,
  signer: key,
  signature,
  /** The successor's signature on the same words. */
  accepted: signature,
});

/** An organisation's word that another key takes the place of its own. */
export type Succession = Readonly<z.infer<typeof successionSchema>>;

/** See {@link Invitation}. */
export const invitationSchema = z.strictObject({
  kind: z.literal("invitation"),
  /** The public half of the ticket's one-time key. */
  ticket: key,
  name: nameSchema,
  role: roleSchema,
  /** Milliseconds since 1970. */
  until: moment,
  signer: key,
  signature,
});

/** A member's word that whoever holds the ticket's key may ask to be admitted under that name. */
export type Invitation = Readonly<z.infer<typeof invitationSchema>>;

const requestSchema = z.strictObject({
  kind: z.literal("request"),
  ticket: key,
  /** The member whose invitation it answers: another may have signed one with the same ticket. */
  inviter: key,
  signer: key,
  signature,
  /** The signature of the ticket's key on the same words. */
  accepted: signature,
});

/** The word of an organisation that was invited: it asks to be admitted under its key. */
export type AdmissionRequest = Readonly<z.infer<typeof requestSchema>>;

const changeSchema = z.discriminatedUnion("kind", [
  z.strictObject({kind: z.literal("admit"), members: enrolments}),
  z.strictObject({kind: z.literal("revoke"), organisation: key}),
  z.strictObject({kind: z.literal("amend"), organisation: key, name: nameSchema, role: roleSchema}),
]);

/** The change that a body makes: it admits members, revokes one, or gives one another name or role. */
export type MembershipChange = Readonly<z.infer<typeof changeSchema>>;

const ballotSchema = z.discriminatedUnion("kind", [voteSchema, skipSchema]);
const rivalSchema = z.discriminatedUnion("kind", [voteSchema, skipSchema, departureSchema, successionSchema]);
const reasonSchema = z.discriminatedUnion("kind", [
  z.strictObject({kind: z.literal("skipped"), skips: z.array(skipSchema).min(1).max(MOST_MEMBERS)}),
  z.strictObject({kind: z.literal("equivocation"), words: z.tuple([ballotSchema, rivalSchema])}),
  z.strictObject({kind: z.literal("recovery")}),
]);

/**
 * The reason for a further attempt at a height: a quorum gave the one before up; a member contradicted itself
 * in an earlier attempt; or the recovery keys decide.
 */
export type AttemptReason = Readonly<z.infer<typeof reasonSchema>>;

const bodySchema = z.strictObject({
  kind: z.literal("body"),
  height,
  attempt,
  /** Hash of the record before. */
  previous: hash,
  change: changeSchema,
  /** Departures and successions that count from here on. */
  anchors: z.array(z.discriminatedUnion("kind", [departureSchema, successionSchema])).max(MOST_MEMBERS),
  /** Null for the first attempt. */
  reason: reasonSchema.nullable(),
});

/** A proposal for the record of a height. It counts when a quorum of the members before it voted for it. */
export type MembershipBody = Readonly<z.infer<typeof bodySchema>>;

/** Anything that an organisation signs. */
export type SignedWord =
  | MembershipVote
  | Skip
  | Delegation
  | Departure
  | Succession
  | Invitation
  | AdmissionRequest;

/** The schema of one record of a chain: closed, which makes an unknown key an error. */
export const recordSchema = z.discriminatedUnion("kind", [
  bodySchema,
  voteSchema,
  skipSchema,
  delegationSchema,
  departureSchema,
  successionSchema,
  invitationSchema,
  requestSchema,
]);

/** One record of a chain: a proposal, or a signed word. */
export type MembershipRecord = Readonly<z.infer<typeof recordSchema>>;
