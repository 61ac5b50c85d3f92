import type {Codec} from "../../parameters/index.ts";
import type {ScheduleSpec} from "../schedules/schedule.ts";

/** How an asynchronous segment trains and mixes; from the plan. */
export interface AsyncSpec {
  /** This member's own p = n / N0, exact in binary32. */
  readonly weight: number;
  /** `swap`: pairs exchange masses and commit; `push-sum`: half a mass goes one way, through an outbox. */
  readonly exchange: "swap" | "push-sum";
  /** Who exchanges with whom in turn, in a graph that is symmetric; null: random pairs. */
  readonly schedule: Exclude<ScheduleSpec, {name: "grid"}> | null;
  /** Codec of progress and of masses between members. */
  readonly codec: Codec;
  /** How much of its progress must count, in units, before a member would end the segment. */
  readonly units: number;
  /** How long a member in doubt waits for the one that decides, in milliseconds. */
  readonly abandonMs: number;
  /** How many units' worth of progress a fast site may be ahead of the slowest; Infinity: they are not held. */
  readonly maximumLead: number;
  /** With a number f, received estimates are clipped about one's own, assuming f faulty; null: they are not. */
  readonly clipFaulty: number | null;
}
