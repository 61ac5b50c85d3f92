import type {MemberId} from "./quorum.ts";

/** Two members of which one could not have the other's bytes, or says so. */
export interface Strangers {
  readonly seeker: MemberId;
  readonly sought: MemberId;
}

/** Beyond so many members to leave out the search would take too long: it tries twice as many sets for each. */
const MOST_LEFT_OUT = 10;

/**
 * The fewest members, at most `most`, without whom no two of `pairs` take part together: as long as one will do for a
 * pair, the one that is sought. Members that do not lie and reach each other are never a pair, so that while no more than
 * `most` lie there are always enough left, whoever these object to; and one that objects to several is left out itself.
 * @returns null where it takes more than `most`
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
