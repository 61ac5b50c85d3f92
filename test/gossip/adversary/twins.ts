import {createSession, type Session} from "../../../src/gossip/index.ts";
import type {Effect, Event, MemberId, SessionSetup, TimerName} from "../../../src/rounds/index.ts";

const TWINS = 2;

/**
 * A member that runs twice under one key: either session is honest, and knows only the members that `sideOf` gives it.
 * Bano et al., Twins: BFT systems made robust, OPODIS 2021.
 */
export function openTwins(sideOf: (peer: MemberId) => number): (setup: SessionSetup) => Session {
  return (setup) => {
    const twins = Array.from({length: TWINS}, () => createSession(setup));
    const [first] = twins;
    if (first === undefined) throw new Error("no twin");
    const handle = (event: Event, nowMs: number): Effect[] =>
      twins.flatMap((twin, side) => {
        const own = eventOf(event, {side, sideOf, twin});
        return own === null
          ? []
          : twin.handle(own, nowMs).flatMap((effect) => effectOf(effect, {side, sideOf}));
      });
    return {handle, view: () => first.view(), checkpoint: () => null};
  };
}

interface Side {
  readonly side: number;
  readonly sideOf: (peer: MemberId) => number;
}

/** What of an event one twin hears; the ids and timers of the other are not its own. */
function eventOf(event: Event, {side, sideOf, twin}: Side & {readonly twin: Session}): Event | null {
  switch (event.type) {
    case "frame":
      return sideOf(event.from) === side ? event : null;
    case "link-up":
    case "link-down":
      return sideOf(event.peer) === side ? event : null;
    case "fetched":
    case "fetch-failed":
    case "persisted":
      return event.id % TWINS === side ? {...event, id: Math.floor(event.id / TWINS)} : null;
    case "timer": {
      const [timer, of] = event.timer.split("@");
      return of === String(side) ? {...event, timer: timer as TimerName} : null;
    }
    case "contribute":
      return {...event, round: twin.view().round};
    default:
      return event;
  }
}

function effectOf(effect: Effect, {side, sideOf}: Side): Effect[] {
  switch (effect.type) {
    case "send":
      return sideOf(effect.to) === side ? [effect] : [];
    case "fetch":
    case "cancel":
    case "persist":
      return [{...effect, id: TWINS * effect.id + side}];
    case "arm":
    case "disarm":
      return [{...effect, timer: `${effect.timer}@${side}` as TimerName}];
    default:
      return [effect];
  }
}
