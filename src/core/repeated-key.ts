import {type Document, isScalar, visit} from "yaml";

/**
 * Offset in the text of the first key that its map has already, also in another spelling, such as 1 and "1"; undefined
 * when there is none. The parser's own check compares each key with all before it: minutes for a long map.
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
