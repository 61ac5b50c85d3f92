import {type Period, type Phase, parameterArithmetic} from "../../gossip/index.ts";
import {type Codec, type Dither, type Mass, mixMass, refuseNotFinite} from "../../parameters/index.ts";
import {type CompiledPhase, compiledAt, compilePhase, transfersOf} from "./compiled-phase.ts";
import type {MassTable} from "./mass-table.ts";
import {mixRows} from "./mix-kernels.ts";

/** How masses travel. */
export interface Travel {
  readonly codec: Codec;
  /** The draws with which a node's mass of a phase is rounded. */
  ditherOf(node: number, phase: number): Dither;
}

/** Phases that are held in flat arrays at once. */
const PHASES_AT_ONCE = 256;

/** Nobody asks for these bytes by their name. */
const noName = (): Uint8Array => new Uint8Array();

function heardNodes({rows}: Phase): Uint8Array {
  const isHeard = new Uint8Array(rows.length);
  for (const row of rows) for (const {node} of row) isHeard[node] = 1;
  return isHeard;
}

/** Each node's mass as its listeners read it; exact where nobody listens. */
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

/** A phase in any codec, node by node. @returns masses sent */
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

/** Phases in f32, in place. @returns masses sent */
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
 * One phase of a schedule at all nodes at once: what each sends is encoded and read as on its way, and each mixes what
 * it hears as a session does.
 * @returns how many masses were sent
 * @throws PARAMETERS_NOT_FINITE
 */
export function mixPhase(table: MassTable, phase: Phase, {codec, ditherOf}: Travel): number {
  if (codec.name === "f32") return mixCompiled(table, [compilePhase(phase)]);
  return mixEncoded(table, phase, {codec, ditherOf: (node) => ditherOf(node, 0)});
}

/** All phases of a period, one after another, each as {@link mixPhase}. @throws PARAMETERS_NOT_FINITE */
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
