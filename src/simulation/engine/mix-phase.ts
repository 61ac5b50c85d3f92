import {CodedError} from "../../core/index.ts";
import {type Phase, parameterArithmetic} from "../../gossip/index.ts";
import type {Codec, Dither, Mass} from "../../parameters/index.ts";
import type {MassTable} from "./mass-table.ts";
import {mixNeighbour, mixPair} from "./mix-kernels.ts";

/** How masses travel. */
export interface Travel {
  readonly codec: Codec;
  /** The draws with which a node's mass is rounded. */
  ditherOf(node: number): Dither;
}

/**
 * One phase of a schedule at all nodes at once: what each sends is encoded and read as on its way, and each mixes what
 * it hears as a session does.
 * @returns how many masses were sent
 * @throws PARAMETERS_NOT_FINITE
 */
export type PhaseMixer = (phase: Phase, travel: Travel) => number;

type Rows = Phase["rows"];

/** Nobody asks for these bytes by their name. */
const noName = (): Uint8Array => new Uint8Array();

function heardNodes(rows: Rows): Uint8Array {
  const isHeard = new Uint8Array(rows.length);
  for (const row of rows) for (const {node} of row) isHeard[node] = 1;
  return isHeard;
}

/** Each node's mass as its listeners read it; exact where nobody listens. */
function decodedMasses(table: MassTable, rows: Rows, {codec, ditherOf}: Travel): readonly Mass[] {
  const isHeard = heardNodes(rows);
  return Array.from({length: table.nodes}, (_, node) => {
    const mass = table.massOf(node);
    if (isHeard[node] === 0) return {values: mass.values.slice(), weight: mass.weight};
    const {bytes} = parameterArithmetic.encodeMass(noName, codec, mass, ditherOf(node));
    return parameterArithmetic.massOf(codec, bytes, table.size);
  });
}

function mixEncoded(table: MassTable, {rows}: Phase, travel: Travel): number {
  const decoded = decodedMasses(table, rows, travel);
  let transfers = 0;
  rows.forEach((row, node) => {
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

/** The one neighbour that hears `node` and is heard by it alone, or null. */
function partnerOf(rows: Rows, node: number): number | null {
  const row = rows[node] ?? [];
  const partner = row[0]?.node;
  if (partner === undefined || row.length > 1) return null;
  const back = rows[partner] ?? [];
  return back.length === 1 && back[0]?.node === node ? partner : null;
}

/** Whether the phase is of pairs and of nodes that keep to themselves. */
function isMatching(rows: Rows): boolean {
  return rows.every((row, node) => row.length === 0 || partnerOf(rows, node) !== null);
}

function mixPairs({values, weights, size}: MassTable, {rows}: Phase): number {
  let transfers = 0;
  let check = 0;
  rows.forEach((row, node) => {
    const [near] = row;
    if (near === undefined || near.node < node) return;
    const other = near.node;
    const shares = {firstShare: near.share, secondShare: rows[other]?.[0]?.share ?? 0};
    check += mixPair(values, {first: node * size, second: other * size, size, ...shares});
    check += mixPair(weights, {first: node, second: other, size: 1, ...shares});
    transfers += 2;
  });
  refuseNotFinite(check);
  return transfers;
}

/** Memory for what all nodes have sent in a phase, made when it is first needed. */
interface Sent {
  readonly values: Float32Array;
  readonly weights: Float32Array;
}

function mixGraph(table: MassTable, {rows}: Phase, sent: Sent): number {
  const {values, weights, size} = table;
  sent.values.set(values);
  sent.weights.set(weights);
  const isHeard = heardNodes(rows);
  const sentBy = (node: number): Float32Array => sent.values.subarray(node * size, (node + 1) * size);
  let transfers = 0;
  let check = 0;
  rows.forEach((row, node) => {
    const isRounded = isHeard[node] === 1;
    const mixed = table.row(node);
    const own = isRounded ? sentBy(node) : mixed.slice();
    const before = weights[node] ?? 0;
    const ownWeight = isRounded ? (sent.weights[node] ?? 0) : before;
    let weight = before;
    for (const {node: other, share} of row) {
      weight += share * ((sent.weights[other] ?? 0) - ownWeight);
      check += mixNeighbour(mixed, {theirs: sentBy(other), own}, share);
    }
    weights[node] = weight;
    transfers += row.length;
  });
  refuseNotFinite(check);
  return transfers;
}

function refuseNotFinite(check: number): void {
  if (!Number.isFinite(check)) throw new CodedError("PARAMETERS_NOT_FINITE", "a value is NaN or infinite");
}

/**
 * The {@link PhaseMixer} of a table. Where masses travel as f32, which is most of a simulation's time, it works in place
 * on the whole table; the bytes are the same.
 */
export function createPhaseMixer(table: MassTable): PhaseMixer {
  let sent: Sent | null = null;
  return (phase, travel) => {
    if (travel.codec.name !== "f32") return mixEncoded(table, phase, travel);
    if (isMatching(phase.rows)) return mixPairs(table, phase);
    sent ??= {
      values: new Float32Array(table.values.length),
      weights: new Float32Array(table.weights.length),
    };
    return mixGraph(table, phase, sent);
  };
}
