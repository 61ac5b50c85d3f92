/*
 * The kernels of src/parameters/kernels in AssemblyScript, compiled by scripts/kernels/build.ts. Counts are of values
 * and multiples of what each says; the callers do the rest. Only operations whose results are the same everywhere: no
 * fused multiply-add, no relaxed SIMD.
 */

const NOT_FINITE: i32 = 0x7f800000;

/** Where the scratch memory begins; what is below belongs to the compiler. */
export function heapBase(): usize {
  return __heap_base;
}

/** into[k] = sum over i of weights[i] * vectors[i][k] in binary64, in the order given; count: a multiple of 4. */
export function weightedMean(pointers: usize, weights: usize, vectors: i32, into: usize, count: i32): void {
  for (let at = 0; at < count; at += 4) {
    const offset = <usize>at << 2;
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    for (let vector = 0; vector < vectors; vector++) {
      const values = v128.load(<usize>load<u32>(pointers + (<usize>vector << 2)) + offset);
      const weight = v128.load64_splat(weights + (<usize>vector << 3));
      low = f64x2.add(low, f64x2.mul(weight, f64x2.promote_low_f32x4(values)));
      const upper = v128.shuffle<i32>(values, values, 2, 3, 2, 3);
      high = f64x2.add(high, f64x2.mul(weight, f64x2.promote_low_f32x4(upper)));
    }
    const first = f32x4.demote_f64x2_zero(low);
    const second = f32x4.demote_f64x2_zero(high);
    v128.store(into + offset, v128.shuffle<i32>(first, second, 0, 1, 4, 5));
  }
}

/** The same for eight vectors, whose addresses stay in registers. */
export function weightedMean8(pointers: usize, weights: usize, into: usize, count: i32): void {
  const p0 = <usize>load<u32>(pointers);
  const p1 = <usize>load<u32>(pointers, 4);
  const p2 = <usize>load<u32>(pointers, 8);
  const p3 = <usize>load<u32>(pointers, 12);
  const p4 = <usize>load<u32>(pointers, 16);
  const p5 = <usize>load<u32>(pointers, 20);
  const p6 = <usize>load<u32>(pointers, 24);
  const p7 = <usize>load<u32>(pointers, 28);
  const w0 = v128.load64_splat(weights);
  const w1 = v128.load64_splat(weights, 8);
  const w2 = v128.load64_splat(weights, 16);
  const w3 = v128.load64_splat(weights, 24);
  const w4 = v128.load64_splat(weights, 32);
  const w5 = v128.load64_splat(weights, 40);
  const w6 = v128.load64_splat(weights, 48);
  const w7 = v128.load64_splat(weights, 56);
  const end = <usize>count << 2;
  for (let at: usize = 0; at < end; at += 16) {
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    let v = v128.load(p0 + at);
    low = f64x2.add(low, f64x2.mul(w0, f64x2.promote_low_f32x4(v)));
    high = f64x2.add(high, f64x2.mul(w0, f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1))));
    v = v128.load(p1 + at);
    low = f64x2.add(low, f64x2.mul(w1, f64x2.promote_low_f32x4(v)));
    high = f64x2.add(high, f64x2.mul(w1, f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1))));
    v = v128.load(p2 + at);
    low = f64x2.add(low, f64x2.mul(w2, f64x2.promote_low_f32x4(v)));
    high = f64x2.add(high, f64x2.mul(w2, f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1))));
    v = v128.load(p3 + at);
    low = f64x2.add(low, f64x2.mul(w3, f64x2.promote_low_f32x4(v)));
    high = f64x2.add(high, f64x2.mul(w3, f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1))));
    v = v128.load(p4 + at);
    low = f64x2.add(low, f64x2.mul(w4, f64x2.promote_low_f32x4(v)));
    high = f64x2.add(high, f64x2.mul(w4, f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1))));
    v = v128.load(p5 + at);
    low = f64x2.add(low, f64x2.mul(w5, f64x2.promote_low_f32x4(v)));
    high = f64x2.add(high, f64x2.mul(w5, f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1))));
    v = v128.load(p6 + at);
    low = f64x2.add(low, f64x2.mul(w6, f64x2.promote_low_f32x4(v)));
    high = f64x2.add(high, f64x2.mul(w6, f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1))));
    v = v128.load(p7 + at);
    low = f64x2.add(low, f64x2.mul(w7, f64x2.promote_low_f32x4(v)));
    high = f64x2.add(high, f64x2.mul(w7, f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1))));
    v128.store(
      into + at,
      v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2),
    );
  }
}

