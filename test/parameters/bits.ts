/** Whether two vectors hold the same bits: tells -0 from 0, unlike `===`. */
export function sameBits(a: Float32Array, b: Float32Array): boolean {
  const [first, second] = [a, b].map((each) => new Uint32Array(each.slice().buffer));
  return first?.length === second?.length && first?.every((bits, index) => bits === second?.[index]) === true;
}

/** `bytes` in a Buffer that begins at an odd address, as bytes of a disk or a socket may. */
export function asUnalignedBuffer(bytes: Uint8Array): Uint8Array {
  const store = Buffer.from(new ArrayBuffer(bytes.length + 3));
  store.set(bytes, 3);
  return store.subarray(3);
}
