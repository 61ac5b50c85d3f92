import type {Certificate, MemberId} from "../../rounds/index.ts";

/** The members absent from the certificate. @param members those that train and vote */
export function absentFrom({body}: Certificate, members: readonly MemberId[]): readonly MemberId[] {
  // Contributors are members, each once: if there are as many, nobody is absent.
  if (body.contributors.length === members.length) return [];
  return members.filter((member) => !body.contributors.includes(member));
}
