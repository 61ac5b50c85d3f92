import type {DurableRecord, Effect, MemberId} from "../../gossip/index.ts";
import type {Fault, WorldOptions} from "./options.ts";

/** A point at which a process can die, as tests and scenarios name it. */
export interface PlannedFault {
  readonly member: MemberId;
  /** A name that {@link faultPointOf} gives. */
  readonly point: string;
  /** Which of this member's effects of that name, from 0. */
  readonly occurrence: number;
  readonly fault: Exclude<Fault, "none">;
}

function recordName(record: DurableRecord): string {
  if (record.kind !== "ballot") return record.kind;
  return record.snapshot === null ? "promise" : "vote";
}

/** The name of an effect as a fault point, such as `persist:vote`, `send:start` or `fetch`. */
export function faultPointOf(effect: Effect): string {
  if (effect.type === "persist") return `persist:${recordName(effect.record)}`;
  return effect.type === "send" ? `send:${effect.frame.type}` : effect.type;
}

/**
 * Faults at named points, each struck once.
 * @param onFault hears of each as it strikes, so that the member can be started again later
 */
export function faultsAt(
  faults: readonly PlannedFault[],
  onFault: (fault: PlannedFault) => void = () => {},
): WorldOptions["faultAt"] {
  const counts = new Map<string, number>();
  return (member, effect) => {
    const point = faultPointOf(effect);
    const key = `${member} ${point}`;
    const occurrence = counts.get(key) ?? 0;
    counts.set(key, occurrence + 1);
    const due = faults.find(
      (fault) => fault.member === member && fault.point === point && fault.occurrence === occurrence,
    );
    if (due === undefined) return "none";
    onFault(due);
    return due.fault;
  };
}
