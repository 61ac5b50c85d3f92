import type {Codec} from "../parameters/index.ts";
import type {ScheduleSpec} from "../schedules/index.ts";

/** The training and mixing of an asynchronous segment, from the plan. */
export interface AsyncSpec {
  /** This member's own p = n / N0, exact in binary32. */
  readonly weight: number;
  /** `swap`: pairs exchange masses and commit; `push-sum`: half of a mass goes one way, through an outbox. */
  readonly exchange: "swap" | "push-sum";
  /** The order of exchanges in a symmetric graph; null: random pairs. */
  readonly schedule: Exclude<ScheduleSpec, {name: "grid"}> | null;
  /** Codec of progress and of masses between members. */
  readonly codec: Codec;
  /** Progress that must count, in units, before a member would end the segment. */
  readonly units: number;
  /** Time for which a member in doubt waits for the one that decides, in milliseconds. */
  readonly abandonMs: number;
  /** Greatest lead of a fast site over the slowest, in units of progress; Infinity: no limit. */
  readonly maximumLead: number;
  /**
   * With a number f, received estimates are clipped about one's own, assuming f faulty members; null: no
   * clipping.
   */
  readonly clipFaulty: number | null;
}
