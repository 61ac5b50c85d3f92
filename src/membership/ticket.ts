import {decode} from "cborg";
import {equals, fromString, toString} from "uint8arrays";
import {z} from "zod";
import {CodedError} from "../core/index.ts";
import {canonical} from "./encoding.ts";
import type {MembershipErrorCode} from "./errors.ts";
import {genesisSchema, invitationSchema} from "./records.ts";

/** What every ticket begins with; the number is the version of its format. */
const PREFIX = "consilium1:";
const MOST_CHARACTERS = 64 * 1024;

const ticketSchema = z.strictObject({
  genesis: genesisSchema,
  invitation: invitationSchema,
  /** The one-time key's seed, which only the invited organisation may have. */
  seed: z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === 32),
});

/** An invitation as one text: the consortium's genesis, the inviter's word, and the one-time secret. */
export type Ticket = Readonly<z.infer<typeof ticketSchema>>;

/** The ticket as one word of letters, digits, "-" and "_". It is a secret until it is used. */
export function ticketText(ticket: Ticket): string {
  return `${PREFIX}${toString(canonical(ticket), "base64url")}`;
}

/** Reads {@link ticketText}. @throws {CodedError} MEMBERSHIP_TICKET_INVALID */
export function parseTicket(text: string): Ticket {
  const code: MembershipErrorCode = "MEMBERSHIP_TICKET_INVALID";
  const fault = new CodedError(code, "the ticket is not one that `consilium consortium invite` printed", {
    hint: "Copy it whole, as one line.",
  });
  if (!text.startsWith(PREFIX) || text.length > MOST_CHARACTERS) throw fault;
  try {
    const bytes = fromString(text.slice(PREFIX.length), "base64url");
    const ticket = ticketSchema.parse(decode(bytes));
    if (equals(canonical(ticket), bytes)) return ticket;
  } catch {
    throw fault;
  }
  throw fault;
}
