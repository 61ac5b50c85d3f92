/** Name and shape of one tensor of a model. */
export interface TensorLayout {
  readonly name: string;
  readonly shape: readonly number[];
}

/** The order in which a model's tensors lie in its flat parameter vector. */
export interface Layout {
  readonly tensors: readonly TensorLayout[];
}

/** Number of values in `shape`. */
export function shapeSize(shape: readonly number[]): number {
  return shape.reduce((size, extent) => size * extent, 1);
}

/** Number of parameters in `layout`: the length of its flat vector. */
export function layoutSize(layout: Layout): number {
  return layout.tensors.reduce((size, tensor) => size + shapeSize(tensor.shape), 0);
}
