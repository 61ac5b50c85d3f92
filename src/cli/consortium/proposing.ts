import {fingerprintOf} from "../../consortium/index.ts";
import {CodedError} from "../../core/index.ts";
import {
  applicants,
  draftBody,
  type Enrolment,
  hasSay,
  type MembershipChange,
  membershipBodyHash,
  type OpenProposal,
  voteFor,
} from "../../membership/index.ts";
import type {CliErrorCode} from "../errors.ts";
import {changeText, shortHash} from "./describe-membership.ts";
import type {Office} from "./office.ts";

/** Refuses to sign for an organisation that is no member. @throws CLI_MEMBER_UNKNOWN */
export function refuseStranger({self, membership}: Office): void {
  if (membership.current.members.has(self)) return;
  const code: CliErrorCode = "CLI_MEMBER_UNKNOWN";
  throw new CodedError(code, "this organisation's key is no member's", {
    hint: "Name the right key with --key; a newcomer waits until the members have admitted it.",
  });
}

/** Votes for `proposal`, and says what came of it. */
export function vote(office: Office, proposal: OpenProposal): string {
  const before = office.membership;
  const text = changeText(before, proposal.body.change);
  if (!hasSay(before, proposal, office.self)) {
    const code: CliErrorCode = "CLI_MEMBER_UNKNOWN";
    throw new CodedError(code, `this organisation has no say about this: ${text}`, {
      hint: "The others decide whether it stays a member, and a new key's say begins with the next change.",
    });
  }
  if (!proposal.inFavour.includes(office.self)) office.sign(voteFor(proposal, office.self));
  const after = office.membership;
  if (after.decided.some(({hash}) => hash === proposal.hash)) return `Decided: ${text}.`;
  const {inFavour, needed} = after.open.find(({hash}) => hash === proposal.hash) ?? proposal;
  return `${inFavour.length} of ${needed} votes (${shortHash(proposal)}): ${text}. Send the membership file to the others.`;
}

/** Proposes `change` and votes for it; an open proposal of the same is voted for instead. */
export function propose(office: Office, change: MembershipChange): string {
  const {membership} = office;
  const {body, isRepeated} = draftBody(membership, change);
  const hash = membershipBodyHash(body);
  office.keep(body);
  const proposal = office.membership.open.find((each) => each.hash === hash);
  if (proposal === undefined) {
    const code: CliErrorCode = "CLI_MEMBER_UNKNOWN";
    throw new CodedError(code, "the change does not follow from the records in the file", {
      hint: "Import the other members' files first.",
    });
  }
  const note = isRepeated ? "What was given up may have been decided, so it comes first. " : "";
  return `${note}${vote(office, proposal)}`;
}

/** The key of the member with that name. @throws CLI_MEMBER_UNKNOWN */
export function memberKey({membership}: Office, name: string): string {
  const members = [...membership.current.members.values()];
  const found = members.find((member) => member.name === name);
  if (found !== undefined) return found.organisation;
  const code: CliErrorCode = "CLI_MEMBER_UNKNOWN";
  throw new CodedError(code, `there is no member ${name}`, {
    hint: `Members: ${members.map((member) => member.name).join(", ")}.`,
  });
}

/** The open proposal whose hash begins with `start`. @throws CLI_PROPOSAL_UNKNOWN */
export function openProposal({membership}: Office, start: string): OpenProposal {
  const found = membership.open.filter(({hash}) => hash.startsWith(start));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const code: CliErrorCode = "CLI_PROPOSAL_UNKNOWN";
  throw new CodedError(code, `${found.length} open proposals begin with ${start}`, {
    hint: "`consilium consortium show` lists them.",
  });
}

/**
 * Admits all that ask with a valid ticket: votes for an open proposal that does, or proposes it. Says who they
 * are, so that people compare the words.
 * @throws CLI_APPLICANT_NONE, CLI_TICKET_TWICE
 */
export function admitAll(office: Office): readonly string[] {
  const asking = applicants(office.membership, office.now);
  const contested = asking.find(({isContested}) => isContested);
  if (contested !== undefined) {
    const code: CliErrorCode = "CLI_TICKET_TWICE";
    throw new CodedError(code, `two keys came with the ticket for ${contested.name}: one of them is stolen`, {
      hint: "Invite it again with a new ticket, under another name, and hand that over in person.",
    });
  }
  if (asking.length === 0) {
    const code: CliErrorCode = "CLI_APPLICANT_NONE";
    throw new CodedError(code, "nobody asks to be admitted with a valid ticket", {
      hint: "Name the file that `consilium join` wrote at the newcomer's.",
    });
  }
  const members = asking.map(({organisation, name, role}) => ({organisation, name, role}));
  const asked = new Set(members.map((member) => JSON.stringify(member)));
  const isAsked = ({organisation, name, role}: Enrolment): boolean =>
    asked.has(JSON.stringify({organisation, name, role}));
  const standing = office.membership.open.find(
    ({body: {change}}) => change.kind === "admit" && change.members.every(isAsked),
  );
  const said = standing === undefined ? propose(office, {kind: "admit", members}) : vote(office, standing);
  return [...members.map(({name, organisation}) => `${name}: ${fingerprintOf(organisation)}`), said];
}
