import type {DurableRecord, Effect, MemberId} from "../../rounds/index.ts";
import type {Fault, WorldOptions} from "./options.ts";

/** A point at which a process can die, as named by tests and scenarios. */
export interface PlannedFault {
  readonly member: MemberId;
  /** A name from {@link faultPointOf}. */
  readonly point: string;
  /** Index of the effect among this member's effects of that name, from 0. */
  readonly occurrence: number;
  readonly fault: Exclude<Fault, "none">;
}

function recordName(record: DurableRecord): string {
  if (record.kind !== "ballot") return record.kind;
  return record.snapshot === null ? "promise" : "vote";
}

/** Returns the name of an effect as a fault point, such as `persist:vote`, `send:start` or `fetch`. */
export function faultPointOf(effect: Effect): string {
  if (effect.type === "persist") return `persist:${recordName(effect.record)}`;
  return effect.type === "send" ? `send:${effect.frame.type}` : effect.type;
}

/**
 * Creates faults at named points. Each strikes once.
 * @param onFault is called for each as it strikes, so the member can be started again later
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
