import {type Document, isScalar, visit} from "yaml";

/**
 * Finds the first key that its map already has, even in another spelling, such as 1 and "1". Returns its
 * offset in the text, or undefined if there is none. The parser's own check compares each key with all keys
 * before it, which takes minutes for a long map.
 */
export function repeatedKey(document: Document): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Map(_, {items}) {
      const seen = new Set<string>();
      for (const {key} of items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) {
          offset = key.range?.[0];
          return visit.BREAK;
        }
        seen.add(name);
      }
      return undefined;
    },
  });
  return offset;
}
