import type {CompiledGraph, CompiledPhase} from "./compiled-phase.ts";

/*
 * The loops that mix masses in the codec f32: the operations of `mixMass` on numbers that are read as
 * binary32, in its order and with its roundings. All return 0, or NaN if a number is not finite.
 */

/** The numbers of all nodes, row by row. */
export interface NodeRows {
  /** `[nodes, width]`. */
  readonly values: Float64Array;
  readonly width: number;
  /** `[nodes, width]`, memory for the sent values. It may be empty for pairs. */
  readonly sent: Float32Array;
}

function mixPairs({values, width}: NodeRows, pairs: Uint32Array, shares: Float64Array): number {
  let check = 0;
  for (let pair = 0; pair < pairs.length; pair += 2) {
    const a = (pairs[pair] as number) * width;
    const b = (pairs[pair + 1] as number) * width;
    const shareA = shares[pair] as number;
    const shareB = shares[pair + 1] as number;
    for (let index = 0; index < width; index++) {
      const ofA = values[a + index] as number;
      const ofB = values[b + index] as number;
      const apart = Math.fround(ofB) - Math.fround(ofA);
      const mixedA = ofA + shareA * apart;
      const mixedB = ofB + shareB * -apart;
      check += mixedA - mixedA + (mixedB - mixedB);
      values[a + index] = mixedA;
      values[b + index] = mixedB;
    }
  }
  return check;
}

/** A node's value of one number, and the value that its neighbours have read. */
interface OwnNumber {
  readonly node: number;
  readonly index: number;
  readonly value: number;
  readonly own: number;
}

function mixNumber(
  {sent, width}: NodeRows,
  {nodes, shares, starts}: CompiledGraph,
  {node, index, value, own}: OwnNumber,
): number {
  let mixed = value;
  const end = starts[node + 1] as number;
  for (let at = starts[node] as number; at < end; at++) {
    mixed += (shares[at] as number) * ((sent[(nodes[at] as number) * width + index] as number) - own);
  }
  return mixed;
}

function mixGraph(rows: NodeRows, graph: CompiledGraph): number {
  const {values, width, sent} = rows;
  sent.set(values);
  let check = 0;
  for (let node = 0; node < graph.isHeard.length; node++) {
    const isRounded = graph.isHeard[node] === 1;
    for (let index = 0; index < width; index++) {
      const value = values[node * width + index] as number;
      const own = isRounded ? (sent[node * width + index] as number) : value;
      const mixed = mixNumber(rows, graph, {node, index, value, own});
      check += mixed - mixed;
      values[node * width + index] = mixed;
    }
  }
  return check;
}

/** Mixes one phase in place. */
export function mixRows(rows: NodeRows, phase: CompiledPhase): number {
  return phase.kind === "pairs" ? mixPairs(rows, phase.pairs, phase.shares) : mixGraph(rows, phase);
}
