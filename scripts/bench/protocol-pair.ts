import {restoreSession, type Session} from "../../src/gossip/index.ts";
import type {Effect, Event, Primitives, RoundMixing} from "../../src/rounds/index.ts";
import {builtRoom, type Core, type Gossip, type Parameters, type Privacy, type Rounds} from "./built.ts";

const {createRandom, sha256} = await builtRoom<Core>("core");
const {createSession} = await builtRoom<Gossip>("gossip");
const {decodeFrame, encodeFrame, parameterArithmetic} = await builtRoom<Rounds>("rounds");
const {codecOf, NO_DITHER} = await builtRoom<Parameters>("parameters");
const {releaseUpdate} = await builtRoom<Privacy>("privacy");

const MEMBERS = ["member-a", "member-b"];
const LAYOUT = sha256(new Uint8Array(1));
const HASH_WORDS = 8;
const CODEC = codecOf("fp16");

/** A stand-in for SHA-256 and signatures, which cost what OpenSSL does: mixes the length and a few of the bytes. */
function quickHash(...parts: readonly Uint8Array[]): Uint8Array {
  const words = new Uint32Array(HASH_WORDS);
  let state = 0x9e3779b9;
  for (const part of parts) {
    const stride = Math.max(1, Math.floor(part.length / 64));
    for (let at = part.length - 1; at >= 0; at -= stride) {
      state = Math.imul(state ^ (part[at] ?? 0), 0x01000193) ^ part.length;
      words[at % HASH_WORDS] = (words[at % HASH_WORDS] ?? 0) ^ state;
    }
  }
  words[0] = state;
  return new Uint8Array(words.buffer);
}

const primitives: Primitives = {
  hash: quickHash,
  arithmetic: parameterArithmetic,
  sign: (bytes) => quickHash(bytes),
  verify: (_, bytes, signature) => Buffer.compare(quickHash(bytes), signature) === 0,
};

/** A run of two members. */
export interface PairRun {
  readonly rounds: number;
  readonly values: number;
  readonly mixing: RoundMixing;
}

/** Two members' sessions in one thread; what they ask for is done at once, in order, and no time passes. */
class Pair {
  readonly #run: PairRun;
  readonly #sessions = new Map<string, Session>();
  readonly #blobs = new Map<string, Uint8Array>();
  readonly #queue: [string, Event][] = [];
  readonly #release;

  constructor(run: PairRun) {
    this.#run = run;
    const random = createRandom({seed: 1, site: "", round: 0, purpose: "bench"});
    const update = Float32Array.from({length: run.values}, () => random.normal());
    const encoding = {codec: CODEC, dither: NO_DITHER, clipNorm: 1e9, hash: quickHash};
    this.#release = releaseUpdate({update, weight: 0.5, ...encoding}).release;
    for (const self of MEMBERS) this.#sessions.set(self, this.#open(self));
  }

  #open(self: string): Session {
    const {rounds, values, mixing} = this.#run;
    return createSession({
      self,
      run: "00".repeat(16),
      roster: "00".repeat(32),
      members: MEMBERS,
      rounds,
      quorum: "majority",
      start: {members: 2, weight: 0, waitMs: 1000},
      weightShare: 1,
      limits: {minimumMs: 1000, maximumMs: 60_000},
      primitives,
      specOf: (_, previous) => ({
        mixing,
        codec: CODEC,
        layout: LAYOUT,
        reference: previous?.snapshot.values ?? new Float32Array(values),
        mixed: values,
        outer: null,
      }),
      shapeOf: () => ({layout: LAYOUT, values}),
      restored: restoreSession([]),
    });
  }

  /** Runs all rounds. @throws Error when one does not end */
  run(): void {
    const [one = "", other = ""] = MEMBERS;
    this.#queue.push([one, {type: "link-up", peer: other}], [other, {type: "link-up", peer: one}]);
    for (const member of MEMBERS) this.#contribute(member, 0);
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      const [member, event] = next;
      for (const effect of this.#sessions.get(member)?.handle(event, 0) ?? []) this.#carryOut(member, effect);
    }
    const isFinished = [...this.#sessions.values()].every((session) => session.view().isFinished);
    if (!isFinished) throw new Error("the two members do not get on");
  }

  #contribute(member: string, round: number): void {
    this.#queue.push([member, {type: "contribute", round, contribution: this.#release}]);
  }

  #carryOut(member: string, effect: Effect): void {
    switch (effect.type) {
      case "send":
        this.#queue.push([
          effect.to,
          {type: "frame", from: member, frame: decodeFrame(encodeFrame(effect.frame))},
        ]);
        break;
      case "persist":
        this.#queue.push([member, {type: "persisted", id: effect.id}]);
        break;
      case "fetch":
        this.#fetch(member, effect);
        break;
      case "publish-contribution":
        this.#blobs.set(effect.contribution.hash, effect.contribution.bytes);
        break;
      case "publish-mixture":
        this.#blobs.set(effect.mixture.hash, effect.mixture.bytes);
        break;
      case "withdraw":
        this.#blobs.delete(effect.hash);
        break;
      case "certified":
        this.#contribute(member, effect.certificate.body.round + 1);
        break;
      default: // Timers never fire, and snapshots are held by both.
    }
  }

  #fetch(member: string, {id, hash, offset, length}: Extract<Effect, {type: "fetch"}>): void {
    const bytes = this.#blobs.get(hash)?.slice(offset, offset + length);
    this.#queue.push([
      member,
      bytes === undefined ? {type: "fetch-failed", id} : {type: "fetched", id, bytes},
    ]);
  }
}

/**
 * Microseconds of processor time that the protocol takes at one of two members for a round, from its update to its
 * certificate, with frames written and read; hashes and signatures are stood in for.
 */
export function pairRoundMicroseconds(run: PairRun): number {
  const pair = new Pair(run);
  const began = process.cpuUsage();
  pair.run();
  const {user, system} = process.cpuUsage(began);
  return (user + system) / (run.rounds * MEMBERS.length);
}
