import type {Membership} from "./chain.ts";
import type {AdmissionRequest, Enrolment, Invitation} from "./records.ts";

/** An organisation that asks to be admitted. */
export interface Applicant extends Enrolment {
  /** The member that invited it. */
  readonly invitedBy: string;
  /** True if another key came with the same ticket: one of the two has stolen it. */
  readonly isContested: boolean;
}

/** The invitations of present members that are valid at `now`, by inviter and ticket; not those signed in two forms. */
function validInvitations({words, current}: Membership, now: number): readonly Invitation[] {
  const invitations = words.flatMap((word) =>
    word.kind === "invitation" && word.until >= now && current.members.has(word.signer) ? [word] : [],
  );
  const placeOf = ({signer, ticket}: Invitation): string => `${signer} ${ticket}`;
  const places = invitations.map(placeOf);
  return invitations.filter((each) => places.indexOf(placeOf(each)) === places.lastIndexOf(placeOf(each)));
}

/** The organisations that ask to be admitted with a ticket of a present member that is valid at `now`, by name. */
export function applicants(membership: Membership, now: number): readonly Applicant[] {
  const {words, current} = membership;
  const requests = words.flatMap((word): AdmissionRequest[] => (word.kind === "request" ? [word] : []));
  return validInvitations(membership, now)
    .flatMap(({ticket, name, role, signer: invitedBy}) => {
      const rivals = requests.filter((each) => each.ticket === ticket && each.inviter === invitedBy);
      return rivals
        .filter(({signer}) => !current.members.has(signer) && !current.gone.has(signer))
        .map(({signer}) => ({organisation: signer, name, role, invitedBy, isContested: rivals.length > 1}));
    })
    .sort((first, second) => (first.name < second.name ? -1 : 1));
}
