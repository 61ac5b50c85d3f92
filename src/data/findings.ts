import {CodedError, errorLine, isCoded} from "../core/index.ts";
import type {DataErrorCode} from "./errors.ts";

/** Number of faults of one kind that are shown one by one; the others are only counted. */
const SHOWN_OF_A_KIND = 5;

/** Number of kinds of faults that are kept apart. */
const MAX_KINDS = 100;

/** Receives the findings in a site's data while they are read; for this machine only. */
export interface Findings {
  /** Receives a fault of the data. If it returns, reading goes on without the cell, row or file. */
  fault(fault: CodedError): void;
  /**
   * Receives a sentence that the owner of the data should know (note) or check (warning), without a full
   * stop; it repeats no value, key or name of a patient's file.
   */
  tell(level: "note" | "warning", text: string): void;
  /** Receives the number of the `total` files that have been read. */
  progress(done: number, total: number): void;
}

/** Ends with the first fault, and ignores everything else. */
export const FIRST_FAULT: Findings = {
  fault(fault) {
    throw fault;
  },
  tell: () => undefined,
  progress: () => undefined,
};

/** Returns `error` if it is a fault of the data; throws anything else. */
function dataFault(error: unknown): CodedError {
  if (isCoded(error) && error.code.startsWith("DATA_")) return error;
  throw error;
}

/**
 * Returns the result of `step`, or undefined if it threw a fault of the data, which `findings` received.
 * @throws any other error of `step`
 */
export function attempt<Result>(findings: Pick<Findings, "fault">, step: () => Result): Result | undefined {
  try {
    return step();
  } catch (error) {
    findings.fault(dataFault(error));
    return undefined;
  }
}

/** {@link attempt} of a step that takes time. */
export async function attemptLater<Result>(
  findings: Pick<Findings, "fault">,
  step: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await step();
  } catch (error) {
    findings.fault(dataFault(error));
    return undefined;
  }
}

interface FaultKind {
  readonly first: CodedError[];
  count: number;
}

/** Collects faults by their kind (code, file and column); memory does not grow with their number. */
export interface FaultBook extends Pick<Findings, "fault"> {
  /** Number of faults received. */
  count(): number;
  /** The first fault of all; undefined if there is none. */
  first(): CodedError | undefined;
  /** One line for each of the first faults of every kind, and one that counts the others of that kind. */
  lines(): readonly string[];
}

/** Creates an empty {@link FaultBook}. */
export function createFaultBook(): FaultBook {
  const kinds = new Map<string, FaultKind>();
  let count = 0;
  const kindOf = (fault: CodedError): string =>
    JSON.stringify([fault.code, fault.data["file"] ?? null, fault.data["column"] ?? null]);
  return {
    fault(fault) {
      count += 1;
      const name = kindOf(fault);
      const kind = kinds.get(name);
      if (kind !== undefined) {
        kind.count += 1;
        if (kind.first.length < SHOWN_OF_A_KIND) kind.first.push(fault);
      } else if (kinds.size < MAX_KINDS) kinds.set(name, {first: [fault], count: 1});
    },
    count: () => count,
    first: () => [...kinds.values()][0]?.first[0],
    lines() {
      const told = [...kinds.values()].reduce((sum, kind) => sum + kind.count, 0);
      const lines = [...kinds.values()].flatMap(({first, count: all}) => {
        const more = all - first.length;
        const [example] = first;
        return more === 0 || example === undefined
          ? first.map(errorLine)
          : [...first.map(errorLine), `${example.code}: ${more} more of this kind`];
      });
      return told === count ? lines : [...lines, `${count - told} more faults of other kinds`];
    },
  };
}

/**
 * Throws the faults of `faults`, if any: a single fault unchanged; for several, an error that counts them,
 * after each line was reported.
 * @throws {CodedError} the single fault's code; DATA_FAULTS for several
 */
export function refuseFaults(faults: FaultBook, name: string, tell: (line: string) => void): void {
  const first = faults.first();
  if (first === undefined) return;
  if (faults.count() === 1) throw first;
  for (const line of faults.lines()) tell(line);
  throw new CodedError<DataErrorCode>("DATA_FAULTS", `${name}: ${faults.count()} faults, listed above`, {
    hint: "Mend them and check once more.",
    data: {faults: faults.count(), first: first.code},
  });
}
