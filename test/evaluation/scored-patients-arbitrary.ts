import fc from "fast-check";

/** Patients with scores from a coarse grid, so that ties are common; both classes have at least two patients. */
export const tiedPatients = fc
  .array(fc.record({label: fc.nat(1), first: fc.nat(12), second: fc.nat(12)}), {minLength: 4, maxLength: 60})
  .map((patients) => ({
    labels: patients.map(({label}) => label),
    first: patients.map(({first}) => first / 12),
    second: patients.map(({second}) => second / 12),
  }))
  .filter(({labels}) => {
    const positives = labels.filter((label) => label === 1).length;
    return positives >= 2 && labels.length - positives >= 2;
  });
