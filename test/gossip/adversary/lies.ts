import fc from "fast-check";
import {sha256, toHex} from "../../../src/core/index.ts";
import {bodyHash} from "../../../src/rounds/certificate.ts";
import {VOTE_STEPS} from "../../../src/rounds/frames.ts";
import {
  type CertificateBody,
  canonicalBytes,
  decodeFrame,
  type Effect,
  encodeFrame,
  type Frame,
} from "../../../src/rounds/index.ts";
import {FRAMES} from "../frame-examples.ts";
import {groupOf, type Knowledge} from "./knowledge.ts";
import {madeUpBody, othersOf, proposalBy, type Scene, type Script, say} from "./liar.ts";

const KINDS = [
  "withhold",
  "withhold-bytes",
  "repeat",
  "replay",
  "vote",
  "ready",
  "timeout",
  "start",
  "object",
  "propose",
  "certificate",
  "contradiction",
  "junk",
] as const;

/** One thing that a liar does, at one of its events or at every so many of them. */
export interface Lie {
  readonly kind: (typeof KINDS)[number];
  /** The first event of the liar's at which it does so. */
  readonly at: number;
  /** After how many events again; 0 for once. What is withheld is withheld from `at` on. */
  readonly every: number;
  /** Whom it tells: bit i is the i-th other member. */
  readonly to: number;
  readonly ballot: number;
  readonly pick: number;
}

/** Any {@link Lie}. */
export const arbitraryLie: fc.Arbitrary<Lie> = fc.record({
  kind: fc.constantFrom(...KINDS),
  at: fc.nat({max: 120}),
  every: fc.oneof(fc.constant(0), fc.integer({min: 1, max: 40})),
  to: fc.oneof(fc.constant(63), fc.nat({max: 63})),
  ballot: fc.oneof({weight: 4, arbitrary: fc.nat({max: 6})}, fc.constantFrom(63, 1023, 999_999, 1_000_000)),
  pick: fc.nat({max: 10_000}),
});

/** Floods are for the budgets of links: here no lie is told more often, as each answer to it is an event again. */
const LEAST_PAUSE_MS = 25;

const HASH = toHex(sha256(canonicalBytes("nothing has this hash")));

const picked = <Each>(list: readonly Each[], pick: number): Each | undefined => list[pick % list.length];

/** The script of a liar that does `lies`; all liars of a run share what they know. */
export function lying(lies: readonly Lie[], knowledge: Knowledge): Script {
  let count = -1;
  const lastMs = new Map<Lie, number>();
  const isDue = (lie: Lie, nowMs: number): boolean => {
    const since = count - lie.at;
    const isTurn = lie.every === 0 ? since === 0 : since >= 0 && since % lie.every === 0;
    return isTurn && nowMs >= (lastMs.get(lie) ?? Number.NEGATIVE_INFINITY) + LEAST_PAUSE_MS;
  };
  return (scene) => {
    count += 1;
    learn(scene, knowledge);
    let {effects} = scene;
    for (const lie of lies) {
      if (lie.kind === "withhold" || lie.kind === "withhold-bytes") {
        if (count >= lie.at) effects = withheld(effects, lie, scene);
      } else if (isDue(lie, scene.nowMs)) {
        lastMs.set(lie, scene.nowMs);
        effects = [...effects, ...told(lie, scene, knowledge)];
      }
    }
    return effects;
  };
}

/** What honest members say, and what the liar's own session would. */
function learn({event, effects, setup}: Scene, knowledge: Knowledge): void {
  if (event.type === "frame" && !knowledge.liars.includes(event.from))
    knowledge.learn(event.from, event.frame);
  for (const effect of effects) if (effect.type === "send") knowledge.learn(setup.self, effect.frame);
}

const toldTo = (scene: Scene, {to}: Lie): string[] =>
  othersOf(scene.setup).filter((_, index) => Math.floor(to / 2 ** index) % 2 === 1);

const WITHHELD = [
  "ready",
  "timeout",
  "start",
  "parts",
  "summed",
  "challenge",
  "products",
  "again",
  "waiting",
  "object",
  "propose",
  "vote",
  "certificate",
];

function withheld(effects: readonly Effect[], lie: Lie, scene: Scene): readonly Effect[] {
  if (lie.kind === "withhold-bytes") return effects.filter(({type}) => !type.startsWith("publish-"));
  const type = picked(WITHHELD, lie.pick);
  const from = toldTo(scene, lie);
  return effects.filter(
    (effect) => effect.type !== "send" || effect.frame.type !== type || !from.includes(effect.to),
  );
}

function told(lie: Lie, scene: Scene, knowledge: Knowledge): Effect[] {
  return say(toldTo(scene, lie), ...framesOf(lie, scene, knowledge).filter(isLawful));
}

/** Whether the schema allows the frame: no other ever reaches a session. */
function isLawful(frame: Frame): boolean {
  try {
    decodeFrame(encodeFrame(frame));
    return true;
  } catch {
    return false;
  }
}

