const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** Differences between the patients and those of the run. */
export interface PatientChanges {
  /** Patients of the run that are not among the data. */
  readonly missing: number;
  /** Patients that took no part in it. */
  readonly fresh: number;
  /** Patients that today's split file puts into the test or takes out of it. */
  readonly moved: number;
  /** True if the run's patients are all there, but some of their values, labels or times differ. */
  readonly areRevalued: boolean;
}

/** {@link PatientChanges} for the owner; no line if nothing changed. */
export function changeLines({missing, fresh, moved, areRevalued}: PatientChanges): string[] {
  return [
    ...(fresh === 0 ? [] : [`new: ${counted(fresh, "patient")} took no part in the run`]),
    ...(missing === 0
      ? []
      : [`warning: ${counted(missing, "patient")} of the run cannot be found among the data`]),
    ...(moved === 0
      ? []
      : [
          `warning: the split file moves ${counted(moved, "patient")} into or out of the test; the parts of the run are kept here`,
        ]),
    ...(areRevalued
      ? ["warning: values or labels of the run's patients are not those that the run began with"]
      : []),
  ];
}
