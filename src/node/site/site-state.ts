import {sha256, toHex} from "../../core/index.ts";
import type {Certificate, MemberId} from "../../rounds/index.ts";
import type {RunStorage, StoredRun} from "../../storage/index.ts";
import {encodeRecord, type SiteLine} from "../records/records.ts";
import type {Stages} from "./stages.ts";

/** The state that a site keeps of its training and never releases; vectors are not to be changed. */
export interface SiteState {
  /** `[layoutSize]`, of which only the site's own tensors count: those that the plan's sites do not share. */
  readonly own: Float32Array;
  /** `[shared.size]`, c_i of the drift correction; empty without. */
  readonly control: Float32Array;
}

/**
 * The state of a site that has not trained, or that lost its own: c_i then begins at 0, which is slower but
 * not wrong.
 */
export function untrainedState({initial, shared, controlOf}: Stages): SiteState {
  const hasControl = controlOf(new Float32Array(2 * shared.size)) !== null;
  return {own: initial, control: new Float32Array(hasControl ? shared.size : 0)};
}

function bytesOf({own, control}: SiteState): Uint8Array {
  const bytes = new Uint8Array(4 * (own.length + control.length));
  const view = new DataView(bytes.buffer);
  own.forEach((value, index) => view.setFloat32(4 * index, value, true));
  control.forEach((value, index) => view.setFloat32(4 * (own.length + index), value, true));
  return bytes;
}

function stateFrom(bytes: Uint8Array, {own, control}: SiteState): SiteState | null {
  if (bytes.length !== 4 * (own.length + control.length)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = Float32Array.from({length: bytes.length / 4}, (_, index) =>
    view.getFloat32(4 * index, true),
  );
  return {own: values.slice(0, own.length), control: values.slice(own.length)};
}

/** The facts that decide from which state of a site a restart goes on. */
export interface SiteHistory {
  /** The journal's lines about the site's states, oldest first. */
  readonly lines: readonly SiteLine[];
  readonly certificates: readonly Certificate[];
  readonly self: MemberId;
}

/**
 * The newest state that belongs to a certified round of this site, and the next one, which may still come to
 * belong to one.
 */
export function standingLines({lines, certificates, self}: SiteHistory): {
  readonly settled: SiteLine | undefined;
  readonly pending: SiteLine | undefined;
} {
  const used = new Set(
    certificates.filter(({body}) => body.contributors.includes(self)).map(({body}) => body.round),
  );
  const settled = lines.findLast(({round}) => used.has(round));
  const newest = Math.max(-1, ...certificates.map(({body}) => body.round));
  return {settled, pending: lines.findLast(({round}) => round > newest)};
}

/** The storage for the states of a site: a run's storage, or as much of it. */
export interface StateStorage {
  readonly models: Pick<RunStorage["models"], "put" | "get" | "remove">;
  readonly journal: Pick<RunStorage["journal"], "append">;
}

/** Reads a stored state, or returns null if it is gone or has another plan's shape. */
export async function readState(
  storage: Pick<StoredRun, "models">,
  line: SiteLine | undefined,
  shape: SiteState,
): Promise<SiteState | null> {
  const bytes = line === undefined ? undefined : await storage.models.get(line.state);
  return bytes === undefined ? null : stateFrom(bytes, shape);
}

interface Pending {
  readonly contribution: string;
  readonly state: SiteState;
  readonly hash: string;
}

/**
 * The state of a site over the rounds. A state belongs to the round whose release was made with it, and
 * counts once that release is known to be used. A round that is run again, or is decided without this site,
 * therefore starts from the state before. It is on disk before the release can leave.
 */
export class SiteStates {
  readonly #storage: StateStorage;
  #current: SiteState;
  #currentHash: string | null = null;
  #pending: Pending | null = null;

  constructor(storage: StateStorage, initial: SiteState) {
    this.#storage = storage;
    this.#current = initial;
  }

  /** Restores the states that were written before a restart. */
  async restore(history: SiteHistory): Promise<void> {
    const {settled, pending} = standingLines(history);
    const shape = this.#current;
    const current = await readState(this.#storage, settled, shape);
    if (current !== null && settled !== undefined) {
      this.#current = current;
      this.#currentHash = settled.state;
    }
    const next = await readState(this.#storage, pending, shape);
    if (next === null || pending === undefined) return;
    this.#pending = {contribution: pending.contribution, state: next, hash: pending.state};
  }

  current(): SiteState {
    return this.#current;
  }

  /** Writes down the state that the site will have once the release `contribution` of `round` is used. */
  async propose(round: number, contribution: string, state: SiteState): Promise<void> {
    const bytes = bytesOf(state);
    const hash = toHex(sha256(bytes));
    await this.#storage.models.put(hash, bytes);
    await this.#storage.journal.append(encodeRecord({kind: "site", round, contribution, state: hash}));
    this.#pending = {contribution, state, hash};
  }

  /** Settles the release `contribution`; removes from disk the states that no longer count. */
  async settle(contribution: string, isUsed: boolean): Promise<void> {
    const pending = this.#pending;
    if (pending === null) return;
    const isTaken = isUsed && pending.contribution === contribution;
    const before = this.#currentHash;
    this.#pending = null;
    if (isTaken) {
      this.#current = pending.state;
      this.#currentHash = pending.hash;
    }
    const outdated = isTaken ? before : pending.hash;
    if (outdated !== null && outdated !== this.#currentHash) await this.#storage.models.remove(outdated);
  }
}

/** The states of a site in `storage`, as they stood when the daemon stopped. @throws STORAGE_* */
export async function openStates(
  storage: StateStorage,
  stages: Stages,
  history: SiteHistory,
): Promise<SiteStates> {
  const states = new SiteStates(storage, untrainedState(stages));
  await states.restore(history);
  return states;
}
