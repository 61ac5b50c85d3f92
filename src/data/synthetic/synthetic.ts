import {createRandom, type Random} from "../../core/index.ts";

/** The differences of one invented hospital from the others; the disease follows the same law at all. */
interface HospitalProfile {
  readonly patients: number;
  readonly ageMean: number;
  readonly ageSd: number;
  readonly menShare: number;
  /** Shift of exercise capacity in beats/min: sicker patients are referred to some hospitals. */
  readonly heartRateShift: number;
  readonly painShares: readonly [number, number, number];
}

interface SyntheticPatient {
  readonly age: number;
  readonly isMale: boolean;
  readonly pressure: number;
  readonly cholesterol: number;
  readonly hasDiabetes: boolean;
  readonly smokes: boolean;
  readonly heartRate: number;
  readonly hasExerciseAngina: boolean;
  readonly stDepression: number;
  readonly pain: (typeof PAINS)[number];
}

const PAINS = ["none", "atypical", "non-anginal", "typical"] as const;

const HOSPITALS: Readonly<Record<string, HospitalProfile>> = {
  north: {
    patients: 320,
    ageMean: 54,
    ageSd: 9,
    menShare: 0.6,
    heartRateShift: 0,
    painShares: [0.3, 0.25, 0.25],
  },
  south: {
    patients: 240,
    ageMean: 61,
    ageSd: 8,
    menShare: 0.7,
    heartRateShift: -8,
    painShares: [0.2, 0.2, 0.3],
  },
  east: {
    patients: 90,
    ageMean: 45,
    ageSd: 6,
    menShare: 0.45,
    heartRateShift: 10,
    painShares: [0.5, 0.25, 0.15],
  },
  west: {
    patients: 160,
    ageMean: 66,
    ageSd: 7,
    menShare: 0.85,
    heartRateShift: -15,
    painShares: [0.1, 0.15, 0.25],
  },
};

const HEADER =
  "patient,age,sex,pressure,cholesterol,diabetes,smoker,heart_rate,exercise_angina,st_depression,chest_pain,disease";

const MISSING_SHARE = 0.01;
const MISSING_MARKER = "NA";

function clampedNormal(random: Random, mean: number, sd: number, range: readonly [number, number]): number {
  return Math.min(range[1], Math.max(range[0], mean + sd * random.normal()));
}

function drawPain(random: Random, shares: readonly number[]): SyntheticPatient["pain"] {
  let rest = random.uniform();
  const position = shares.findIndex((share) => {
    rest -= share;
    return rest < 0;
  });
  return PAINS[position] ?? "typical";
}

function drawPatient(random: Random, profile: HospitalProfile): SyntheticPatient {
  const age = Math.round(clampedNormal(random, profile.ageMean, profile.ageSd, [25, 90]));
  const heartRateMean = 205 - 0.95 * age + profile.heartRateShift;
  return {
    age,
    isMale: random.uniform() < profile.menShare,
    pressure: Math.round(clampedNormal(random, 108 + 0.42 * age, 16, [80, 230])),
    cholesterol: Math.round(clampedNormal(random, 225, 45, [90, 480])),
    hasDiabetes: random.uniform() < 0.06 + 0.002 * age,
    smokes: random.uniform() < 0.3,
    heartRate: Math.round(clampedNormal(random, heartRateMean, 18, [60, 210])),
    hasExerciseAngina: random.uniform() < 0.3,
    stDepression: clampedNormal(random, 0.9, 1, [0, 6]),
    pain: drawPain(random, profile.painShares),
  };
}

/** Log-odds of disease: the same law at every hospital, so what one learns holds at the others. */
function logOdds(patient: SyntheticPatient): number {
  const painTerm = {none: -0.7, atypical: -0.5, "non-anginal": 0.1, typical: 1}[patient.pain];
  return (
    -0.6 +
    painTerm +
    0.03 * (patient.age - 57) +
    (patient.isMale ? 0.55 : -0.55) +
    0.012 * (patient.pressure - 132) +
    0.007 * (patient.cholesterol - 225) +
    (patient.hasDiabetes ? 0.6 : 0) +
    (patient.smokes ? 0.7 : 0) -
    0.022 * (patient.heartRate - 150) +
    (patient.hasExerciseAngina ? 0.9 : 0) +
    0.55 * (patient.stDepression - 0.9)
  );
}

function hospitalCsv(name: string, profile: HospitalProfile, seed: number): string {
  const random = createRandom({seed, site: name, round: 0, purpose: "synthetic-heart"});
  const lines = [HEADER];
  for (let number = 1; number <= profile.patients; number++) {
    const patient = drawPatient(random, profile);
    const isIll = random.uniform() < 1 / (1 + Math.exp(-logOdds(patient)));
    const isMissing = random.uniform() < MISSING_SHARE;
    lines.push(
      [
        `synthetic-${name}-${String(number).padStart(3, "0")}`,
        patient.age,
        patient.isMale ? "male" : "female",
        patient.pressure,
        isMissing ? MISSING_MARKER : patient.cholesterol,
        patient.hasDiabetes ? "yes" : "no",
        patient.smokes ? "yes" : "no",
        patient.heartRate,
        patient.hasExerciseAngina ? "yes" : "no",
        patient.stDepression.toFixed(1),
        patient.pain,
        isIll ? "yes" : "no",
      ].join(","),
    );
  }
  return `${lines.join("\n")}\n`;
}

/**
 * Generates the bundled table of invented patients: CSV text by hospital, for a machine without data and for
 * the demo. Four hospitals of unequal size and case mix share one logistic law of disease; about 1 % of the
 * cholesterol values are marked as missing. No real patient has part in it.
 * @param seed whole number; the files in config/synthetic-heart are those of seed 1
 */
export function generateSyntheticHeart(seed: number): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(HOSPITALS).map(([name, profile]) => [name, hospitalCsv(name, profile, seed)]),
  );
}
