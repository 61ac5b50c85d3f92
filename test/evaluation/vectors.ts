/**
 * Twelve invented patients with two invented models' probabilities; ties within and across the classes on purpose.
 * Figures of FIRST (this project's vector V12): scikit-learn 1.9.1 for the point estimates. Variances, covariance
 * and test: DeLong's definition over all pairs of patients in exact fractions (Python), square root and normal
 * tail in 30 digits (mpmath).
 */
export const LABELS = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1];
export const FIRST = [0.05, 0.12, 0.2, 0.33, 0.45, 0.62, 0.28, 0.51, 0.62, 0.7, 0.88, 0.93];
export const SECOND = [0.1, 0.41, 0.15, 0.3, 0.66, 0.52, 0.35, 0.3, 0.58, 0.52, 0.74, 0.66];
export const EXPECTED = {
  aurocFirst: 7 / 8,
  aurocSecond: 53 / 72,
  varianceFirst: 47 / 4320,
  varianceSecond: 61 / 2592,
  covariance: 1 / 108,
  difference: 5 / 36,
  z: 1.1016316230980794,
  p: 0.2706218544994646,
} as const;
