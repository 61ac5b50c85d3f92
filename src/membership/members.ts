import {unreachable} from "../core/index.ts";
import {type Enrolment, type MembershipBody, type MembershipChange, MOST_MEMBERS} from "./records.ts";

/** The members at one height by organisation key, and the keys that are none any more and never return. */
export interface MemberSet {
  readonly members: ReadonlyMap<string, Enrolment>;
  readonly gone: ReadonlySet<string>;
}

/**
 * The members after the departures and successions that a body anchors; null if one of them does not fit, or if
 * they leave nobody: nobody would decide then, and so anybody would.
 */
export function anchored(
  {members, gone}: MemberSet,
  {height, anchors}: Pick<MembershipBody, "height" | "anchors">,
): MemberSet | null {
  const left = new Map(members);
  const lost = new Set(gone);
  for (const word of anchors) {
    const member = left.get(word.signer);
    if (member === undefined || word.height > height) return null;
    left.delete(word.signer);
    lost.add(word.signer);
    if (word.kind === "departure") continue;
    if (left.has(word.successor) || lost.has(word.successor)) return null;
    left.set(word.successor, {...member, organisation: word.successor});
  }
  return left.size === 0 ? null : {members: left, gone: lost};
}

function admitted({members, gone}: MemberSet, newcomers: readonly Enrolment[]): MemberSet | null {
  const all = new Map(members);
  const names = new Set([...members.values()].map(({name}) => name));
  for (const newcomer of newcomers) {
    const {organisation, name} = newcomer;
    if (all.has(organisation) || gone.has(organisation) || names.has(name)) return null;
    all.set(organisation, newcomer);
    names.add(name);
  }
  return all.size > MOST_MEMBERS ? null : {members: all, gone};
}

function amended({members, gone}: MemberSet, change: Enrolment): MemberSet | null {
  const {organisation, name, role} = change;
  if (!members.has(organisation)) return null;
  const isTaken = [...members.values()].some(
    (other) => other.organisation !== organisation && other.name === name,
  );
  return isTaken ? null : {members: new Map(members).set(organisation, {organisation, name, role}), gone};
}

/** The members after `change`; null if it does not fit them. */
function changed(set: MemberSet, change: MembershipChange): MemberSet | null {
  switch (change.kind) {
    case "admit":
      return admitted(set, change.members);
    case "amend": {
      const {organisation, name, role} = change;
      return amended(set, {organisation, name, role});
    }
    case "revoke": {
      const {organisation} = change;
      if (!set.members.has(organisation) || set.members.size === 1) return null;
      const members = new Map(set.members);
      members.delete(organisation);
      return {members, gone: new Set(set.gone).add(organisation)};
    }
    default:
      return unreachable(change);
  }
}

/** The members after `body`; null if it does not fit those before it. */
export function membersAfter(before: MemberSet, body: MembershipBody): MemberSet | null {
  const set = anchored(before, body);
  return set === null ? null : changed(set, body.change);
}
