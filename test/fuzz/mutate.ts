import {decode, encode} from "cborg";
import type {Random} from "../../src/core/index.ts";

const NUMBERS = [
  0,
  1,
  23,
  24,
  127,
  128,
  255,
  256,
  65_535,
  65_536,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53 - 1,
  -1,
  0.5,
];
const LONGEST = 4096;

function pick<Item>(random: Random, items: readonly Item[]): Item | undefined {
  return items[random.below(items.length)];
}

/** Changes bytes without regard to what they mean. */
function mutateBytes(random: Random, original: Uint8Array, other: Uint8Array): Uint8Array {
  const bytes = [...original];
  for (let change = 1 + random.below(4); change > 0; change--) {
    const at = random.below(bytes.length + 1);
    const length = 1 + random.below(12);
    switch (random.below(8)) {
      case 0:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
        break;
      case 1:
        bytes[at] = random.below(256);
        break;
      case 2:
        bytes.splice(at, length);
        break;
      case 3:
        bytes.splice(at, 0, ...bytes.slice(at, at + length));
        break;
      case 4:
        bytes.length = Math.min(bytes.length, at);
        break;
      case 5:
        bytes.splice(at, length, ...other.slice(random.below(other.length + 1)).slice(0, 4 * length));
        break;
      case 6:
        bytes.splice(at, 0, ...encode(pick(random, NUMBERS)));
        break;
      default:
        bytes.splice(at, 4, 0xff, random.below(256), random.below(256), random.below(256));
    }
  }
  return Uint8Array.from(bytes.slice(0, LONGEST));
}

function mutateLeaf(random: Random, value: unknown): unknown {
  switch (random.below(6)) {
    case 0:
      return pick(random, NUMBERS);
    case 1:
      return typeof value === "string" ? value.slice(0, random.below(value.length + 1)) : "";
    case 2:
      return typeof value === "number" ? value + 1 : null;
    case 3:
      return new Uint8Array(random.below(200));
    case 4:
      return [value, value];
    default:
      return typeof value === "string" ? value.toUpperCase() : {value};
  }
}

function mutateList(random: Random, items: readonly unknown[]): unknown[] {
  const at = random.below(items.length);
  const kind = random.below(8);
  if (kind === 0) return [...items, items[at]];
  if (kind === 1) return items.toSpliced(at, 1);
  return items.with(at, mutateItem(random, items[at]));
}

function mutateMap(random: Random, map: object): object {
  const entries = Object.entries(map);
  const at = random.below(entries.length + 1);
  const [key, value] = entries[at] ?? ["extra", 1];
  const rest = entries.filter((_, index) => index !== at);
  const kind = random.below(8);
  if (kind === 0) return Object.fromEntries(rest);
  if (kind === 1) return Object.fromEntries([...rest, [`${key}s`, value]]);
  return Object.fromEntries([...rest, [key, mutateItem(random, value)]]);
}

/** Changes a decoded item somewhere below its root: a leaf, a key, or a whole part. */
function mutateItem(random: Random, item: unknown): unknown {
  const isLeaf = typeof item !== "object" || item === null || item instanceof Uint8Array;
  if (isLeaf || random.below(6) === 0) return mutateLeaf(random, item);
  if (!Array.isArray(item)) return mutateMap(random, item);
  return item.length === 0 ? [item] : mutateList(random, item);
}

/** The CBOR item that `bytes` hold behind their first `skip` bytes, changed; null where they hold none. */
function mutateStructure(random: Random, bytes: Uint8Array, skip: number): Uint8Array | null {
  try {
    const changed = encode(mutateItem(random, decode(bytes.subarray(skip))));
    const framed = new Uint8Array(skip + changed.length);
    framed.set(bytes.subarray(0, skip));
    framed.set(changed, skip);
    // The length in front is that of what follows, so that the change gets past the framing.
    if (skip >= 4) new DataView(framed.buffer).setUint32(0, framed.length - 4);
    return framed;
  } catch {
    return null;
  }
}

/**
 * A changed copy of a member of `corpus`.
 * @param skip how many bytes of framing, length first, stand before each CBOR item
 */
export function mutate(random: Random, corpus: readonly Uint8Array[], skip: number): Uint8Array {
  const original = pick(random, corpus) ?? new Uint8Array();
  const structured = random.below(2) === 0 ? mutateStructure(random, original, skip) : null;
  return structured ?? mutateBytes(random, original, pick(random, corpus) ?? original);
}
