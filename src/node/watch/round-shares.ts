import type {Certificate, MemberId} from "../../rounds/index.ts";

/** Number of the newest certified rounds in a recent share. */
export const RECENT_ROUNDS = 50;

/** Number of certified rounds, and how many of them a member contributed to. */
export interface RoundCount {
  readonly contributed: number;
  readonly certified: number;
}

/** Number of rounds that contain a member's part, as far as this node holds their certificates. */
export interface RoundShare {
  /** On the roster. */
  readonly name: string;
  /** Since the beginning of the run. */
  readonly run: RoundCount;
  /** Over the last 50 rounds. */
  readonly recent: RoundCount;
}

/** The shares of all members that train. */
export interface RoundShares {
  add(certificate: Certificate): void;
  /** One for each member that trains, in the order of `members`. */
  shares(nameOf: (member: MemberId) => string): readonly RoundShare[];
}

/**
 * Counts the rounds that contain each member's part. Rounds that this node missed altogether are not counted.
 * @param members those that train and vote
 * @param certificates those held before
 */
export function countRoundShares(
  members: readonly MemberId[],
  certificates: readonly Certificate[],
): RoundShares {
  const counts = members.map((member) => ({member, contributed: 0}));
  const recent: ReadonlySet<MemberId>[] = [];
  let certified = 0;
  const add = ({body: {contributors}}: Certificate): void => {
    certified += 1;
    const those = new Set(contributors);
    recent.push(those);
    if (recent.length > RECENT_ROUNDS) recent.shift();
    for (const count of counts) if (those.has(count.member)) count.contributed += 1;
  };
  for (const certificate of certificates) add(certificate);
  return {
    add,
    shares: (nameOf) =>
      counts.map(({member, contributed}) => ({
        name: nameOf(member),
        run: {contributed, certified},
        recent: {
          contributed: recent.filter((contributors) => contributors.has(member)).length,
          certified: recent.length,
        },
      })),
  };
}
