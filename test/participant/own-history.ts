import {sha256, toHex} from "../../src/core/index.ts";
import {
  createParticipant,
  decodeState,
  freshParticipant,
  type LocalTask,
  neededBlobs,
  type Participant,
  type ParticipantEffect,
  type ParticipantEvent,
  restoreParticipant,
  type StateLine,
  type StoredState,
  settledLine,
  untrainedState,
} from "../../src/participant/index.ts";
import type {Release} from "../../src/privacy/index.ts";
import type {Certificate} from "../../src/rounds/index.ts";
import {certificateOf, certifiedOf, SELF, stagesOf, workOf} from "./own-work.ts";

/** Most works of a history: each has its place in the vectors. */
const WORKS = 64;
const STAGES = stagesOf(WORKS);
const SETUP = {self: SELF, isTraining: () => true};

/** Throws with the law that a history breaks. */
function requireLaw(isKept: boolean, law: string): void {
  if (!isKept) throw new RangeError(law);
}

/** The works that an update holds: its own, and those from which it started. */
const worksIn = (update: Float32Array): number[] =>
  [...update].flatMap((value, work) => (value === 0 ? [] : [work]));

/**
 * A site in a world that goes on with or without it. The disk takes its time and loses what is not written
 * when the process dies. The 1s of an update name the works that are in it.
 */
export class OwnHistory {
  readonly seen = {used: 0, unused: 0, unknown: 0, progress: 0, restarts: 0};
  readonly #blobs = new Map<string, Uint8Array>();
  readonly #lines: StateLine[] = [];
  readonly #certificates: Certificate[] = [];
  readonly #handedIn = new Map<number, {readonly release: Release; readonly works: readonly number[]}>();
  /** Works in the common model. */
  readonly #applied = new Set<number>();
  #writes: (() => void)[] = [];
  #tasks: LocalTask[] = [];
  #participant: Participant = createParticipant(SETUP, freshParticipant(untrainedState(STAGES)));
  #works = 0;
  /** The round that the world works on. */
  #round = 0;
  /** The newest update that is known to be in no certificate, by its works. */
  #lost: {readonly round: number; readonly works: readonly number[]} | null = null;

  constructor() {
    this.#begin();
  }