/** into += x in binary64; returns whether all of x is finite. Count: a multiple of 4. */
export function addSingles(x: usize, into: usize, count: i32): i32 {
  let spoilt = i32x4.splat(0);
  const mask = i32x4.splat(NOT_FINITE);
  for (let at = 0; at < count; at += 4) {
    const values = v128.load(x + (<usize>at << 2));
    spoilt = v128.or(spoilt, i32x4.eq(v128.and(values, mask), mask));
    addFour(values, into + (<usize>at << 3));
  }
  return v128.any_true(spoilt) ? 0 : 1;
}

// @ts-ignore: decorator of AssemblyScript
@inline
function addFour(values: v128, into: usize): void {
  v128.store(into, f64x2.add(v128.load(into), f64x2.promote_low_f32x4(values)));
  const upper = v128.shuffle<i64>(values, values, 1, 1);
  v128.store(into + 16, f64x2.add(v128.load(into + 16), f64x2.promote_low_f32x4(upper)));
}

/** values += share * (theirs - own), all in binary64; returns whether all are finite then. Count: a multiple of 2. */
export function mix(values: usize, own: usize, theirs: usize, share: f64, count: i32): i32 {
  const by = f64x2.splat(share);
  const zero = f64x2.splat(0);
  const end = <usize>count << 3;
  let spoilt = zero;
  for (let at: usize = 0; at < end; at += 16) {
    const apart = f64x2.sub(v128.load(theirs + at), v128.load(own + at));
    const mixed = f64x2.add(v128.load(values + at), f64x2.mul(by, apart));
    spoilt = v128.or(spoilt, f64x2.ne(f64x2.sub(mixed, mixed), zero));
    v128.store(values + at, mixed);
  }
  return v128.any_true(spoilt) ? 0 : 1;
}

/** Whether no magnitude is above `bound`, nor a number NaN. Count: a multiple of 2. */
export function isWithin(x: usize, bound: f64, count: i32): i32 {
  const limit = f64x2.splat(bound);
  const end = <usize>count << 3;
  let within = i32x4.splat(-1);
  for (let at: usize = 0; at < end; at += 16) {
    within = v128.and(within, f64x2.le(f64x2.abs(v128.load(x + at)), limit));
  }
  return i64x2.all_true(within) ? 1 : 0;
}

/** into = x, binary64, rounded to binary32. Count: a multiple of 4. */
export function roundDoubles(x: usize, into: usize, count: i32): void {
  for (let at = 0; at < count; at += 4) {
    const from = x + (<usize>at << 3);
    const low = f32x4.demote_f64x2_zero(v128.load(from));
    const high = f32x4.demote_f64x2_zero(v128.load(from + 16));
    v128.store(into + (<usize>at << 2), v128.shuffle<i64>(low, high, 0, 2));
  }
}

/** Four running sums of squares in binary64, of the values at 0, 1, 2, 3 modulo 4, into sums. */
export function sumSquares(x: usize, count: i32, sums: usize): void {
  let first = v128.load(sums);
  let second = v128.load(sums + 16);
  for (let at = 0; at < count; at += 4) {
    const values = v128.load(x + (<usize>at << 2));
    const low = f64x2.promote_low_f32x4(values);
    const high = f64x2.promote_low_f32x4(v128.shuffle<i64>(values, values, 1, 1));
    first = f64x2.add(first, f64x2.mul(low, low));
    second = f64x2.add(second, f64x2.mul(high, high));
  }
  v128.store(sums, first);
  v128.store(sums + 16, second);
}

/** into = x * factor, computed in binary64 and rounded once. Count: a multiple of 4. */
export function scale(x: usize, factor: f64, into: usize, count: i32): void {
  const by = f64x2.splat(factor);
  for (let at = 0; at < count; at += 4) {
    const values = v128.load(x + (<usize>at << 2));
    const low = f64x2.mul(by, f64x2.promote_low_f32x4(values));
    const high = f64x2.mul(by, f64x2.promote_low_f32x4(v128.shuffle<i64>(values, values, 1, 1)));
    v128.store(
      into + (<usize>at << 2),
      v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2),
    );
  }
}

