import {readFileSync} from "node:fs";
import {SourceMap} from "node:module";
import {fileURLToPath} from "node:url";
import {z} from "zod";

/** A place in a line of a stack: the module's URL, its line and its column, from 1. */
const PLACE = /(file:\/\/[^\s)]+\.js):(\d+):(\d+)/g;

const mapSchema = z.object({
  version: z.number(),
  file: z.string().default(""),
  sources: z.array(z.string()),
  sourcesContent: z.array(z.string().nullable()).default([]),
  names: z.array(z.string()),
  mappings: z.string(),
  sourceRoot: z.string().default(""),
});

/** The map that the build wrote beside a module, or null if there is none. */
function mapOf(url: string): SourceMap | null {
  try {
    const map = mapSchema.parse(JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, "utf8")));
    return new SourceMap({
      ...map,
      sourcesContent: map.sourcesContent.map((content) => content ?? ""),
    });
  } catch {
    return null;
  }
}

/**
 * A stack with the places of the sources instead of those of the program's chunks, if a map beside the chunk
 * has them. Maps are read only after a bug: Node's own `--enable-source-maps` would read every map at every
 * start.
 */
export function withSourcePlaces(stack: string): string {
  const maps = new Map<string, SourceMap | null>();
  return stack.replaceAll(PLACE, (place, url: string, line: string, column: string) => {
    if (!maps.has(url)) maps.set(url, mapOf(url));
    const origin = maps.get(url)?.findOrigin(Number(line), Number(column));
    if (origin === undefined || !("fileName" in origin)) return place;
    return `${new URL(origin.fileName, url).href}:${origin.lineNumber}:${origin.columnNumber}`;
  });
}
