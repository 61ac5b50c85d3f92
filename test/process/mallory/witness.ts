import {sha256, toHex} from "../../../src/core/index.ts";
import type {Network} from "../../../src/network/index.ts";
import {contributionSize} from "../../../src/parameters/index.ts";
import type {Stages} from "../../../src/participant/index.ts";
import type {Certified, Frame, MemberId} from "../../../src/rounds/index.ts";

/** What a round mixed, as someone else than its members' own code reads it. */
interface Part {
  /** p (x - ref) of each value, `[mixed]`. */
  readonly values: Float32Array;
  readonly weight: number;
}

/** A certified value, and the least and the most that some members sent. */
export interface Spread {
  readonly value: number;
  readonly least: number;
  readonly most: number;
}

/** A round's result beside what its contributors committed. */
export interface Recomputed {
  readonly round: number;
  /** The largest, over its values, to the weighted mean. */
  readonly distance: number;
  /** The certificate's, and the sum of those that the contributions hold. */
  readonly weight: number;
  readonly committed: number;
}

const BYTES = 4;

/** A contribution in the codec f32: the values, then the weight, in little-endian binary32 (docs/wire.md). */
function partFrom(bytes: Uint8Array): Part {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const all = Float32Array.from({length: bytes.length / BYTES}, (_, at) => view.getFloat32(BYTES * at, true));
  return {values: all.slice(0, -1), weight: all[all.length - 1] ?? Number.NaN};
}

/** Keeps what members committed to mix: the bytes whose hash they signed, as they serve them to mallory. */
export class Witness {
  readonly #stages: Stages;
  readonly #parts = new Map<string, Part>();
  readonly #abort = new AbortController();

  constructor(stages: Stages) {
    this.#stages = stages;
  }

  /** A member has said what it contributes: it is fetched. */
  hear(from: MemberId, frame: Frame, network: Network): void {
    if (frame.type !== "ready" || frame.round >= this.#stages.rounds) return;
    const {contribution: hash, round} = frame;
    const {codec, mixed} = this.#stages.specOf(round, null);
    const length = contributionSize(codec, mixed);
    const {signal} = this.#abort;
    network.fetch({from, hash, offset: 0, length, total: length, signal}).then(
      (bytes) => {
        if (toHex(sha256(bytes)) === hash) this.keep(from, round, bytes);
      },
      // The round may be over before the bytes have come.
      () => {},
    );
  }

  keep(member: MemberId, round: number, bytes: Uint8Array): void {
    this.#parts.set(`${round} ${member}`, partFrom(bytes));
  }

  /** How far each certified result of which all is known is from the weighted mean of what was committed to it. */
  distances(certified: ReadonlyMap<number, Certified>): Recomputed[] {
    return [...certified].flatMap(([round, {certificate, snapshot}]) => {
      const {contributors, weight} = certificate.body;
      const before = certified.get(round - 1) ?? null;
      const parts = contributors.flatMap((member) => this.#parts.get(`${round} ${member}`) ?? []);
      if (parts.length < contributors.length || (before === null && round > 0)) return [];
      const total = parts.reduce((sum, part) => sum + part.weight, 0);
      const {reference, mixed} = this.#stages.specOf(round, before);
      const distances = Array.from({length: mixed}, (_, at) => {
        const mean = parts.reduce((sum, {values}) => sum + (values[at] ?? Number.NaN), 0) / total;
        return Math.abs((snapshot.values[at] ?? Number.NaN) - (reference[at] ?? Number.NaN) - mean);
      });
      return [{round, distance: Math.max(...distances), weight, committed: total}];
    });
  }

  /** Each mixed value of a round's result less its reference, beside what `members` sent; empty where not all is known. */
  spreads(certified: ReadonlyMap<number, Certified>, round: number, members: readonly MemberId[]): Spread[] {
    const [result, before] = [certified.get(round), certified.get(round - 1) ?? null];
    const parts = members.flatMap((member) => this.#parts.get(`${round} ${member}`) ?? []);
    if (result === undefined || parts.length < members.length) return [];
    const {reference, mixed} = this.#stages.specOf(round, before);
    return Array.from({length: mixed}, (_, at) => {
      const sent = parts.map(({values, weight}) => (values[at] ?? Number.NaN) / weight);
      const value = (result.snapshot.values[at] ?? Number.NaN) - (reference[at] ?? Number.NaN);
      return {value, least: Math.min(...sent), most: Math.max(...sent)};
    });
  }

  close(): void {
    this.#abort.abort();
  }
}
