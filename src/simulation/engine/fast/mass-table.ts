import {at} from "../../../core/index.ts";
import type {Mass} from "../../../parameters/index.ts";

/**
 * The masses (s, w) of all nodes of a network in one piece of shared memory, and phases of mixing on them.
 * The computation follows the nodes' own number by number, so the bytes are the same.
 */
export class MassTable {
  readonly nodes: number;
  readonly size: number;
  /** `[nodes, size]`, s. */
  readonly values: Float64Array;
  /** `[nodes]`, w. */
  readonly weights: Float64Array;

  constructor(nodes: number, size: number) {
    this.nodes = nodes;
    this.size = size;
    this.values = new Float64Array(new SharedArrayBuffer(8 * nodes * size));
    this.weights = new Float64Array(new SharedArrayBuffer(8 * nodes));
  }

  /** Sets a node's mass. */
  set(node: number, {values, weight}: Mass): void {
    this.values.set(values, node * this.size);
    this.weights[node] = weight;
  }

  /** Returns a node's s, `[size]`: a view. */
  row(node: number): Float64Array {
    return this.values.subarray(node * this.size, (node + 1) * this.size);
  }

  /** Returns a node's mass: a view. */
  massOf(node: number): Mass {
    return {values: this.row(node), weight: at(this.weights, node)};
  }
}
