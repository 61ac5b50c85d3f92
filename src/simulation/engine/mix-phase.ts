import {type Phase, parameterArithmetic} from "../../gossip/index.ts";
import type {Codec, Dither, Mass} from "../../parameters/index.ts";
import type {MassTable} from "./mass-table.ts";

/** How masses travel. */
export interface Travel {
  readonly codec: Codec;
  /** The draws with which a node's mass is rounded. */
  ditherOf(node: number): Dither;
}

/** Nobody asks for these bytes by their name. */
const noName = (): Uint8Array => new Uint8Array();

/** Each node's mass as its listeners read it; exact where nobody listens. */
function decodedMasses(table: MassTable, {rows}: Phase, {codec, ditherOf}: Travel): readonly Mass[] {
  const isHeard = new Uint8Array(table.nodes);
  for (const row of rows) for (const {node} of row) isHeard[node] = 1;
  return Array.from({length: table.nodes}, (_, node) => {
    const mass = table.massOf(node);
    if (isHeard[node] === 0) return {values: mass.values.slice(), weight: mass.weight};
    const {bytes} = parameterArithmetic.encodeMass(noName, codec, mass, ditherOf(node));
    return parameterArithmetic.massOf(codec, bytes, table.size);
  });
}

/**
 * One phase of a schedule at all nodes at once: what each sends is encoded and read as on its way, and each mixes what
 * it hears as a session does.
 * @returns how many masses were sent
 * @throws PARAMETERS_NOT_FINITE
 */
export function mixPhase(table: MassTable, phase: Phase, travel: Travel): number {
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
    table.set(node, parameterArithmetic.mixMass(table.massOf(node), own, neighbours));
  });
  return transfers;
}
