import {CodedError} from "../core/index.ts";
import {type Layout, layoutSize, shapeSize} from "../parameters/index.ts";
import type {ParticipantErrorCode} from "./errors.ts";

/** The values of a model that the sites share, and those that stay at their sites. */
export interface SharedValues {
  /** Layout of the shared values. */
  readonly layout: Layout;
  /** Number of shared values. */
  readonly size: number;
  /** True if nothing stays at the sites. */
  readonly isWhole: boolean;
  /** The shared values of a whole model: a new vector `[size]`. @param model `[layoutSize]` */
  gather(model: Float32Array): Float32Array<ArrayBuffer>;
  /** A new whole model with these shared values `[size]` and the site's own of `own` `[layoutSize]`. */
  scatter(shared: Float32Array, own: Float32Array): Float32Array<ArrayBuffer>;
}

function refuse(message: string, hint: string): never {
  throw new CodedError<ParticipantErrorCode>("NODE_LOCAL_TENSORS_INVALID", message, {hint});
}

function requireNames({tensors}: Layout, local: readonly string[]): void {
  const names = tensors.map(({name}) => name);
  const unknown = local.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    refuse(
      `the plan's model has no tensor ${unknown}`,
      `Under training.local name only tensors of the model: ${names.join(", ")}.`,
    );
  }
  if (names.every((name) => local.includes(name))) {
    refuse(
      "the plan keeps all of its model at the sites",
      "Remove at least one tensor from training.local, or nothing is shared.",
    );
  }
}

/**
 * The {@link SharedValues} of a model whose tensors named in `local` stay at their sites.
 * @throws NODE_LOCAL_TENSORS_INVALID for a name that the model does not have, and if nothing would be shared
 * @see Li et al., FedBN: federated learning on non-IID features via local batch normalization, ICLR 2021
 */
export function sharedValues(model: Layout, local: readonly string[]): SharedValues {
  requireNames(model, local);
  const runs: {readonly from: number; readonly length: number}[] = [];
  let offset = 0;
  for (const {name, shape} of model.tensors) {
    const length = shapeSize(shape);
    if (!local.includes(name)) runs.push({from: offset, length});
    offset += length;
  }
  const layout = {tensors: model.tensors.filter(({name}) => !local.includes(name))};
  const size = layoutSize(layout);
  return {
    layout,
    size,
    isWhole: local.length === 0,
    gather(values) {
      const shared = new Float32Array(size);
      let to = 0;
      for (const {from, length} of runs) {
        shared.set(values.subarray(from, from + length), to);
        to += length;
      }
      return shared;
    },
    scatter(shared, own) {
      const values = Float32Array.from(own);
      let at = 0;
      for (const {from, length} of runs) {
        values.set(shared.subarray(at, at + length), from);
        at += length;
      }
      return values;
    },
  };
}
