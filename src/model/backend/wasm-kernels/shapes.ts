import type * as Tfjs from "@tensorflow/tfjs-core";

/** A shape of four sizes, as tfjs expects for images and their filters. */
export type Shape4 = [number, number, number, number];

/** A shape of five sizes, as tfjs expects for volumes and their filters. */
export type Shape5 = [number, number, number, number, number];

/** The shape of a tensor of four axes. */
export function shape4({shape}: Tfjs.TensorInfo): Shape4 {
  const [first = 1, second = 1, third = 1, fourth = 1] = shape;
  return [first, second, third, fourth];
}

/** The shape of a tensor of five axes. */
export function shape5({shape}: Tfjs.TensorInfo): Shape5 {
  const [first = 1, second = 1, third = 1, fourth = 1, fifth = 1] = shape;
  return [first, second, third, fourth, fifth];
}
