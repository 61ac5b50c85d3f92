import {z} from "zod";
import {CodedError, isCoded} from "../../core/index.ts";
import {type Mass, type Mixture, type Snapshot, snapshotSize} from "../../parameters/index.ts";
import type {RobustMixture} from "../../robust/index.ts";
import type {Arithmetic, MergeVerdict} from "../../rounds/index.ts";

/**
 * The part of a computation's or signature's result that is kept: hashes, sizes, weights, codes; never a
 * parameter.
 */
export const outcomeSchema = z.union([
  z.strictObject({
    kept: z.union([
      z.string(),
      z.number(),
      z.boolean(),
      z.null(),
      z.custom<Uint8Array>((value) => value instanceof Uint8Array),
    ]),
  }),
  z.strictObject({kept: z.strictObject({hash: z.string(), size: z.int().min(0)})}),
  z.strictObject({code: z.string(), message: z.string()}),
]);

/** See {@link outcomeSchema}. */
export type RecordedOutcome = Readonly<z.infer<typeof outcomeSchema>>;
type Kept = Extract<RecordedOutcome, {kept: unknown}>["kept"];

/** Reduces a result to the part that may be kept, and later makes a stand-in from that part. */
interface Essence<Arguments extends unknown[], Result> {
  keep(result: Result): Kept;
  revive(kept: Kept, ...given: Arguments): Result;
}

type Essences = {
  readonly [Name in keyof Arithmetic]: Essence<Parameters<Arithmetic[Name]>, ReturnType<Arithmetic[Name]>>;
};

/** Ends a replay that recalls the outcome of another computation. @throws GOSSIP_TRACE_DIVERGED */
export function diverged(): never {
  throw new CodedError("GOSSIP_TRACE_DIVERGED", "another computation was recorded");
}

const textOf = (kept: Kept): string => (typeof kept === "string" ? kept : diverged());
const numberOf = (kept: Kept): number => (typeof kept === "number" ? kept : diverged());

/** The truth value that was kept. @throws GOSSIP_TRACE_DIVERGED */
export function isTrue(kept: Kept): boolean {
  return typeof kept === "boolean" ? kept : diverged();
}

/** A snapshot with that hash whose values are all 0; nothing in the protocol reads the values. */
export function blankSnapshot(hash: string, values: number): Snapshot {
  const bytes = new Uint8Array(snapshotSize(values));
  return {hash, bytes, values: new Float32Array(bytes.buffer, bytes.length - 4 * values, values)};
}

function blankMixture(kept: Kept): Mixture {
  const {hash, size} = typeof kept === "object" && kept !== null && "hash" in kept ? kept : diverged();
  // The brand exists for the compiler only; a replay publishes nothing.
  return {hash, bytes: new Uint8Array(size)} as Mixture;
}

function verdictOf(kept: Kept): MergeVerdict {
  return kept === "adopt-ours" || kept === "adopt-theirs" || kept === "mix" ? kept : diverged();
}

function blankMass(kept: Kept, values = 0): Mass {
  return {values: new Float64Array(values), weight: numberOf(kept)};
}

