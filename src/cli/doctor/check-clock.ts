import {formatSeconds} from "../../core/index.ts";
import {type Finding, fail, pass, warn} from "./finding.ts";

/** A machine's clock is wrong if it is before this version was written. */
const WRITTEN_MS = Date.UTC(2026, 0, 1);
/** Files from the future show that a clock was set back by more than this. */
const BACK_LIMIT_MS = 120_000;
/**
 * The wall clock and the monotonic one part by more than this within seconds only if somebody sets the clock.
 */
const STEP_LIMIT_MS = 500;
const MEND = "Set the clock, and keep it by a time service (such as systemd-timesyncd or chrony).";

/** Facts about the clock that are known without asking anybody. */
export interface ClockFacts {
  readonly wallMs: number;
  /** Time of the last change of the newest file in the state directory; null if there is none. */
  readonly newestFileMs: number | null;
  /** Time by which the wall clock went ahead of the monotonic one while it was watched. */
  readonly steppedMs: number;
  /** True if the time service of this machine says that it keeps the clock; null if it says nothing. */
  readonly isSynchronised: boolean | null;
}

/** D03. Nothing in the protocol tells the time of other members, so it is not compared with theirs. */
export function checkClock({wallMs, newestFileMs, steppedMs, isSynchronised}: ClockFacts): Finding {
  const now = new Date(wallMs).toISOString().slice(0, 19);
  if (wallMs < WRITTEN_MS)
    return fail("CLI_DOCTOR_CLOCK", `${now}Z is before this version was written`, MEND);
  if (newestFileMs !== null && newestFileMs - wallMs > BACK_LIMIT_MS) {
    const ahead = formatSeconds((newestFileMs - wallMs) / 1000);
    return fail(
      "CLI_DOCTOR_CLOCK",
      `${now}Z is ${ahead} before a file in the state directory was written`,
      MEND,
    );
  }
  if (Math.abs(steppedMs) > STEP_LIMIT_MS)
    return warn(
      `${now}Z; it was set by ${formatSeconds(Math.abs(steppedMs) / 1000)} while it was watched`,
      MEND,
    );
  if (isSynchronised === true)
    return pass(`${now}Z, kept by this machine's time service; not compared with other members'`);
  const reason =
    isSynchronised === null ? "whether a time service keeps it is not known" : "no time service keeps it";
  return isSynchronised === null
    ? pass(`${now}Z is plausible; ${reason}; not compared with other members'`)
    : warn(`${now}Z is plausible; ${reason}; not compared with other members'`, MEND);
}
