import type {StudyResults, WorkRow} from "../../../src/study/results.ts";

interface Setting {
  readonly methods: readonly string[];
  readonly seeds: readonly number[];
  readonly point: Readonly<Record<string, unknown>>;
}

const EFFORT = {learningRate: 0.1, steps: 500, passes: 12.5};

/** What the methods of an invented study took, at one point. */
export function workOf({methods, seeds, point}: Setting, byRound: StudyResults["rounds"]): WorkRow[] {
  return seeds.flatMap((seed) =>
    methods.map((method): WorkRow => {
      const last = byRound.findLast((row) => row.method === method && row.seed === seed);
      const bytes = method === "Pooled Training" ? null : 1024;
      return {
        point,
        seed,
        method,
        models: method === "D-PSGD ring" ? "own" : "one",
        ...EFFORT,
        setupBytes: bytes,
        roundBytes: bytes,
        value: last?.value ?? null,
        on: "validation",
      };
    }),
  );
}
