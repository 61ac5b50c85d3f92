import {formatSeconds} from "../../core/index.ts";
import {type Finding, fail, pass, warn} from "./finding.ts";

/** No machine's clock is right that is before this version was written. */
const WRITTEN_MS = Date.UTC(2026, 0, 1);
/** Files of the future: a clock that was set back by more than this shows. */
const BACK_LIMIT_MS = 120_000;
/** The wall clock and the monotonic one part by more than this within seconds only when somebody sets the clock. */
const STEP_LIMIT_MS = 500;
const MEND = "Set the clock, and keep it by a time service (such as systemd-timesyncd or chrony).";

/** What can be known of the clock without asking anybody. */
export interface ClockFacts {
  readonly wallMs: number;
  /** When the newest file of the state directory was changed; null: there is none. */
  readonly newestFileMs: number | null;
  /** How far the wall clock went ahead of the monotonic one while it was watched. */
  readonly steppedMs: number;
  /** Whether the time service of this machine says that it keeps the clock; null: it says nothing. */
  readonly isSynchronised: boolean | null;
}

/** D03. Nothing of the protocol tells the time of other members, so it is not compared with theirs. */
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
