import {type FrameOf, isReadyWord, type MemberId, type Primitives} from "../rounds/index.ts";

/** Words of members that are a round ahead. Each is said once, and kept until that round begins here. */
export class EarlyWords {
  readonly #primitives: Pick<Primitives, "verify">;
  readonly #words = new Map<MemberId, FrameOf<"ready">>();

  constructor(primitives: Pick<Primitives, "verify">) {
    this.#primitives = primitives;
  }

  /**
   * Verifies a word once, on arrival, and keeps it: a replay from its round on has no recorded outcome of the
   * check.
   */
  hear(from: MemberId, frame: FrameOf<"ready">): void {
    if (isReadyWord(this.#primitives, from, frame)) this.#words.set(from, frame);
  }

  /** Hands over the kept words and forgets them. */
  take(): readonly {readonly from: MemberId; readonly frame: FrameOf<"ready">}[] {
    const words = [...this.#words].map(([from, frame]) => ({from, frame}));
    this.#words.clear();
    return words;
  }
}
