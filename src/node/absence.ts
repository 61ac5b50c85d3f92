import type {Certificate, MemberId} from "../gossip/index.ts";

/** The members without whom the certificate came about. @param members those that train and vote */
export function absentFrom({body}: Certificate, members: readonly MemberId[]): readonly MemberId[] {
  // Contributors are members, each once: with as many of them nobody is left to look for.
  if (body.contributors.length === members.length) return [];
  return members.filter((member) => !body.contributors.includes(member));
}