const ESSENCES: Essences = {
  openMass: {
    keep: ({weight}) => weight,
    revive: (kept, ...[, , , {values}]) => blankMass(kept, values),
  },
  mergeVerdict: {keep: (verdict) => verdict, revive: (kept) => verdictOf(kept)},
  checkContribution: {keep: () => null, revive: () => undefined},
  sumChunk: {keep: ({hash, bytes}) => ({hash, size: bytes.length}), revive: (kept) => blankMixture(kept)},
  applyMixture: {keep: () => null, revive: (_, {reference}) => new Float32Array(reference.length)},
  outerStep: {keep: () => null, revive: (_, reference) => new Float32Array(reference.length)},
  weightOf: {keep: (weight) => weight, revive: numberOf},
  createSnapshot: {
    keep: ({hash}) => hash,
    revive: (kept, _hash, _layout, values) => blankSnapshot(textOf(kept), values.length),
  },
  openSnapshot: {
    keep: ({hash}) => hash,
    revive: (kept, _hash, _bytes, {values}) => blankSnapshot(textOf(kept), values),
  },
  massOf: {keep: ({weight}) => weight, revive: (kept) => blankMass(kept)},
  checkMass: {
    keep: ({weight}) => weight,
    revive: (kept, codec, bytes) => ({codec, bytes, weight: numberOf(kept)}),
  },
  checkRange: {keep: () => null, revive: () => undefined},
  encodeMass: {keep: ({hash, bytes}) => ({hash, size: bytes.length}), revive: (kept) => blankMixture(kept)},
  mixSent: {keep: ({weight}) => weight, revive: (kept) => blankMass(kept)},
  applyMass: {keep: () => null, revive: (_, reference) => new Float32Array(reference.length)},
  isNear: {keep: (isNear) => isNear, revive: isTrue},
  isNamed: {keep: (isNamed) => isNamed, revive: isTrue},
  nameOf: {keep: (name) => name, revive: (kept) => textOf(kept)},
  isAtLeast: {keep: (reaches) => reaches, revive: isTrue},
  innerProducts: {
    keep: ({length}) => length,
    revive: (kept) => new Float64Array(numberOf(kept)),
  },
  isSumOf: {keep: (isSum) => isSum, revive: isTrue},
  areProducts: {keep: (are) => are, revive: isTrue},
  areTooLong: {keep: (are) => are, revive: isTrue},
  mixRobustly: {
    keep: ({weight, verdicts}) => JSON.stringify({weight, verdicts}),
    revive: (kept, _rule, {reference}) => ({
      ...(JSON.parse(textOf(kept)) as Pick<RobustMixture, "weight" | "verdicts">),
      values: new Float32Array(reference.length),
    }),
  },
};

/** Runs `act` and notes its outcome: its essence, or the code that it threw. */
export function noting<Result>(
  note: (outcome: RecordedOutcome) => void,
  keep: (result: Result) => Kept,
  act: () => Result,
): Result {
  try {
    const result = act();
    note({kept: keep(result)} as RecordedOutcome);
    return result;
  } catch (error) {
    if (isCoded(error)) note({code: error.code, message: error.message});
    throw error;
  }
}

/** Returns the result of a computation from `outcome`, or throws the code that the computation threw. */
export function recalled(outcome: RecordedOutcome): Kept {
  if ("code" in outcome) throw new CodedError(outcome.code, outcome.message);
  return outcome.kept;
}

type Anything = (...given: never[]) => unknown;

function mapArithmetic(change: (name: keyof Arithmetic) => Anything): Arithmetic {
  const names = Object.keys(ESSENCES) as (keyof Arithmetic)[];
  // Each function keeps its name's type: both makers below use the table that states it.
  return Object.fromEntries(names.map((name) => [name, change(name)])) as unknown as Arithmetic;
}

/** Wraps `arithmetic` and notes the outcome of each computation. */
export function notedArithmetic(
  arithmetic: Arithmetic,
  note: (outcome: RecordedOutcome) => void,
): Arithmetic {
  return mapArithmetic((name) => {
    const compute = arithmetic[name] as (...given: unknown[]) => unknown;
    const keep = ESSENCES[name].keep as (result: unknown) => Kept;
    return (...given: unknown[]) => noting(note, keep, () => compute(...given));
  });
}

/** An arithmetic that computes nothing: it returns what `next` recalls. */
export function recalledArithmetic(next: () => RecordedOutcome): Arithmetic {
  return mapArithmetic((name) => {
    const revive = ESSENCES[name].revive as (kept: Kept, ...given: unknown[]) => unknown;
    return (...given: unknown[]) => revive(recalled(next()), ...given);
  });
}
