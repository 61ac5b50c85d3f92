import {createSession, type Session} from "../../src/gossip/index.ts";
import type {Effect, Event, SessionSetup} from "../../src/rounds/index.ts";

/** What a member waits for that is sure to come: timers by their names, writes and transfers by their ids. */
type Awaited = Set<string | number>;

function dropAwaited(awaited: Awaited, event: Event): void {
  if (event.type === "timer") awaited.delete(event.timer);
  else if ("id" in event) awaited.delete(event.id);
}

function addAwaited(awaited: Awaited, effect: Effect): void {
  if (effect.type === "arm") awaited.add(effect.timer);
  else if (effect.type === "disarm") awaited.delete(effect.timer);
  else if (effect.type === "cancel") awaited.delete(effect.id);
  else if (effect.type === "persist" || effect.type === "fetch") awaited.add(effect.id);
}

/**
 * A session that is watched: once its contribution is handed in, it always waits for something that is sure to come, a
 * timer, a write or a transfer. What members say may be lost, so that a member that waits for words alone may wait for ever.
 */
export function openWakeful(setup: SessionSetup): Session {
  const session = createSession(setup);
  const awaited: Awaited = new Set();
  let contributed = -1;
  return {
    view: () => session.view(),
    checkpoint: () => session.checkpoint(),
    handle(event, nowMs) {
      dropAwaited(awaited, event);
      if (event.type === "contribute") contributed = event.round;
      const effects = session.handle(event, nowMs);
      for (const effect of effects) addAwaited(awaited, effect);
      const {isFinished, round} = session.view();
      if (!isFinished && contributed === round && awaited.size === 0) {
        throw new Error(
          `${setup.self} waits for words alone in round ${round}, after ${event.type} at ${nowMs} ms`,
        );
      }
      return effects;
    },
  };
}
