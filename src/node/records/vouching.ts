import {type Clock, CodedError, isCoded, type Logger} from "../../core/index.ts";
import type {Network, NetworkOptions} from "../../network/index.ts";
import {
  type Certificate,
  decodeFrame,
  encodeFrame,
  type Frame,
  type MemberId,
  type Primitives,
  type QuorumRule,
  quorumSize,
  type Restored,
  verifyCertificate,
} from "../../rounds/index.ts";
import type {NodeErrorCode} from "../errors.ts";
import {forgottenPart, roundOf} from "./forgotten-part.ts";

const REMINDER_MS = 30_000;

/** The question to the members, and the means of asking. */
export interface VouchingOptions {
  readonly self: MemberId;
  readonly run: string;
  /** Hash of the roster. */
  readonly roster: string;
  /** Members that train and vote, sorted; this one among them. */
  readonly members: readonly MemberId[];
  readonly quorum: QuorumRule;
  readonly primitives: Primitives;
  readonly restored: Restored;
  readonly clock: Clock;
  readonly logger: Logger;
  nameOf(member: MemberId): string;
  openNetwork(events: NetworkOptions["events"]): Promise<Network>;
  /** Ends the asking, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Least number of others of which one took part in every decision that this member took part in. */
export function vouchersNeeded(rule: QuorumRule, members: number): number {
  return Math.min(members - 1, members - quorumSize(rule, members) + 1);
}

/** The members' answers so far. */
class Vouching {
  readonly done: Promise<void>;
  readonly #options: VouchingOptions;
  readonly #heard = new Set<MemberId>();
  #resolve: () => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(options: VouchingOptions) {
    this.#options = options;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // The waiting caller hears of it; an error before anyone waits must not count as uncaught.
    this.done.catch(() => {});
  }

  get missing(): readonly MemberId[] {
    const {members, self} = this.#options;
    return members.filter((member) => member !== self && !this.#heard.has(member));
  }

  /** Ends the asking without an outcome. */
  abandon(reason: unknown): void {
    this.#reject(reason);
  }

  onFrame(from: MemberId, bytes: Uint8Array): void {
    const {run, members, logger} = this.#options;
    try {
      const frame = decodeFrame(bytes);
      if (frame.run === run && members.includes(from)) this.#take(from, frame);
    } catch (error) {
      if (!isCoded(error)) throw error;
      logger.warn("a peer's word on this restored node was refused", {peer: from, code: error.code});
    }
  }

  /**
   * Takes in a member's word. Every member asks those that it meets, which shows its round; one that is
   * further on sends its certificate. A restored member that waits sends none, but of several that wait the
   * furthest can hear all.
   */
  #take(from: MemberId, frame: Frame): void {
    if (frame.type === "ask" && frame.round <= roundOf(this.#options.restored)) this.#hear(from);
    // That of a round which this node knows comes before the newest one, and vouches for nothing.
    if (frame.type !== "certificate" || frame.certificate.body.round < roundOf(this.#options.restored))
      return;
    this.#check(frame.certificate);
    this.#hear(from);
  }

  #check(certificate: Certificate): void {
    const {run, roster, members, primitives, quorum} = this.#options;
    // A quorum checked the rest of it when it voted.
    verifyCertificate(primitives, certificate, {
      run,
      roster,
      members,
      quorum: quorumSize(quorum, members.length),
      parent: null,
      previousPeak: 0,
      minimumContributors: 1,
      minimumWeight: 0,
      weightShare: 0,
    });
    const part = forgottenPart(certificate, this.#options);
    if (part === null) return;
    const code: NodeErrorCode = "NODE_STATE_OUTDATED";
    const round = certificate.body.round + 1;
    this.#reject(
      new CodedError(code, `this node ${part} in round ${round}, of which its restored state knows nothing`, {
        data: {round: certificate.body.round},
        hint: "Start it again when the others have certified a round without it; where they cannot, restore a newer backup, or take part again as a new node: a new state directory, key and line in everyone's roster.",
      }),
    );
  }

  #hear(from: MemberId): void {
    this.#heard.add(from);
    if (this.#heard.size >= vouchersNeeded(this.#options.quorum, this.#options.members.length))
      this.#resolve();
  }
}

/**
 * Asks the other members for the newest certificate of the run before a restored node takes part: it would
 * show anything that this node did and has forgotten. Waits until so many have answered that one of them was
 * in every decision in which this node took part.
 * @throws NODE_STATE_OUTDATED; the errors of opening the network
 */
export async function askToVouch(options: VouchingOptions): Promise<void> {
  const {run, restored, clock, logger, members, quorum, signal} = options;
  if (vouchersNeeded(quorum, members.length) === 0) return;
  const vouching = new Vouching(options);
  let network: Network | null = null;
  const early: MemberId[] = [];
  const ask = (peer: MemberId): void => {
    if (network === null) early.push(peer);
    else network.send(peer, encodeFrame({type: "ask", run, round: roundOf(restored)}));
  };
  let cancel = (): void => {};
  const remind = (): void => {
    logger.warn("this node is restored and waits until others have said what they know of it", {
      waitingFor: vouching.missing.map((member) => options.nameOf(member)),
    });
    cancel = clock.after(REMINDER_MS, remind, {unref: true});
  };
  const onAbort = (): void => vouching.abandon(signal?.reason);
  signal?.addEventListener("abort", onAbort, {once: true});
  if (signal?.aborted === true) onAbort();
  try {
    network = await options.openNetwork({
      onLinkUp: ask,
      onLinkDown() {},
      onFrame: (peer, frame) => vouching.onFrame(peer, frame),
    });
    for (const peer of early) ask(peer);
    remind();
    await vouching.done;
    logger.info("the others know of nothing that this restored node has forgotten");
  } finally {
    cancel();
    signal?.removeEventListener("abort", onAbort);
    await network?.close();
  }
}
