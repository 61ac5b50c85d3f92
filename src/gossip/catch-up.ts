import {isCoded} from "../core/index.ts";
import {type Snapshot, snapshotSize} from "../parameters/index.ts";
import {
  type BodyRules,
  type Certificate,
  type Certified,
  type Effect,
  type MemberId,
  type SessionSetup,
  verifyCertificate,
} from "../rounds/index.ts";

/** The outlet for a catch-up's effects. */
export interface CatchUpOutlet {
  emit(effect: Effect): void;
  nextId(): number;
}

/** A certificate of a later round, whose result is being fetched, then written down. */
interface Pursuit {
  readonly certificate: Certificate;
  readonly from: MemberId;
  readonly fetchId: number;
  snapshot: Snapshot | null;
  persistId: number | null;
}

/**
 * Brings a member that missed rounds to the newest one: it asks, verifies, fetches the result and writes it
 * down.
 */
export class CatchUp {
  /** True if a peer is known to be rounds ahead. */
  isBehind = false;
  readonly #setup: SessionSetup;
  readonly #outlet: CatchUpOutlet;
  #pursuit: Pursuit | null = null;
  #failures = 0;

  constructor(setup: SessionSetup, outlet: CatchUpOutlet) {
    this.#setup = setup;
    this.#outlet = outlet;
  }

  /** Notes that a peer is rounds ahead. @returns true if that is news, and the peer should be asked */
  fallBehind(): boolean {
    if (this.isBehind) return false;
    this.isBehind = true;
    this.#outlet.emit({type: "arm", timer: "catch-up", afterMs: this.#setup.limits.minimumMs});
    return true;
  }

  /**
   * Tells whether `effect` would write a certificate behind that of a later round, which ends the round
   * anyway.
   */
  overtakes(effect: Effect): boolean {
    return this.#isWriting && effect.type === "persist" && effect.record.kind === "certificate";
  }

  /** Tells whether no catch-up is open, so nothing of one would be lost with the memory. */
  get isAtRest(): boolean {
    return this.#pursuit === null && !this.isBehind;
  }

  get #isWriting(): boolean {
    return this.#pursuit !== null && this.#pursuit.persistId !== null;
  }

  /**
   * Pursues `certificate`, unless a newer one is being fetched already, or any is being written: that writing
   * comes first.
   * @throws GOSSIP_CERTIFICATE_INVALID
   */
  start(certificate: Certificate, from: MemberId, rules: BodyRules): void {
    const {body} = certificate;
    if (body.round >= this.#setup.rounds || this.#isWriting) return;
    if (this.#pursuit !== null && this.#pursuit.certificate.body.round >= body.round) return;
    verifyCertificate(this.#setup.primitives, certificate, rules);
    if (this.#pursuit?.snapshot === null) this.#outlet.emit({type: "cancel", id: this.#pursuit.fetchId});
    const fetchId = this.#outlet.nextId();
    this.isBehind = true;
    this.#pursuit = {certificate, from, fetchId, snapshot: null, persistId: null};
    // A stalled giver must not hold this member: its turn ends, later each time.
    const afterMs = this.#setup.limits.maximumMs * 2 ** Math.min(10, this.#failures);
    this.#outlet.emit({type: "arm", timer: "catch-up", afterMs});
    const total = snapshotSize(this.#setup.shapeOf(body.round).values);
    this.#outlet.emit({type: "fetch", id: fetchId, from, hash: body.result, offset: 0, length: total, total});
  }

  /** Takes in the fetched result. @returns true if `id` was its fetch */
  onFetched(id: number, bytes: Uint8Array): boolean {
    const pursuit = this.#pursuit;
    if (pursuit?.fetchId !== id) return false;
    const {certificate} = pursuit;
    const snapshot = this.#open(certificate, bytes);
    if (snapshot === null) return this.onFetchFailed(id);
    pursuit.snapshot = snapshot;
    pursuit.persistId = this.#outlet.nextId();
    this.#outlet.emit({
      type: "persist",
      id: pursuit.persistId,
      record: {kind: "certificate", certificate, snapshot},
    });
    return true;
  }

  /** The certified snapshot in `bytes`, or null if they hold something else. */
  #open({body}: Certificate, bytes: Uint8Array): Snapshot | null {
    const {primitives, shapeOf} = this.#setup;
    try {
      const snapshot = primitives.arithmetic.openSnapshot(primitives.hash, bytes, shapeOf(body.round));
      return snapshot.hash === body.result ? snapshot : null;
    } catch (error) {
      if (!isCoded(error)) throw error;
      return null;
    }
  }

  /**
   * Ends the turn of the result's giver. @returns true if this member is behind and nothing is under way to
   * change that
   */
  giveUp(): boolean {
    if (this.#pursuit?.snapshot === null) {
      this.#failures += 1;
      this.#outlet.emit({type: "cancel", id: this.#pursuit.fetchId});
      this.#pursuit = null;
    }
    return this.isBehind && this.#pursuit === null;
  }

  /**
   * Handles a peer's failure to give the result: someone will be asked again soon. @returns true if `id` was
   * its fetch
   */
  onFetchFailed(id: number): boolean {
    if (this.#pursuit?.fetchId !== id) return false;
    this.#pursuit = null;
    this.#outlet.emit({type: "arm", timer: "catch-up", afterMs: this.#setup.limits.minimumMs});
    return true;
  }

  /** Handles a lost link to `peer`: if it was giving the result, someone else is asked. */
  onLinkDown(peer: MemberId): void {
    const pursuit = this.#pursuit;
    if (pursuit === null || pursuit.from !== peer || pursuit.snapshot !== null) return;
    this.#outlet.emit({type: "cancel", id: pursuit.fetchId});
    this.onFetchFailed(pursuit.fetchId);
  }

  /** @returns the certificate and snapshot now on disk, or null if `id` was another write */
  onPersisted(id: number): Certified | null {
    if (this.#pursuit?.persistId !== id || this.#pursuit.snapshot === null) return null;
    return {certificate: this.#pursuit.certificate, snapshot: this.#pursuit.snapshot};
  }

  /**
   * Ends the catch-up, since the member has the certificate of `round`, unless a later one is being written.
   */
  end(round: number): void {
    const pursuit = this.#pursuit;
    if (pursuit !== null && pursuit.persistId !== null && round < pursuit.certificate.body.round) return;
    this.#outlet.emit({type: "disarm", timer: "catch-up"});
    this.#pursuit = null;
    this.isBehind = false;
    this.#failures = 0;
  }
}
