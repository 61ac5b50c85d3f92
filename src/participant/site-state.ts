import type {Certificate, MemberId} from "../rounds/index.ts";
import type {Stages} from "./stages.ts";

/** The state that a site keeps of its training and never releases; vectors are not to be changed. */
export interface SiteState {
  /** `[layoutSize]`, of which only the site's own tensors count: those that the plan's sites do not share. */
  readonly own: Float32Array;
  /** `[shared.size]`, c_i of the drift correction; empty without. */
  readonly control: Float32Array;
}

/** A {@link SiteState} on disk, under the hash of its bytes. */
export interface StoredState {
  readonly state: SiteState;
  readonly hash: string;
}

/**
 * The state of a site that has not trained, or that lost its own: c_i then begins at 0, which is slower but
 * not wrong.
 */
export function untrainedState({initial, shared, controlOf}: Stages): SiteState {
  const hasControl = controlOf(new Float32Array(2 * shared.size)) !== null;
  return {own: initial, control: new Float32Array(hasControl ? shared.size : 0)};
}

/** The bytes of a state: both vectors, one behind the other. */
export function encodeState({own, control}: SiteState): Uint8Array {
  const bytes = new Uint8Array(4 * (own.length + control.length));
  const view = new DataView(bytes.buffer);
  own.forEach((value, index) => view.setFloat32(4 * index, value, true));
  control.forEach((value, index) => view.setFloat32(4 * (own.length + index), value, true));
  return bytes;
}

/** The state in `bytes`; null if they are of another plan's shape. */
export function decodeState(bytes: Uint8Array, {own, control}: SiteState): SiteState | null {
  if (bytes.length !== 4 * (own.length + control.length)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = Float32Array.from({length: bytes.length / 4}, (_, index) =>
    view.getFloat32(4 * index, true),
  );
  return {own: values.slice(0, own.length), control: values.slice(own.length)};
}

/** A journal's line: the state that counts at the site once the release `contribution` of `round` is used. */
export interface StateLine {
  readonly round: number;
  readonly contribution: string;
  /** Hash of the state. */
  readonly state: string;
}

/** The facts that decide from which state of a site a restart goes on. */
export interface SiteHistory {
  /** The journal's lines about the site's states, oldest first. */
  readonly lines: readonly StateLine[];
  readonly certificates: readonly Certificate[];
  readonly self: MemberId;
}

/** The newest state that belongs to a certified round of this site. */
export function settledLine({lines, certificates, self}: SiteHistory): StateLine | undefined {
  const used = new Set(
    certificates.filter(({body}) => body.contributors.includes(self)).map(({body}) => body.round),
  );
  return lines.findLast(({round}) => used.has(round));
}
