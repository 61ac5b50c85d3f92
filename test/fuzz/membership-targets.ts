import {decode} from "cborg";
import {concat, fromString, toString} from "uint8arrays";
import {toHex} from "../../src/core/index.ts";
import {canonical} from "../../src/membership/encoding.ts";
import {
  applicants,
  createWordCheck,
  decodeMembership,
  encodeMembership,
  parseTicket,
  readMembership,
  ticketText,
  unionOf,
} from "../../src/membership/index.ts";
import {keyNumber, verifyFake} from "../membership/actors.ts";
import {admit, amend, revoke, Scenario} from "../membership/scenario.ts";
import {accepts, BrokenLaw, type FuzzTarget} from "./target.ts";

const scenario = new Scenario(2);
const FIRST = scenario.body(admit(2));
const AFTER = scenario.read(FIRST, ...scenario.votes(FIRST, 0, 1));
const SECOND = scenario.body(amend(1, "york"), {}, AFTER.next);
const OPEN = scenario.body(revoke(2), {}, AFTER.next);
const INVITATION = scenario.sign({
  kind: "invitation",
  ticket: keyNumber(9),
  name: "oslo",
  role: "trainer",
  until: 10,
  signer: keyNumber(0),
});
const FILE = {
  genesis: scenario.genesis,
  records: [
    ...scenario.founding(),
    FIRST,
    ...scenario.votes(FIRST, 0, 1),
    SECOND,
    OPEN,
    ...scenario.votes(SECOND, 0, 1),
    scenario.skip(2, 0, OPEN, AFTER.next),
    scenario.departure(2, 3),
    INVITATION,
    scenario.sign({kind: "request", ticket: keyNumber(9), inviter: keyNumber(0), signer: keyNumber(8)}),
  ],
};
const check = createWordCheck(FILE.genesis, verifyFake);
const DECIDED = readMembership(FILE, check).decided.map(({hash}) => hash);

const MAGIC = fromString("consilium/membership/1\n");

/** The CBOR with keys in the order that a file must have; as it is if it is none. */
function ordered(bytes: Uint8Array): Uint8Array {
  try {
    return canonical(decode(bytes));
  } catch {
    return bytes;
  }
}

/** Membership files: one that is read says nothing that a quorum of the members did not sign. */
const files: FuzzTarget = {
  name: "membership files",
  seeds: [canonical(FILE)],
  skip: 0,
  feed: (changed) =>
    accepts(() => {
      const bytes = concat([MAGIC, ordered(changed)]);
      const read = decodeMembership(bytes);
      if (toHex(encodeMembership(read)) !== toHex(bytes)) throw new BrokenLaw("a file has two spellings");
      unionOf(FILE, read);
      const membership = readMembership(read, check);
      const decided = membership.decided.map(({hash}) => hash);
      if (decided.some((hash, index) => hash !== DECIDED[index]))
        throw new BrokenLaw("a record is decided that no quorum signed");
      applicants(membership, 0);
    }),
  held: () => 0,
};

/** Tickets: one that is read is, printed again, the same text. */
const tickets: FuzzTarget = {
  name: "tickets",
  seeds: [fromString(ticketText({genesis: FILE.genesis, invitation: INVITATION, seed: new Uint8Array(32)}))],
  skip: 0,
  feed: (bytes) =>
    accepts(() => {
      const text = toString(bytes);
      if (ticketText(parseTicket(text)) !== text) throw new BrokenLaw("a ticket has two spellings");
    }),
  held: () => 0,
};

/** One target for every text or file about members that somebody hands over. */
export const membershipTargets: readonly FuzzTarget[] = [files, tickets];
