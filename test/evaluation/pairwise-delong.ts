/** Structural components and area of one marker. */
interface Components {
  readonly area: number;
  readonly ofPositives: readonly number[];
  readonly ofNegatives: readonly number[];
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function split(labels: readonly number[], scores: readonly number[]): {cases: number[]; controls: number[]} {
  return {
    cases: scores.filter((_, row) => labels[row] === 1),
    controls: scores.filter((_, row) => labels[row] === 0),
  };
}

/** DeLong's components by the kernel over every pair of a positive and a negative, O(n^2). */
export function byPairs(labels: readonly number[], scores: readonly number[]): Components {
  const {cases, controls} = split(labels, scores);
  const kernel = cases.map((x) => controls.map((y) => (x > y ? 1 : x === y ? 0.5 : 0)));
  return {
    area: average(kernel.flat()),
    ofPositives: kernel.map(average),
    ofNegatives: controls.map((_, column) => average(kernel.map((row) => row[column] ?? Number.NaN))),
  };
}

/** The same by placement values: each score's place in the other class's distribution (Hanley & Hajian-Tilaki 1997). */
export function byPlacementValues(labels: readonly number[], scores: readonly number[]): Components {
  const {cases, controls} = split(labels, scores);
  const place = (value: number, others: readonly number[]): number => {
    const below = others.filter((other) => other < value).length;
    const notAbove = others.filter((other) => other <= value).length;
    return (below + notAbove) / (2 * others.length);
  };
  const ofPositives = cases.map((score) => place(score, controls));
  const ofNegatives = controls.map((score) => 1 - place(score, cases));
  return {area: average(ofNegatives), ofPositives, ofNegatives};
}

/** The covariance of two areas from their components, by the definition of DeLong 1988. */
export function covarianceOf(left: Components, right: Components): number {
  const ofClass = (a: readonly number[], b: readonly number[]): number => {
    const products = a.map((value, i) => (value - left.area) * ((b[i] ?? Number.NaN) - right.area));
    return products.reduce((sum, value) => sum + value, 0) / (a.length - 1) / a.length;
  };
  return ofClass(left.ofPositives, right.ofPositives) + ofClass(left.ofNegatives, right.ofNegatives);
}