/** The binary16 numbers nearest to magnitudes, ties to even; what is above the largest becomes that. */
// @ts-ignore: decorator of AssemblyScript
@inline
function magnitudesToHalves(values: v128): v128 {
  // 0x477fefff is the last that rounds to 65504.
  const magnitude = i32x4.min_s(v128.and(values, i32x4.splat(0x7fffffff)), i32x4.splat(0x477fefff));
  const power = i32x4.max_s(v128.and(magnitude, i32x4.splat(0x7f800000)), i32x4.splat(0x38800000));
  // Adding 2^13 times its power of two, or 0.5 to a subnormal, leaves the half's bits, rounded, at the end of the sum.
  const sum = f32x4.add(magnitude, i32x4.add(power, i32x4.splat(0x06800000)));
  const exponent = i32x4.shr_u(i32x4.sub(sum, i32x4.splat(0x3f000000)), 13);
  return i32x4.add(exponent, v128.and(sum, i32x4.splat(0xfff)));
}

/** Writes x as binary16; returns how many are the largest. Count: a multiple of 8. */
export function encodeHalves(x: usize, into: usize, count: i32): i32 {
  const most = i16x8.splat(0x7bff);
  const signs = i16x8.splat(-0x8000);
  let saturated = 0;
  for (let at = 0; at < count; at += 8) {
    const first = v128.load(x + (<usize>at << 2));
    const second = v128.load(x + (<usize>at << 2) + 16);
    const magnitudes = i16x8.narrow_i32x4_s(magnitudesToHalves(first), magnitudesToHalves(second));
    const isMost = i16x8.eq(magnitudes, most);
    if (v128.any_true(isMost)) saturated += popcnt(i16x8.bitmask(isMost));
    const upper = v128.shuffle<i16>(first, second, 1, 3, 5, 7, 9, 11, 13, 15);
    v128.store(into + (<usize>at << 1), v128.or(magnitudes, v128.and(upper, signs)));
  }
  return saturated;
}

/** Four binary16 numbers, each sign-extended to 32 bits, as binary32. */
// @ts-ignore: decorator of AssemblyScript
@inline
function fromHalves(halves: v128): v128 {
  const magnitude = v128.and(i32x4.shl(halves, 13), i32x4.splat(0x0fffe000));
  const sign = v128.and(halves, i32x4.splat(<i32>0x80000000));
  // 112 moves the exponent's bias from 15 to 127. A subnormal is read as 2^-14 and its bits behind it, less 2^-14: a
  // multiplication of binary32 subnormals, which would do for all, takes a processor ten times as long.
  const least = i32x4.splat(0x38800000);
  const subnormal = f32x4.sub(i32x4.add(magnitude, least), least);
  const normal = i32x4.add(magnitude, i32x4.splat(0x38000000));
  const isSubnormal = i32x4.lt_s(magnitude, i32x4.splat(0x00800000));
  return v128.or(v128.bitselect(subnormal, normal, isSubnormal), sign);
}

/** into += the binary16 numbers at x; returns whether all are finite. Count: a multiple of 8. */
export function addHalves(x: usize, into: usize, count: i32): i32 {
  let spoilt = i16x8.splat(0);
  const mask = i16x8.splat(0x7c00);
  for (let at = 0; at < count; at += 8) {
    const halves = v128.load(x + (<usize>at << 1));
    spoilt = v128.or(spoilt, i16x8.eq(v128.and(halves, mask), mask));
    addFour(fromHalves(i32x4.extend_low_i16x8_s(halves)), into + (<usize>at << 3));
    addFour(fromHalves(i32x4.extend_high_i16x8_s(halves)), into + (<usize>at << 3) + 32);
  }
  return v128.any_true(spoilt) ? 0 : 1;
}

/** into = the binary16 numbers at x, which are added to 0; returns whether all are finite. Count: a multiple of 8. */
export function decodeHalves(x: usize, into: usize, count: i32): i32 {
  let spoilt = i16x8.splat(0);
  const mask = i16x8.splat(0x7c00);
  for (let at = 0; at < count; at += 8) {
    const halves = v128.load(x + (<usize>at << 1));
    spoilt = v128.or(spoilt, i16x8.eq(v128.and(halves, mask), mask));
    storeFour(fromHalves(i32x4.extend_low_i16x8_s(halves)), into + (<usize>at << 3));
    storeFour(fromHalves(i32x4.extend_high_i16x8_s(halves)), into + (<usize>at << 3) + 32);
  }
  return v128.any_true(spoilt) ? 0 : 1;
}

