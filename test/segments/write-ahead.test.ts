import {decode} from "cborg";
import {describe, expect, it} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import {createSession, type Session} from "../../src/gossip/index.ts";
import type {AsyncRecord, Effect, Frame, SessionSetup} from "../../src/rounds/index.ts";
import {createSegments} from "./segment-consortium.ts";

type Entry = {readonly peer: string; readonly incarnation: number; readonly seq: number};
type Written = Readonly<
  Record<"handled" | "received" | "committed" | "outbox" | "prepared", readonly Entry[]>
>;
type Identified = Extract<Frame, {incarnation: number; seq: number}>;

/** Which list of a record on disk must name an exchange before a frame may speak of it, and how. */
const WORDS: Readonly<Partial<Record<Frame["type"], readonly [keyof Written, "names" | "has passed"]>>> = {
  accept: ["prepared", "names"],
  commit: ["committed", "names"],
  done: ["handled", "has passed"],
  share: ["outbox", "names"],
  "share-taken": ["received", "has passed"],
};

function isWritten(written: Written | null, to: string, frame: Identified): boolean {
  const [list, how] = WORDS[frame.type] ?? [];
  if (list === undefined || (frame.type === "share-taken" && !frame.isTaken)) return true;
  return (written?.[list] ?? []).some(({peer, incarnation, seq}) => {
    if (peer !== to) return false;
    const isSame = incarnation === frame.incarnation && seq === frame.seq;
    const isPast = incarnation > frame.incarnation || (incarnation === frame.incarnation && seq > frame.seq);
    return isSame || (how === "has passed" && isPast);
  });
}

/** A session whose promises are held against what is known to be on its disk when they are given. */
function watched(setup: SessionSetup, words: string[], broken: string[]): Session {
  const session = createSession(setup);
  const writes = new Map<number, AsyncRecord>();
  const read = (record: AsyncRecord | null | undefined): Written | null =>
    record == null ? null : (decode(record.state) as Written);
  let written = read(setup.restored.round?.segment);
  const look = (effect: Effect): void => {
    if (effect.type === "persist" && effect.record.kind === "async") writes.set(effect.id, effect.record);
    if (effect.type !== "send" || WORDS[effect.frame.type] === undefined) return;
    words.push(effect.frame.type);
    const isTold = "seq" in effect.frame && isWritten(written, effect.to, effect.frame);
    if (!isTold) broken.push(`${setup.self} says ${effect.frame.type} to ${effect.to}`);
  };
  return {
    view: () => session.view(),
    checkpoint: () => session.checkpoint(),
    handle(event, nowMs) {
      if (event.type === "persisted") written = read(writes.get(event.id)) ?? written;
      const effects = session.handle(event, nowMs);
      for (const effect of effects) look(effect);
      return effects;
    },
  };
}

describe("a word that others rely on", () => {
  it.each([
    ["swap", ["accept", "commit", "done"]],
    ["push-sum", ["share", "share-taken"]],
  ] as const)("is on the disk before it is said: %s", (exchange, expected) => {
    const words: string[] = [];
    const broken: string[] = [];
    for (let seed = 0; seed < 12; seed++) {
      const random = createRandom({seed, site: "", round: 0, purpose: "loss"});
      const {world, members} = createSegments({
        seed,
        weights: [0.25, 0.5, 0.125, 0.5],
        work: (member, _, start) => start.map((x) => 0.2 * (member - x)),
        unitMs: (member) => 60 + 20 * member,
        copies: () => Math.floor(2.5 * random.uniform()),
        openSession: (setup) => watched(setup, words, broken),
        spec: {exchange, units: 10},
      });
      for (const member of members) world.start(member);
      for (const [index, member] of members.entries()) {
        world.after(400 + 350 * index, () => world.crash(member));
        world.after(600 + 350 * index, () => world.start(member));
      }
      world.run(
        () =>
          world.nowMs > 2000 &&
          members.every((member) => world.sessionOf(member)?.view().isFinished === true),
        200_000,
      );
    }
    expect(broken).toEqual([]);
    for (const word of expected) expect(words.filter((said) => said === word).length).toBeGreaterThan(100);
  });
});
