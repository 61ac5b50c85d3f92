import type {MemberId} from "../quorum.ts";

/** Two members of which one could not fetch the other's bytes, or says so. */
export interface Strangers {
  readonly seeker: MemberId;
  readonly sought: MemberId;
}

/**
 * Greatest number of members to leave out; more would take the search too long, which tries twice as many
 * sets for each.
 */
const MOST_LEFT_OUT = 10;

/**
 * The fewest members, at most `most`, without which no two of `pairs` take part together; if either one will
 * do for a pair, the one that is sought. Members that do not lie and reach each other are never a pair. While
 * no more than `most` lie, enough are therefore always left, whatever the objections; and a member that
 * objects to several is left out itself.
 * @returns null if it takes more than `most`
 */
export function leftOutOf(pairs: readonly Strangers[], most: number): ReadonlySet<MemberId> | null {
  for (let count = 0; count <= Math.min(most, MOST_LEFT_OUT); count++) {
    const found = coverOf(pairs, count);
    if (found !== null) return new Set(found);
  }
  return null;
}

function coverOf(pairs: readonly Strangers[], most: number): MemberId[] | null {
  const [first] = pairs;
  if (first === undefined) return [];
  if (most === 0) return null;
  for (const member of [first.sought, first.seeker]) {
    const rest = pairs.filter(({seeker, sought}) => seeker !== member && sought !== member);
    const found = coverOf(rest, most - 1);
    if (found !== null) return [member, ...found];
  }
  return null;
}
