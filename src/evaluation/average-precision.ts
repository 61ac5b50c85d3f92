import {checkScoredPatients, scoresByClass} from "./scored-patients.ts";

/**
 * The area under the precision-recall curve as average precision: the sum over distinct scores, from the
 * highest, of the gain in recall times the precision there. There is no interpolation, and tied patients
 * enter together. This is scikit-learn's `average_precision_score`.
 *
 * @param labels 0 or 1 for each patient, `[n]`
 * @param scores finite, higher meaning more likely 1, `[n]`
 * @returns 0 .. 1, or null if a class is absent
 * @throws EVALUATION_LENGTH_MISMATCH, EVALUATION_NOT_BINARY, EVALUATION_NOT_FINITE
 */
export function averagePrecision(labels: ArrayLike<number>, scores: ArrayLike<number>): number | null {
  checkScoredPatients(labels, scores);
  const {positives, negatives} = scoresByClass(labels, scores);
  if (positives.length === 0 || negatives.length === 0) return null;
  let sum = 0;
  let unseenNegatives = negatives.length;
  let unseen = positives.length;
  while (unseen > 0) {
    const threshold = positives[unseen - 1] as number;
    const before = unseen;
    while (unseen > 0 && positives[unseen - 1] === threshold) unseen--;
    while (unseenNegatives > 0 && (negatives[unseenNegatives - 1] as number) >= threshold) unseenNegatives--;
    const found = positives.length - unseen;
    sum += ((before - unseen) * found) / (found + negatives.length - unseenNegatives);
  }
  return sum / positives.length;
}