function bodyFrom(lie: Lie, scene: Scene, {bodies}: Knowledge): CertificateBody {
  const body = picked(bodies, lie.pick) ?? madeUpBody(scene, 1 / 1024, HASH);
  const changes: readonly Partial<CertificateBody>[] = [
    {},
    {},
    {attempt: lie.ballot},
    {result: HASH},
    {weight: 1024, peakWeight: 1024},
    {peakWeight: 1024},
    {parent: HASH},
    {group: HASH},
    {contributors: body.contributors.slice(1)},
  ];
  return {...body, ...picked(changes, Math.floor(lie.pick / 7))};
}

function framesOf(lie: Lie, scene: Scene, knowledge: Knowledge): Frame[] {
  const {setup, round} = scene;
  const {ballot, pick} = lie;
  const common = {run: setup.run, round};
  const step = picked(VOTE_STEPS, pick) ?? "accept";
  const body = bodyFrom(lie, scene, knowledge);
  switch (lie.kind) {
    case "repeat":
      return scene.effects.flatMap((effect) => (effect.type === "send" ? [effect.frame] : []));
    case "replay": {
      const frame = picked(knowledge.frames, pick);
      return frame === undefined ? [] : [pick % 2 === 0 ? frame : {...frame, round}];
    }
    case "vote": {
      const hash = bodyHash(sha256, body);
      const signature = knowledge.voteOf(setup.self, round, {ballot, step, body: hash});
      return [{...common, type: "vote", ballot, step, body: hash, signature}];
    }
    case "ready": {
      const {parent} = madeUpBody(scene, 1, HASH);
      const {contribution, signature} = knowledge.wordOf(setup.self, round, HASH);
      return [{...common, type: "ready", parent: pick % 3 === 0 ? HASH : parent, contribution, signature}];
    }
    case "timeout": {
      const lock = pick % 3 === 0 ? null : knowledge.proofOf(body, pick % 5, "accept");
      return [{...common, type: "timeout", ballot, lock}];
    }
    case "start":
      return startsOf(lie, scene, knowledge);
    case "object": {
      const group = recentGroup(knowledge, pick);
      const member = picked(setup.members, pick) ?? "";
      return [{...common, type: "object", group, member, reason: pick % 2 === 0 ? "invalid" : "unreachable"}];
    }
    case "propose": {
      const proposal = proposalBy(setup, ballot, body);
      const {ballot: before, votes} = knowledge.proofOf(body, pick % 5, "accept");
      return [pick % 3 === 0 ? {...proposal, proof: {ballot: before, votes}} : proposal];
    }
    case "certificate":
      return [{...common, type: "certificate", certificate: knowledge.proofOf(body, ballot, "commit")}];
    case "contradiction":
      return [contradictionOf(lie, scene, knowledge)];
    default:
      return [junkOf(lie, scene, knowledge)];
  }
}

function startsOf({ballot, pick}: Lie, {setup, round}: Scene, {words}: Knowledge): Frame[] {
  const participants = [...words.values()]
    .filter((_, index) => pick % 2 === 0 || (pick >> (index + 1)) % 2 === 0)
    .sort((a, b) => (a.member < b.member ? -1 : 1));
  return [{run: setup.run, round, type: "start", ballot, trial: pick % 64, participants}];
}

function recentGroup({starts}: Knowledge, pick: number): string {
  const start = starts[starts.length - 1 - (pick % Math.max(1, Math.min(2, starts.length)))];
  return start === undefined ? HASH : groupOf(start);
}

/** A proof against an honest member that is none, or against the liar that is one. */
function contradictionOf({ballot, pick}: Lie, {setup, round}: Scene, knowledge: Knowledge): Frame {
  const right = picked(knowledge.disputable, pick);
  if (right !== undefined && pick % 3 > 0) return {run: setup.run, round, type: "contradiction", ...right};
  const member = picked(setup.members, pick) ?? "";
  const other = toHex(sha256(canonicalBytes(pick)));
  const signed = (body: string) => knowledge.voteOf(setup.self, round, {ballot, step: "accept", body});
  const word = knowledge.words.get(member);
  const claims =
    pick % 2 === 0 || word === undefined
      ? ({
          kind: "vote",
          ballot,
          step: "accept",
          bodies: [HASH, other],
          signatures: [signed(HASH), signed(other)],
        } as const)
      : ({
          kind: "ready",
          contributions: [word.contribution, pick % 3 === 0 ? word.contribution : HASH],
          signatures: [word.signature, word.signature],
        } as const);
  return {run: setup.run, round, type: "contradiction", member, claims: claims as never};
}

/** A frame of any type whose content means nothing here. */
function junkOf({ballot, pick}: Lie, {setup, round}: Scene, knowledge: Knowledge): Frame {
  const frame = picked(Object.values(FRAMES), pick);
  const ahead = ballot % 3 === 0 ? 1 : 0;
  const group = recentGroup(knowledge, pick);
  const inGroup = frame !== undefined && "group" in frame ? {group} : {};
  return {...frame, ...inGroup, run: setup.run, round: round + ahead} as Frame;
}
