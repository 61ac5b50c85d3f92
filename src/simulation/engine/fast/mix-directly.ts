import {at, sha256} from "../../../core/index.ts";
import {codecOf, consensusDistance, contributionSize, type Snapshot} from "../../../parameters/index.ts";
import type {RobustRule} from "../../../robust/index.ts";
import {
  type Attempt,
  attemptDither,
  attemptPeriod,
  boundedChunks,
  largestWeight,
  type MemberId,
  parameterArithmetic,
  type RoundSpec,
  resultOf,
} from "../../../rounds/index.ts";
import type {ScheduleSpec} from "../../../schedules/index.ts";
import {MassTable} from "./mass-table.ts";
import {mixPeriod} from "./mix-phase.ts";

/** A round's contributions, all present and sound. */
export interface RoundParts {
  readonly spec: RoundSpec;
  readonly attempt: Attempt;
  /** Sorted ids. */
  readonly members: readonly MemberId[];
  /** Index of the member whose result becomes the round's if phases leave several results. */
  readonly leader: number;
  /** Encoded contributions in the members' order. */
  readonly contributions: readonly Uint8Array[];
}

/** The result that the members' sessions would have reached. */
export interface DirectResult {
  readonly snapshot: Snapshot;
  /** Sum of the contributors' p_i, as in the certificate. */
  readonly weight: number;
  /**
   * Bytes of parameters that all members together send for it: the exchange and, if phases leave several
   * results, the adopted one to each member with a different one.
   */
  readonly bytes: number;
  /** Distance of the members' own estimates before all adopt one; 0 if they are equal. */
  readonly distance: number;
}

const PRIMITIVES = {hash: sha256, arithmetic: parameterArithmetic};

function mixAll({spec, attempt, members, contributions}: RoundParts): DirectResult {
  const {codec} = spec;
  // Chunks do not change a byte: their borders are those of the codecs' blocks, and draws depend on the
  // place. One is therefore enough.
  const chunk = at(boundedChunks(spec, members.length, 1), 0);
  const dither = attemptDither({hash: sha256, codec}, attempt, "sum");
  const sum = parameterArithmetic.sumChunk(sha256, {codec, chunk, dither}, contributions).bytes;
  const mean = parameterArithmetic.applyMixture(spec, sum);
  return {
    snapshot: resultOf(PRIMITIVES, spec, mean),
    weight: parameterArithmetic.weightOf(sum),
    bytes: (members.length - 1) * (chunk.lengthBytes + chunk.sum.lengthBytes),
    distance: 0,
  };
}

function mixInPhases(
  {spec, attempt, members, leader, contributions}: RoundParts,
  schedule: ScheduleSpec,
): DirectResult {
  const {codec: own, mixed, reference} = spec;
  const codec = codecOf(own.sums);
  const table = new MassTable(members.length, mixed);
  contributions.forEach((bytes, node) => table.set(node, parameterArithmetic.massOf(own, bytes, mixed)));
  const transfers = mixPeriod(table, attemptPeriod(schedule, members.length, attempt), {
    codec,
    ditherOf: (node, phase) =>
      attemptDither({hash: sha256, codec: own}, attempt, "mass", phase, at(members, node)),
  });
  const estimateOf = (node: number): Float32Array =>
    parameterArithmetic.applyMass(reference, mixed, table.massOf(node));
  const adopted = estimateOf(leader);
  const snapshot = resultOf(PRIMITIVES, spec, adopted);
  const adopters = members.filter((_, node) => !isEqual(estimateOf(node), adopted));
  return {
    snapshot,
    weight: table.massOf(leader).weight * members.length,
    bytes: transfers * contributionSize(codec, mixed) + adopters.length * snapshot.bytes.length,
    distance: consensusDistance(members.length, estimateOf),
  };
}

/** Tells whether a member already holds the result and asks nobody for it. */
function isEqual(own: Float32Array, adopted: Float32Array): boolean {
  return own.every((value, index) => value === adopted[index]);
}

function mixByRule({spec, members, contributions}: RoundParts, rule: RobustRule): DirectResult {
  const shape = {...spec, maximumWeight: largestWeight(spec, members.length)};
  const {values, weight} = parameterArithmetic.mixRobustly(rule, shape, contributions);
  const bytes = members.length * (members.length - 1) * contributionSize(spec.codec, spec.mixed);
  return {snapshot: resultOf(PRIMITIVES, spec, values), weight, bytes, distance: 0};
}

/**
 * Mixes a round's contributions without messages, by the sessions' own arithmetic in the sessions' own order.
 * The snapshot is, byte for byte, the one that members certify in their first attempt if nobody is late, lost
 * or malformed.
 * @throws PARAMETERS_*, GOSSIP_ROBUST_TOO_FEW
 */
export function mixDirectly(parts: RoundParts): DirectResult {
  const {mixing} = parts.spec;
  if (mixing.kind === "all") return mixAll(parts);
  return mixing.kind === "schedule" ? mixInPhases(parts, mixing.schedule) : mixByRule(parts, mixing.rule);
}