// @ts-ignore: decorator of AssemblyScript
@inline
function storeFour(values: v128, into: usize): void {
  // The sum of 0 and -0 is 0.
  const sums = f32x4.add(values, f32x4.splat(0));
  v128.store(into, f64x2.promote_low_f32x4(sums));
  v128.store(into + 16, f64x2.promote_low_f32x4(v128.shuffle<i64>(sums, sums, 1, 1)));
}

/** The largest magnitude of binary16 numbers, as such: their bits without the sign are ordered as they are. Count: a multiple of 8. */
export function largestHalf(x: usize, count: i32): i32 {
  const mask = i16x8.splat(0x7fff);
  let most = i16x8.splat(0);
  for (let at = 0; at < count; at += 8) {
    most = i16x8.max_s(most, v128.and(v128.load(x + (<usize>at << 1)), mask));
  }
  most = i16x8.max_s(most, v128.shuffle<i64>(most, most, 1, 0));
  most = i16x8.max_s(most, v128.shuffle<i32>(most, most, 1, 0, 3, 2));
  return max<i32>(i16x8.extract_lane_s(most, 0), i16x8.extract_lane_s(most, 1));
}

/** The largest magnitude, or NaN where a value is: the bits are ordered as those of halves. Count: a multiple of 4. */
export function largestMagnitude(x: usize, count: i32): f32 {
  const mask = i32x4.splat(0x7fffffff);
  let most = i32x4.splat(0);
  for (let at = 0; at < count; at += 4) {
    most = i32x4.max_s(most, v128.and(v128.load(x + (<usize>at << 2)), mask));
  }
  most = i32x4.max_s(most, v128.shuffle<i64>(most, most, 1, 0));
  return reinterpret<f32>(max<i32>(i32x4.extract_lane(most, 0), i32x4.extract_lane(most, 1)));
}

// @ts-ignore: decorator of AssemblyScript
@inline
function productsLow(a: v128, by: v128): v128 {
  return v128.shuffle<i32>(i64x2.extmul_low_i32x4_u(a, by), i64x2.extmul_high_i32x4_u(a, by), 0, 2, 4, 6);
}

// @ts-ignore: decorator of AssemblyScript
@inline
function productsHigh(a: v128, by: v128): v128 {
  return v128.shuffle<i32>(i64x2.extmul_low_i32x4_u(a, by), i64x2.extmul_high_i32x4_u(a, by), 1, 3, 5, 7);
}

// @ts-ignore: decorator of AssemblyScript
@inline
function roundFour(values: v128, by: v128, words: v128): v128 {
  const units = f32x4.mul(f32x4.convert_i32x4_u(i32x4.shr_u(words, 8)), f32x4.splat(<f32>5.9604644775390625e-8));
  const floor = f32x4.floor(f32x4.add(f32x4.div(values, by), units));
  const bounded = f32x4.pmax(f32x4.splat(-127), f32x4.pmin(f32x4.splat(127), floor));
  return i32x4.trunc_sat_f32x4_s(bounded);
}

/**
 * Stochastic rounding to levels of `by`, with the words of Philox4x32-10 at counters from `counter` on: word v mod 4 of
 * counter v / 4 is value v's. Count: a multiple of 16.
 */
