const CHECK_TOLERANCE = 1e-4;

/** Where numbers of the two rows differ by more than the tolerance. */
export function differences(expected: unknown, actual: unknown, place: string): string[] {
  if (typeof expected === "number" && typeof actual === "number") {
    return Math.abs(expected - actual) <= CHECK_TOLERANCE ? [] : [`${place}: ${expected} became ${actual}`];
  }
  if (typeof expected === "object" && expected !== null && typeof actual === "object" && actual !== null) {
    return Object.entries(expected).flatMap(([key, value]) =>
      key === "attempts" ? [] : differences(value, Reflect.get(actual, key), `${place}.${key}`),
    );
  }
  return expected === actual ? [] : [`${place}: ${String(expected)} became ${String(actual)}`];
}
