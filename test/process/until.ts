import {setTimeout as pause} from "node:timers/promises";

export {pause};

const LOOK_AGAIN_MS = 40;

/** What {@link until} looks for: an answer, or nothing yet. */
export type Probe<Answer> = () => Promise<Answer | null> | Answer | null;

/**
 * Asks `probe` again and again until it answers something other than null.
 * @param what names the wait in the failure, after "waited for"
 * @param limitMs patience, in milliseconds
 */
export async function until<Answer>(what: string, limitMs: number, probe: Probe<Answer>): Promise<Answer> {
  const startMs = performance.now();
  for (;;) {
    const answer = await probe();
    if (answer !== null) return answer;
    if (performance.now() - startMs > limitMs) throw new Error(`waited ${limitMs} ms in vain for ${what}`);
    await pause(LOOK_AGAIN_MS);
  }
}
