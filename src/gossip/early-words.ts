import {isReadyWord, type Primitives} from "./certificate.ts";
import type {FrameOf} from "./frames.ts";
import type {MemberId} from "./quorum.ts";

/** What members that are a round ahead said of it: it is said once, and kept until that round begins here. */
export class EarlyWords {
  readonly #primitives: Pick<Primitives, "verify">;
  readonly #words = new Map<MemberId, FrameOf<"ready">>();

  constructor(primitives: Pick<Primitives, "verify">) {
    this.#primitives = primitives;
  }

  /** Keeps a word, verified once, as it comes: a replay from its round on has no answer to that any more. */
  hear(from: MemberId, frame: FrameOf<"ready">): void {
    if (isReadyWord(this.#primitives, from, frame)) this.#words.set(from, frame);
  }

  /** Hands over what was kept, and keeps it no longer. */
  take(): readonly {readonly from: MemberId; readonly frame: FrameOf<"ready">}[] {
    const words = [...this.#words].map(([from, frame]) => ({from, frame}));
    this.#words.clear();
    return words;
  }
}
