import {CodedError, errorLine, isCoded} from "../core/index.ts";
import type {DataErrorCode} from "./errors.ts";

/** Faults of one kind that are shown one by one; of the rest the number is told. */
const SHOWN_OF_A_KIND = 5;

/** Kinds of faults that are kept apart. */
const MAX_KINDS = 100;

/** Takes in what is found in a site's data while they are read; for this machine only. */
export interface Findings {
  /** A fault of the data. Where it returns, reading goes on without the cell, row or file. */
  fault(fault: CodedError): void;
  /**
   * What the owner of the data should know (note) or look at (warning), as a sentence without a full stop; it repeats no
   * value, key or name of a patient's file.
   */
  tell(level: "note" | "warning", text: string): void;
  /** How many of `total` files have been read. */
  progress(done: number, total: number): void;
}

/** Ends with the first fault, and listens to nothing else. */
export const FIRST_FAULT: Findings = {
  fault(fault) {
    throw fault;
  },
  tell: () => undefined,
  progress: () => undefined,
};

/** What `error` is when it is a fault of the data; anything else is thrown on. */
function dataFault(error: unknown): CodedError {
  if (isCoded(error) && error.code.startsWith("DATA_")) return error;
  throw error;
}

/**
 * What `step` returns, or undefined when it threw a fault of the data that `findings` took in.
 * @throws whatever else `step` throws
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
  /** How many were taken in. */
  count(): number;
  /** The first of all; undefined when there is none. */
  first(): CodedError | undefined;
  /** One line for each of the first of every kind, and one that counts the others of that kind. */
  lines(): readonly string[];
}

/** An empty {@link FaultBook}. */
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
 * Throws what `faults` holds, if anything: the one fault as it is; of several, one that counts them, after each line
 * was told.
 * @throws {CodedError} the one fault's code; of several DATA_FAULTS
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
