import {bodyHash, majority} from "../../../src/rounds/index.ts";
import {Broken, COUNT, hash} from "./cast.ts";
import type {Member, State} from "./state.ts";

const VOTES = new WeakMap<Member, ReadonlySet<string>>();
const OUTCOMES = new WeakMap<Member, ReadonlySet<string>>();

/** Ballot and body of every vote to commit that the member has had on disk. */
function votesOf(member: Member): ReadonlySet<string> {
  let votes = VOTES.get(member);
  if (votes === undefined) {
    votes = new Set(
      member.disk.flatMap((record) =>
        record.kind === "ballot" && record.lock !== null && record.committedIn === record.lock.ballot
          ? [`${record.lock.ballot} ${bodyHash(hash, record.lock.body)}`]
          : [],
      ),
    );
    VOTES.set(member, votes);
  }
  return votes;
}

/** The bodies that the member takes for decided: on disk or in mind. */
function outcomesOf(member: Member): ReadonlySet<string> {
  let outcomes = OUTCOMES.get(member);
  if (outcomes === undefined) {
    const {disk, round, done} = member;
    const written = disk.flatMap((record) => (record.kind === "certificate" ? [record.certificate] : []));
    outcomes = new Set(
      [...written, round?.decided ?? null, done].flatMap((certificate) =>
        certificate === null ? [] : [bodyHash(hash, certificate.body)],
      ),
    );
    OUTCOMES.set(member, outcomes);
  }
  return outcomes;
}

/** The bodies that a majority has on disk in one ballot. */
function chosenNow({members}: State): Set<string> {
  const votes = members.map(votesOf);
  const chosen = new Set<string>();
  for (const each of votes.flatMap((ofOne) => [...ofOne])) {
    const count = votes.filter((ofOne) => ofOne.has(each)).length;
    if (count >= majority(COUNT)) chosen.add(each.split(" ")[1] ?? "");
  }
  return chosen;
}

/** The state with what has been chosen noted. @throws Broken when two bodies are chosen or another decided */
export function withChosen(state: State): State {
  const all = chosenNow(state);
  if (state.chosen !== null) all.add(state.chosen);
  if (all.size > 1) throw new Broken("two bodies were chosen");
  for (const member of state.members) {
    for (const body of outcomesOf(member)) {
      if (!all.has(body)) throw new Broken("a member decided what was not chosen");
    }
  }
  const [chosen = null] = all;
  return chosen === state.chosen ? state : {...state, chosen};
}
