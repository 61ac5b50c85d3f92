import {sha256, toHex} from "../../../src/core/index.ts";
import {bodyHash, readyBytes, voteBytes} from "../../../src/rounds/certificate.ts";
import {
  type Certificate,
  type CertificateBody,
  canonicalBytes,
  type Frame,
  type MemberId,
  type VoteStep,
} from "../../../src/rounds/index.ts";
import {primitivesOf, RUN} from "../consortium.ts";

type FrameOf<Type extends Frame["type"]> = Extract<Frame, {type: Type}>;
type Ready = FrameOf<"start">["participants"][number];

interface Word {
  readonly ballot: number;
  readonly step: VoteStep;
  readonly body: string;
}

/** A word on a sum or on products that is called a lie. */
export type Claims = Extract<FrameOf<"contradiction">["claims"], {kind: "sum" | "products"}>;

const MOST_FRAMES = 64;
const MOST_DISPUTABLE = 32;

/** The word of a frame, as a claim that it is a lie; none where it is of another type. */
export function claimsOf(frame: Frame): Claims[] {
  if (frame.type === "summed") {
    const {group, chunk, sum, parts, signature} = frame;
    return [{kind: "sum", group, chunk, sum, parts, signature}];
  }
  if (frame.type !== "products") return [];
  const {group, seed, products, signature} = frame;
  return [{kind: "products", group, seed, products, signature}];
}

/** Names the attempt that `start` describes. */
export function groupOf({run, round, ballot, trial, participants}: FrameOf<"start">): string {
  const named = participants.map(({member, contribution}) => [member, contribution]);
  return toHex(sha256(canonicalBytes(["consilium/group/2", run, round, ballot, trial, named])));
}

/** What liars that act together have heard, and what they make of it with their own keys. */
export class Knowledge {
  readonly liars: readonly MemberId[];
  readonly frames: Frame[] = [];
  /** Those of the newest round heard of, in the order heard. */
  bodies: CertificateBody[] = [];
  words = new Map<MemberId, Ready>();
  starts: FrameOf<"start">[] = [];
  /** Signed words on sums and products, in the form in which they are called lies. */
  disputable: {readonly member: MemberId; readonly claims: Claims}[] = [];
  #votes = new Map<string, Map<MemberId, Uint8Array>>();
  #round = -1;

  constructor(liars: readonly MemberId[]) {
    this.liars = liars;
  }

  /** Takes in what `from` said, or a liar's own session would say. */
  learn(from: MemberId, frame: Frame): void {
    if (frame.round > this.#round) this.#turn(frame.round);
    this.frames.push(frame);
    if (this.frames.length > MOST_FRAMES) this.frames.shift();
    if (frame.round !== this.#round) return;
    this.#learnDisputable(from, frame);
    if (frame.type === "start") {
      this.starts.push(frame);
      for (const word of frame.participants) this.words.set(word.member, word);
    } else if (frame.type === "ready") {
      const {contribution, signature} = frame;
      this.words.set(from, {member: from, contribution, signature});
    } else if (frame.type === "propose") {
      this.#learnBody(frame.body);
      const body = bodyHash(sha256, frame.body);
      this.#learnVote(from, {ballot: frame.ballot, step: "accept", body}, frame.signature);
    } else if (frame.type === "vote") {
      this.#learnVote(from, frame, frame.signature);
    }
  }

  /** A lock or certificate on `body`: all votes heard for it, and the liars' own, made as needed. */
  proofOf(body: CertificateBody, ballot: number, step: VoteStep): Certificate {
    const hash = bodyHash(sha256, body);
    const votes = new Map(this.#votes.get(`${ballot} ${step} ${hash}`));
    for (const member of this.liars)
      votes.set(member, this.voteOf(member, body.round, {ballot, step, body: hash}));
    const listed = [...votes].map(([member, signature]) => ({member, signature}));
    return {body, ballot, votes: listed.sort((a, b) => (a.member < b.member ? -1 : 1))};
  }

  voteOf(member: MemberId, round: number, word: Word): Uint8Array {
    return primitivesOf(member).sign(voteBytes({run: RUN, round, ...word}));
  }

  wordOf(member: MemberId, round: number, contribution: string): Ready {
    const signature = primitivesOf(member).sign(readyBytes({run: RUN, round, contribution}));
    return {member, contribution, signature};
  }

  #turn(round: number): void {
    this.#round = round;
    this.bodies = [];
    this.words = new Map();
    this.starts = [];
    this.disputable = [];
    this.#votes = new Map();
  }

  #learnDisputable(member: MemberId, frame: Frame): void {
    for (const claims of claimsOf(frame)) this.disputable.push({member, claims});
    if (this.disputable.length > MOST_DISPUTABLE) this.disputable.shift();
  }

  #learnBody(body: CertificateBody): void {
    const hash = bodyHash(sha256, body);
    if (!this.bodies.some((known) => bodyHash(sha256, known) === hash)) this.bodies.push(body);
  }

  #learnVote(from: MemberId, {ballot, step, body}: Word, signature: Uint8Array): void {
    const key = `${ballot} ${step} ${body}`;
    const votes = this.#votes.get(key) ?? new Map<MemberId, Uint8Array>();
    this.#votes.set(key, votes.set(from, signature));
  }
}
