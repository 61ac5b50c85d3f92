import {type Codec, type Dither, type Mass, mixMass, refuseNotFinite} from "../../../parameters/index.ts";
import {parameterArithmetic} from "../../../rounds/index.ts";
import type {Period, Phase} from "../../../schedules/index.ts";
import {type CompiledPhase, compiledAt, compilePhase, transfersOf} from "./compiled-phase.ts";
import type {MassTable} from "./mass-table.ts";
import {mixRows} from "./mix-kernels.ts";

/** Encoding of masses in transit. */
export interface Travel {
  readonly codec: Codec;
  /** Returns the draws that round a node's mass of a phase. */
  ditherOf(node: number, phase: number): Dither;
}

/** Number of phases that are held in flat arrays at once. */
const PHASES_AT_ONCE = 256;

/** No name is needed: nobody asks for these bytes by their hash. */
const noName = (): Uint8Array => new Uint8Array();

function heardNodes({rows}: Phase): Uint8Array {
  const isHeard = new Uint8Array(rows.length);
  for (const row of rows) for (const {node} of row) isHeard[node] = 1;
  return isHeard;
}

/** Returns each node's mass as its listeners read it. It is exact if nobody listens. */
function decodedMasses(
  table: MassTable,
  phase: Phase,
  {codec, ditherOf}: {readonly codec: Codec; ditherOf(node: number): Dither},
): readonly Mass[] {
  const isHeard = heardNodes(phase);
  return Array.from({length: table.nodes}, (_, node) => {
    const mass = table.massOf(node);
    if (isHeard[node] === 0) return {values: mass.values.slice(), weight: mass.weight};
    const {bytes} = parameterArithmetic.encodeMass(noName, codec, mass, ditherOf(node));
    return parameterArithmetic.massOf(codec, bytes, table.size);
  });
}

/** Mixes a phase in any codec, node by node. @returns masses sent */
function mixEncoded(table: MassTable, phase: Phase, travel: Parameters<typeof decodedMasses>[2]): number {
  const decoded = decodedMasses(table, phase, travel);
  let transfers = 0;
  phase.rows.forEach((row, node) => {
    const own = decoded[node];
    if (own === undefined || row.length === 0) return;
    transfers += row.length;
    const neighbours = row.flatMap(({node: other, share}) => {
      const mass = decoded[other];
      return mass === undefined ? [] : [{share, mass}];
    });
    table.set(node, mixMass(table.massOf(node), own, neighbours));
  });
  return transfers;
}

/** Mixes phases in f32, in place. @returns masses sent */
function mixCompiled({values, weights, nodes, size}: MassTable, phases: readonly CompiledPhase[]): number {
  const isGraph = phases.some(({kind}) => kind === "graph");
  const rows = {values, width: size, sent: new Float32Array(isGraph ? nodes * size : 0)};
  const column = {values: weights, width: 1, sent: new Float32Array(nodes)};
  let check = 0;
  for (const phase of phases) check += mixRows(rows, phase) + mixRows(column, phase);
  refuseNotFinite(check);
  return phases.reduce((sum, phase) => sum + transfersOf(phase), 0);
}

/**
 * Runs one phase of a schedule at all nodes at once. Each node's mass is encoded and read as in transit, and
 * each node mixes what it receives as a session does.
 * @returns how many masses were sent
 * @throws PARAMETERS_NOT_FINITE
 */
export function mixPhase(table: MassTable, phase: Phase, {codec, ditherOf}: Travel): number {
  if (codec.name === "f32") return mixCompiled(table, [compilePhase(phase)]);
  return mixEncoded(table, phase, {codec, ditherOf: (node) => ditherOf(node, 0)});
}

/**
 * Runs all phases of a period, one after another, each as in {@link mixPhase}.
 * @throws PARAMETERS_NOT_FINITE
 */
export function mixPeriod(table: MassTable, period: Period, {codec, ditherOf}: Travel): number {
  let transfers = 0;
  if (codec.name !== "f32") {
    for (let index = 0; index < period.length; index++) {
      const travel = {codec, ditherOf: (node: number) => ditherOf(node, index)};
      transfers += mixEncoded(table, period.phase(index), travel);
    }
    return transfers;
  }
  for (let from = 0; from < period.length; from += PHASES_AT_ONCE) {
    const length = Math.min(PHASES_AT_ONCE, period.length - from);
    const phases = Array.from({length}, (_, index) => compiledAt(period, from + index, table.nodes));
    transfers += mixCompiled(table, phases);
  }
  return transfers;
}
