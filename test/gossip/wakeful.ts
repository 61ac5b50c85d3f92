import {createSession, type Session, type SessionSetup} from "../../src/gossip/index.ts";

/**
 * A session that is watched: once its contribution is handed in, it always waits for something that is sure to come, a
 * timer, a write or a transfer. What members say may be lost, so that a member that waits for words alone may wait for ever.
 */
export function openWakeful(setup: SessionSetup): Session {
  const session = createSession(setup);
  const awaited = new Set<string | number>();
  let contributed = -1;
  return {
    view: () => session.view(),
    checkpoint: () => session.checkpoint(),
    handle(event, nowMs) {
      if (event.type === "timer") awaited.delete(event.timer);
      else if (event.type === "contribute") contributed = event.round;
      else if ("id" in event) awaited.delete(event.id);
      const effects = session.handle(event, nowMs);
      for (const effect of effects) {
        if (effect.type === "arm") awaited.add(effect.timer);
        else if (effect.type === "disarm") awaited.delete(effect.timer);
        else if (effect.type === "cancel") awaited.delete(effect.id);
        else if (effect.type === "persist" || effect.type === "fetch") awaited.add(effect.id);
      }
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