export function encodeLevels(x: usize, by: f32, key0: i32, key1: i32, counter: i32, into: usize, count: i32): void {
  const m0 = i32x4.splat(<i32>0xd2511f53);
  const m1 = i32x4.splat(<i32>0xcd9e8d57);
  const divisor = f32x4.splat(by);
  for (let at = 0; at < count; at += 16) {
    let c0 = i32x4.add(i32x4.splat(counter + (at >> 2)), i32x4(0, 1, 2, 3));
    let c1 = i32x4.splat(0);
    let c2 = i32x4.splat(0);
    let c3 = i32x4.splat(0);
    let k0 = key0;
    let k1 = key1;
    for (let round = 0; round < 10; round++) {
      const high0 = productsHigh(c0, m0);
      const low0 = productsLow(c0, m0);
      const high1 = productsHigh(c2, m1);
      const low1 = productsLow(c2, m1);
      c0 = v128.xor(v128.xor(high1, c1), i32x4.splat(k0));
      c1 = low1;
      c2 = v128.xor(v128.xor(high0, c3), i32x4.splat(k1));
      c3 = low0;
      k0 += <i32>0x9e3779b9;
      k1 += <i32>0xbb67ae85;
    }
    const a = v128.shuffle<i32>(c0, c1, 0, 4, 1, 5);
    const b = v128.shuffle<i32>(c2, c3, 0, 4, 1, 5);
    const c = v128.shuffle<i32>(c0, c1, 2, 6, 3, 7);
    const d = v128.shuffle<i32>(c2, c3, 2, 6, 3, 7);
    const from = x + (<usize>at << 2);
    const first = i16x8.narrow_i32x4_s(
      roundFour(v128.load(from), divisor, v128.shuffle<i64>(a, b, 0, 2)),
      roundFour(v128.load(from + 16), divisor, v128.shuffle<i64>(a, b, 1, 3)),
    );
    const second = i16x8.narrow_i32x4_s(
      roundFour(v128.load(from + 32), divisor, v128.shuffle<i64>(c, d, 0, 2)),
      roundFour(v128.load(from + 48), divisor, v128.shuffle<i64>(c, d, 1, 3)),
    );
    v128.store(into + <usize>at, i8x16.narrow_i16x8_s(first, second));
  }
}

// @ts-ignore: decorator of AssemblyScript
@inline
function addLevelPairs(levels: v128, by: v128, into: usize): void {
  const low = f64x2.mul(by, f64x2.convert_low_i32x4_s(levels));
  const high = f64x2.mul(by, f64x2.convert_low_i32x4_s(v128.shuffle<i64>(levels, levels, 1, 1)));
  v128.store(into, f64x2.add(v128.load(into), low));
  v128.store(into + 16, f64x2.add(v128.load(into + 16), high));
}

/** into += the signed bytes at x times `by`, in binary64. Count: a multiple of 16. */
export function addLevels(x: usize, by: f64, into: usize, count: i32): void {
  const factor = f64x2.splat(by);
  for (let at = 0; at < count; at += 16) {
    const levels = v128.load(x + <usize>at);
    const to = into + (<usize>at << 3);
    const low = i16x8.extend_low_i8x16_s(levels);
    const high = i16x8.extend_high_i8x16_s(levels);
    addLevelPairs(i32x4.extend_low_i16x8_s(low), factor, to);
    addLevelPairs(i32x4.extend_high_i16x8_s(low), factor, to + 32);
    addLevelPairs(i32x4.extend_low_i16x8_s(high), factor, to + 64);
    addLevelPairs(i32x4.extend_high_i16x8_s(high), factor, to + 96);
  }
}

// @ts-ignore: decorator of AssemblyScript
@inline
function countFrom(x: usize, count: i32, least: i32): i32 {
  const mask = i32x4.splat(0x7fffffff);
  const bound = i32x4.splat(least);
  let counts = i32x4.splat(0);
  for (let at = 0; at < count; at += 4) {
    const magnitudes = v128.and(v128.load(x + (<usize>at << 2)), mask);
    counts = i32x4.sub(counts, i32x4.ge_s(magnitudes, bound));
  }
  counts = i32x4.add(counts, v128.shuffle<i64>(counts, counts, 1, 0));
  return i32x4.extract_lane(counts, 0) + i32x4.extract_lane(counts, 1);
}

/**
 * The places of the `kept` largest magnitudes of finite values, ascending, the lower of equal ones. The bits of a
 * magnitude are ordered as it is, so the least that is kept is found bit by bit. Count: a multiple of 4, at most 256.
 */
export function largestPlaces(x: usize, count: i32, kept: i32, into: usize): void {
  let least = 0;
  for (let bit = 0x40000000; bit > 0; bit >>= 1) {
    if (countFrom(x, count, least | bit) >= kept) least |= bit;
  }
  let equal = kept - countFrom(x, count, least + 1);
  let place: usize = 0;
  for (let at = 0; at < count; at++) {
    const magnitude = load<i32>(x + (<usize>at << 2)) & 0x7fffffff;
    if (magnitude < least || (magnitude === least && equal <= 0)) continue;
    if (magnitude === least) equal--;
    store<u8>(into + place, <u8>at);
    place++;
  }
}
