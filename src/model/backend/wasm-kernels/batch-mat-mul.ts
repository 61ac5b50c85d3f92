import type * as Tfjs from "@tensorflow/tfjs-core";
import {type ComposedKernel, type KernelScope, reshaped} from "./kernel-scope.ts";

/** `[batchA, rows, inner]` times `[batchB, inner, columns]`. A batch of 1 serves every entry of the other. */
interface Product {
  readonly batchA: number;
  readonly batchB: number;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

const KERNEL = "BatchMatMul";

/*
 * Costs in multiply-adds of the stock backend's plain loop (about 1 ns each here), measured over 100 shapes
 * of 4 to 1024. They need not be exact: near the boundary the two ways differ little.
 */
const XNNPACK_MULTIPLY_ADD = 0.1;
const TRANSPOSED_ELEMENT = 3;
const PACKED_ELEMENT = 4;
const COPIED_ELEMENT = 0.5;
const CALL = 12_000;
const ENTRY_CALL = 6_000;

/** The shape `[inner, columns]` as which XNNPACK has packed each tensor's data. */
const packedAs = new WeakMap<Tfjs.TensorInfo["dataId"], string>();

/** Returns `[batch, rows, columns]` of a factor as it is multiplied. */
function factorOf(
  tf: typeof Tfjs,
  {shape}: Tfjs.TensorInfo,
  isTransposed: boolean,
): [number, number, number] {
  const [first = 1, second = 1] = shape.slice(-2);
  const batch = tf.util.sizeFromShape(shape.slice(0, -2));
  return isTransposed ? [batch, second, first] : [batch, first, second];
}

/** The requested product, or `null` for one that must be left to the stock kernel. */
function productOf(
  tf: typeof Tfjs,
  {a, b}: Readonly<Record<"a" | "b", Tfjs.TensorInfo>>,
  {transposeA, transposeB}: Tfjs.BatchMatMulAttrs,
): Product | null {
  const [batchA, rows, inner] = factorOf(tf, a, transposeA);
  const [batchB, innerB, columns] = factorOf(tf, b, transposeB);
  const isFloat = a.dtype === "float32" && b.dtype === "float32";
  const isBroadcastable = batchA === batchB || batchA === 1 || batchB === 1;
  if (!isFloat || !isBroadcastable || inner !== innerB) return null;
  return {batchA, batchB, rows, inner, columns};
}

/**
 * Tells whether the stock plain loop is at least as fast. Only the shapes decide, so a repeated run gives the
 * same bytes.
 */
function isPlainLoopFaster(product: Product, {transposeA, transposeB}: Tfjs.BatchMatMulAttrs): boolean {
  const {batchA, batchB, rows, inner, columns} = product;
  const [sizeA, sizeB] = [batchA * rows * inner, batchB * inner * columns];
  const multiplyAdds = Math.max(batchA, batchB) * rows * inner * columns;
  const copied = batchB === 1 ? 0 : sizeA + sizeB + Math.max(batchA, batchB) * rows * columns;
  const transposed = (transposeA ? sizeA : 0) + (transposeB ? sizeB : 0);
  const composed =
    CALL +
    batchB * ENTRY_CALL +
    transposed * TRANSPOSED_ELEMENT +
    sizeB * PACKED_ELEMENT +
    copied * COPIED_ELEMENT +
    multiplyAdds * XNNPACK_MULTIPLY_ADD;
  return multiplyAdds <= composed;
}

/** Returns `[batch, first, second]`, transposing a stored `[batch, second, first]` if necessary. */
function oriented(
  scope: KernelScope,
  tensor: Tfjs.TensorInfo,
  [batch, first, second]: readonly [number, number, number],
  isTransposed: boolean,
): Tfjs.TensorInfo {
  if (!isTransposed) return reshaped(tensor, [batch, first, second]);
  return scope.run("Transpose", {x: reshaped(tensor, [batch, second, first])}, {perm: [0, 2, 1]});
}

/** Copies entry `index` of `[batch, first, second]`. */
function entryOf(scope: KernelScope, tensor: Tfjs.TensorInfo, index: number): Tfjs.TensorInfo {
  const [, first = 1, second = 1] = tensor.shape;
  const size = first * second;
  const entry = scope.allocate([1, first, second]);
  scope.floatsOf(entry).set(scope.floatsOf(tensor).subarray(index * size, (index + 1) * size));
  return entry;
}

/**
 * Computes one XNNPACK product of `[1, rows, inner]` and `[1, inner, columns]`.
 *
 * The stock backend keeps a packed copy of `b` by the identity of its data and ignores the shape
 * (batch_mat_mul_impl.cc). The same data with another shape would be multiplied as the old matrix, even
 * beyond its end. It is therefore copied.
 */
function xnnpackProduct(scope: KernelScope, a: Tfjs.TensorInfo, b: Tfjs.TensorInfo): Tfjs.TensorInfo {
  const shape = b.shape.join(" ");
  const known = packedAs.get(b.dataId);
  if (known === undefined) packedAs.set(b.dataId, shape);
  const weights = known === undefined || known === shape ? b : entryOf(scope, b, 0);
  return scope.run(KERNEL, {a, b: weights}, {transposeA: false, transposeB: false});
}

function byEntry(scope: KernelScope, a: Tfjs.TensorInfo, b: Tfjs.TensorInfo): Tfjs.TensorInfo {
  const [batchA = 1, rows = 1] = a.shape;
  const [batchB = 1, , columns = 1] = b.shape;
  const out = scope.allocate([batchB, rows, columns]);
  for (let index = 0; index < batchB; index++) {
    const left = batchA === 1 ? a : entryOf(scope, a, index);
    const right = entryOf(scope, b, index);
    const product = xnnpackProduct(scope, left, right);
    scope.floatsOf(out).set(scope.floatsOf(product), index * rows * columns);
    for (const tensor of [right, product, ...(left === a ? [] : [left])]) scope.free(tensor);
  }
  return out;
}

/**
 * Runs the stock kernel in its plain loop. For this, a row times a matrix becomes a column with the same
 * data, marked as transposed.
 */
function plainly(
  scope: KernelScope,
  {a, b}: Readonly<Record<"a" | "b", Tfjs.TensorInfo>>,
  attributes: Tfjs.BatchMatMulAttrs,
): Tfjs.TensorInfo {
  const {transposeA, transposeB} = attributes;
  const [rows = 1, inner = 1] = a.shape.slice(-2);
  if (transposeA || transposeB || rows !== 1) return scope.run(KERNEL, {a, b}, {...attributes});
  const column = reshaped(a, [...a.shape.slice(0, -2), inner, 1]);
  return scope.run(KERNEL, {a: column, b}, {transposeA: true, transposeB});
}

/**
 * Matrix product `[..., m, k]` by `[..., k, n]`, either of them stored transposed if so marked, with a batch
 * on both sides or on one of them.
 *
 * The stock kernel gives only two untransposed matrices without a batch to XNNPACK and takes a plain loop for
 * the rest. Here the transposes are made first. A batch on the left alone is one product, (A_1; A_2; ...) B =
 * (A_1 B; A_2 B; ...); a batch on the right is one product per entry. The plain loop stays if it is as fast:
 * for small products, and for a row times a matrix, because packing the matrix costs more than the product.
 */
export const batchMatMul: ComposedKernel<"a" | "b", Tfjs.BatchMatMulAttrs> = (scope, inputs, attributes) => {
  const {a, b} = inputs;
  const product = productOf(scope.tf, inputs, attributes);
  if (product === null || isPlainLoopFaster(product, attributes)) return plainly(scope, inputs, attributes);

  const {batchA, batchB, rows, inner, columns} = product;
  const left = oriented(scope, a, [batchA, rows, inner], attributes.transposeA);
  const right = oriented(scope, b, [batchB, inner, columns], attributes.transposeB);
  const out =
    batchB === 1
      ? xnnpackProduct(scope, reshaped(left, [1, batchA * rows, inner]), right)
      : byEntry(scope, left, right);
  const outer = scope.tf.broadcast_util.assertAndGetBroadcastShape(
    a.shape.slice(0, -2),
    b.shape.slice(0, -2),
  );
  return reshaped(out, [...outer, rows, columns]);
};
