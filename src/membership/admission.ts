import type {Membership} from "./chain.ts";
import type {AdmissionRequest, Enrolment, Invitation} from "./records.ts";

/** An organisation that asks to be admitted. */
export interface Applicant extends Enrolment {
  /** The member that invited it. */
  readonly invitedBy: string;
  /** Whether another key came with the same ticket: one of the two has stolen it. */
  readonly isContested: boolean;
}

/** The organisations that ask to be admitted with a ticket of a present member that is valid at `now`, by name. */
export function applicants({words, current}: Membership, now: number): readonly Applicant[] {
  const invitations = new Map<string, Invitation>();
  const requests = new Map<string, AdmissionRequest[]>();
  for (const word of words) {
    if (word.kind === "invitation") invitations.set(word.ticket, word);
    if (word.kind === "request") requests.set(word.ticket, [...(requests.get(word.ticket) ?? []), word]);
  }
  return [...requests]
    .flatMap(([ticket, rivals]) => {
      const invitation = invitations.get(ticket);
      if (invitation === undefined || invitation.until < now || !current.members.has(invitation.signer))
        return [];
      const {name, role, signer: invitedBy} = invitation;
      return rivals
        .filter(({signer}) => !current.members.has(signer) && !current.gone.has(signer))
        .map(({signer}) => ({organisation: signer, name, role, invitedBy, isContested: rivals.length > 1}));
    })
    .sort((first, second) => (first.name < second.name ? -1 : 1));
}
