import type {RoundContext} from "../../../src/rounds/agreement/round-state.ts";
import type {RoundFrame} from "../../../src/rounds/frames.ts";
import type {Contribution, Effect} from "../../../src/rounds/index.ts";
import {Broken, NAMES} from "./cast.ts";
import {cloneRound, idOf, interned, type Member, type State} from "./state.ts";

/** The index of the member of that name. */
export const indexOf = (name: string): number => NAMES.indexOf(name);
const replace = <Each>(list: readonly Each[], index: number, by: Each): Each[] =>
  list.map((each, at) => (at === index ? by : each));
/** The list without the element at an index. */
export const without = <Each>(list: readonly Each[], index: number): Each[] =>
  list.filter((_, at) => at !== index);

/** What a member has become by one thing that happened to it, and what it sends. */
interface Move {
  readonly member: Member;
  readonly sends: readonly {readonly to: number; readonly frame: RoundFrame}[];
}

const MOVES = new Map<string, Move>();

/** What happens to one member depends on it alone: each such move is worked out once. */
function move(state: State, index: number, name: string, work: (member: Member) => Move): State {
  const member = state.members[index];
  if (member === undefined) return state;
  const key = `${idOf(member)} ${index} ${name}`;
  let made = MOVES.get(key);
  if (made === undefined) {
    const {member: next, sends} = work(member);
    made = {member: interned(next), sends};
    MOVES.set(key, made);
  }
  let next: State = {...state, members: replace(state.members, index, made.member)};
  for (const {to, frame} of made.sends) next = send(next, index, to, frame);
  return next;
}

/** Lets a member's protocol act, and carries out what it asks. */
export function act(state: State, index: number, name: string, step: (context: RoundContext) => void): State {
  return move(state, index, name, (member) => {
    if (member.round === null) return {member, sends: []};
    const round = cloneRound(member.round);
    let {lastId} = member;
    const effects: Effect[] = [];
    step({state: round, nowMs: 0, emit: (effect) => void effects.push(effect), nextId: () => ++lastId});
    const sends: {to: number; frame: RoundFrame}[] = [];
    let next: Member = {...member, round, lastId};
    for (const effect of effects) {
      if (effect.type === "send") sends.push({to: indexOf(effect.to), frame: effect.frame as RoundFrame});
      else next = carryOut(next, effect);
    }
    return {member: next, sends};
  });
}

/** Changes a member without its protocol. */
export function change(
  state: State,
  index: number,
  name: string,
  by: (member: Member) => Partial<Member>,
): State {
  return move(state, index, name, (member) => ({member: {...member, ...by(member)}, sends: []}));
}

function carryOut(member: Member, effect: Effect): Member {
  const {fetches, writes, timers, blobs} = member;
  switch (effect.type) {
    case "fetch":
      return {...member, fetches: [...fetches, effect]};
    case "cancel":
      return {...member, fetches: fetches.filter(({id}) => id !== effect.id)};
    case "persist":
      return {...member, writes: [...writes, effect]};
    case "arm":
      return {...member, timers: new Set([...timers, effect.timer])};
    case "disarm":
      return {...member, timers: new Set([...timers].filter((timer) => timer !== effect.timer))};
    case "withdraw":
      return {...member, blobs: new Map([...blobs].filter(([name]) => name !== effect.hash))};
    case "report":
      if (effect.report.kind === "equivocation" || effect.report.kind === "proposal-refused") {
        throw new Broken(`a member reports: ${effect.report.kind}`);
      }
      return member;
    default:
      return published(member, effect);
  }
}

function published(member: Member, effect: Effect): Member {
  const add = ({hash: name, bytes}: Contribution): Member => ({
    ...member,
    blobs: new Map([...member.blobs, [name, bytes]]),
  });
  if (effect.type === "publish-contribution") return add(effect.contribution);
  if (effect.type === "publish-mixture") return add(effect.mixture);
  return effect.type === "publish-snapshot" ? add(effect.snapshot) : member;
}

/** Puts a frame on its way, unless nobody is there to take it. */
export function send(state: State, from: number, to: number, frame: RoundFrame): State {
  if (state.members[to]?.isUp !== true) return state;
  return {...state, flying: [...state.flying, {from, to, frame}]};
}