  /** Finishes the oldest task; it may be of a round that is past. */
  done(): void {
    const task = this.#tasks.shift();
    if (task === undefined || this.#works === WORKS) return;
    const own = this.#works++;
    const update = Float32Array.from(task.progress?.update ?? new Float32Array(WORKS));
    update[own] = 1;
    const state = {own: new Float32Array(WORKS + 1).fill(own + 1), control: new Float32Array()};
    this.#handle({type: "done", work: workOf(task.round, update, {state})});
  }

  /** Brings the next writes to the disk, which may ask for more. */
  write(count: number): void {
    for (let done = 0; done < count; done++) this.#writes.shift()?.();
  }

  writeAll(): void {
    while (this.#writes.length > 0) this.write(1);
  }

  /** The world decides its round, with the site's release if it may be there; the site may miss that. */
  decide({isUsed, isSeen}: {readonly isUsed: boolean; readonly isSeen: boolean}): void {
    const round = this.#round++;
    const own = this.#siteRound === round ? this.#handedIn.get(round) : undefined;
    const isOwnUsed = isUsed && own !== undefined && this.#blobs.has(own.release.hash);
    for (const work of isOwnUsed ? own.works : []) {
      requireLaw(!this.#applied.has(work), `work ${work} is applied once`);
      this.#applied.add(work);
    }
    if (!isSeen) return;
    const certificate = certificateOf(round, isOwnUsed ? ["you", SELF] : ["you"]);
    this.#settle(certificate);
    this.#begin();
  }

  /** The process dies when `written` more writes are done, and starts from its disk. */
  restart(written: number): void {
    this.write(written);
    this.#writes = [];
    this.#tasks = [];
    this.#lost = null;
    this.seen.restarts += 1;
    const round = this.#siteRound;
    const release = this.#handedIn.get(round)?.release;
    const contribution = release !== undefined && this.#blobs.has(release.hash) ? release : null;
    const history = {lines: this.#lines, certificates: this.#certificates, self: SELF};
    const next = this.#lines.findLast((line) => line.contribution === contribution?.hash);
    const certified = round === 0 ? null : certifiedOf(round - 1);
    const settled = this.#read(settledLine(history));
    const kept = restoreParticipant(STAGES, {certified, contribution, settled, next: this.#read(next)});
    if (contribution === null) this.#handedIn.delete(round);
    this.#participant = createParticipant(SETUP, kept);
    const needed = new Set(neededBlobs(kept));
    for (const hash of this.#blobs.keys()) if (!needed.has(hash)) this.#blobs.delete(hash);
    this.#begin();
  }

  blobs(): readonly string[] {
    return [...this.#blobs.keys()].sort();
  }

  /** The state that the next training starts from, and all of a release whose fate is open. */
  expectedBlobs(): readonly string[] {
    const {own, site} = this.#participant.view();
    const settled = site.hash === null ? [] : [site.hash];
    requireLaw(own.stage !== "keeping", "everything is written");
    if (own.stage !== "announced") return settled;
    return [...settled, own.work.release.hash, own.state?.hash ?? ""].sort();
  }

  get #siteRound(): number {
    return (this.#certificates.at(-1)?.body.round ?? -1) + 1;
  }

  #begin(): void {
    const round = this.#siteRound;
    this.#handle({type: "begin", certified: round === 0 ? null : certifiedOf(round - 1)});
  }

  #settle(certificate: Certificate): void {
    const {round, contributors} = certificate.body;
    const before = this.#siteRound;
    const own = this.#handedIn.get(before);
    this.#certificates.push(certificate);
    if (own !== undefined) {
      const isMissed = before !== round;
      const isUsed = contributors.includes(SELF);
      this.#lost = isMissed || isUsed ? null : {round, works: own.works};
      this.seen[isMissed ? "unknown" : isUsed ? "used" : "unused"] += 1;
    }
    this.#handle({type: "certified", certificate});
  }

  #handle(event: ParticipantEvent): void {
    for (const effect of this.#participant.handle(event)) this.#carryOut(effect);
  }

  #carryOut(effect: ParticipantEffect): void {
    switch (effect.type) {
      case "work":
        this.#expectProgress(effect.task);
        this.#tasks.push(effect.task);
        return;
      case "write":
        this.#writes.push(() => {
          requireLaw(toHex(sha256(effect.bytes)) === effect.line.state, "a state is named by its hash");
          this.#blobs.set(effect.line.state, effect.bytes);
          this.#lines.push(effect.line);
          this.#handle({type: "written", hash: effect.line.state});
        });
        return;
      case "hand-in":
        this.#handIn(effect.round, effect.release);
        return;
      case "remove":
        this.#writes.push(() => this.#blobs.delete(effect.hash));
        return;
      default:
        effect satisfies never;
    }
  }

  #handIn(round: number, release: Release): void {
    const {own} = this.#participant.view();
    if (own.stage !== "announced") throw new RangeError("a release without its work");
    requireLaw(this.#blobs.has(own.state?.hash ?? ""), "what is handed in has its state on disk");
    this.#handedIn.set(round, {release, works: worksIn(own.work.update)});
    this.#lost = null;
    this.#writes.push(() => this.#blobs.set(release.hash, release.bytes));
  }

  #expectProgress({round, progress}: LocalTask): void {
    const lost = this.#lost;
    if (lost === null || round - lost.round > 8) {
      requireLaw(progress === null, "nothing but lost work is a start");
      return;
    }
    this.seen.progress += 1;
    const works = worksIn(progress?.update ?? new Float32Array());
    requireLaw(progress?.gapRounds === round - lost.round, "the rounds since lost work are counted");
    requireLaw(works.join() === lost.works.join(), "lost work is the next start");
  }

  #read(line: StateLine | undefined): StoredState | null {
    const bytes = line === undefined ? undefined : this.#blobs.get(line.state);
    const state = bytes === undefined ? null : decodeState(bytes, untrainedState(STAGES));
    return state === null || line === undefined ? null : {state, hash: line.state};
  }
}
