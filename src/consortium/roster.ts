import {encode} from "cborg";
import {fromString} from "uint8arrays";
import {z} from "zod";
import {nameSchema, parseValue, parseYaml, sha256, toHex} from "../core/index.ts";
import {publicKeyOf} from "./peer-id.ts";

const memberSchema = z.strictObject({
  name: nameSchema.describe("The site's name, unique in the consortium."),
  peerId: z
    .string()
    .refine((text) => publicKeyOf(text) !== undefined, "is not the peer id of an Ed25519 key (12D3KooW...)")
    .describe("The libp2p peer id of the site's node key, as `consilium init` prints it."),
  role: z
    .enum(["trainer", "evaluator", "relay"])
    .describe(
      "trainer: contributes updates; evaluator: only receives the final model; relay: only forwards.",
    ),
  addresses: z
    .array(z.string().startsWith("/", "must be a multiaddr, such as /dns4/node.example/tcp/4001"))
    .optional()
    .describe("Where the node may be reached, as multiaddrs; others are found by discovery."),
  until: z
    .int()
    .min(0)
    .optional()
    .describe("When the node key's delegation ends, in milliseconds since 1970; absent: never."),
});

/** Refuses addresses of a member that lead to another key than the member's. */
function refuseForeign(
  {peerId, addresses = []}: {readonly peerId: string; readonly addresses?: readonly string[] | undefined},
  context: z.RefinementCtx,
): void {
  for (const [index, address] of addresses.entries()) {
    // The part before the circuit is the relay.
    const last = address.split("/p2p-circuit").at(-1);
    const named = /\/p2p\/([^/]+)/.exec(last ?? address)?.[1];
    if (named === undefined || named === peerId) continue;
    context.addIssue({
      code: "custom",
      path: ["addresses", index],
      message: "leads to another key than this member's",
    });
  }
}

function refuseTwice(members: readonly z.output<typeof memberSchema>[], context: z.RefinementCtx): void {
  for (const key of ["name", "peerId"] as const) {
    const seen = new Set<string>();
    for (const [index, member] of members.entries()) {
      if (seen.has(member[key])) {
        context.addIssue({code: "custom", path: [index, key], message: "is another member's already"});
      }
      seen.add(member[key]);
    }
  }
  if (!members.some((member) => member.role === "trainer")) {
    context.addIssue({code: "custom", message: "must name at least one trainer"});
  }
}

/** The schema of a roster file: closed, which makes an unknown key an error. */
const rosterSchema = z.strictObject({
  formatVersion: z.literal(1).describe("Version of this file's format."),
  consortium: nameSchema.describe("The consortium's name."),
  members: z
    .array(memberSchema.superRefine(refuseForeign))
    .min(1)
    .max(10_000)
    .superRefine(refuseTwice)
    .describe("Its members."),
});

/** A consortium's members. */
export type Roster = Readonly<z.output<typeof rosterSchema>>;

/** One member of a {@link Roster}. */
export type RosterMember = Roster["members"][number];

/**
 * Reads the roster file `text`; `fileName` appears only in messages.
 * @throws {CodedError} CONSORTIUM_ROSTER_INVALID with file, line and column
 */
export function parseRoster(text: string, fileName: string): Roster {
  return parseYaml(rosterSchema, text, fileName, "CONSORTIUM_ROSTER_INVALID");
}

/**
 * The roster of members that another file names; `fileName` appears only in messages.
 * @throws {CodedError} CONSORTIUM_ROSTER_INVALID
 */
export function rosterOf(value: unknown, fileName: string): Roster {
  return parseValue(rosterSchema, value, fileName, "CONSORTIUM_ROSTER_INVALID");
}

/** The id of the consortium with that name: SHA-256 of the name, 64 hexadecimal digits. */
export function consortiumId(name: string): string {
  return toHex(sha256(fromString(name)));
}

/**
 * The hash of the members and their roles, 64 hexadecimal digits: of the consortium's name, and of peer ids
 * and roles in ascending order of peer ids. Order in the file, names of sites and addresses do not change it.
 */
export function rosterHash(roster: Roster): string {
  const members = roster.members
    .map(({peerId, role}): [string, string] => [peerId, role])
    .sort(([first], [second]) => (first < second ? -1 : 1));
  return toHex(sha256(encode(["consilium/roster/1", roster.consortium, members])));
}
