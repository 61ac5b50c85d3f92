import {readdirSync, readFileSync} from "node:fs";
import path from "node:path";
import ts from "typescript";
import {ROOT} from "./planting.ts";

/** One TypeScript file of src, parsed. */
export interface Source {
  /** Path from the project's root, with forward slashes. */
  readonly file: string;
  /** The folder in src that holds it. */
  readonly room: string;
  readonly tree: ts.SourceFile;
}

/** Parses `text` as the file of that path. */
export function parseSource(file: string, text: string): Source {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  return {file, room: file.split("/")[1] ?? "", tree};
}

/** Every file below `folder` (from the project's root), without what is installed or generated. */
export function filesBelow(folder: string): readonly string[] {
  const skipped = /^(node_modules|dist|coverage|api|\.git|\.bench|\.mutation)$/;
  return readdirSync(path.join(ROOT, folder), {withFileTypes: true}).flatMap((entry) => {
    const file = path.posix.join(folder, entry.name);
    if (skipped.test(entry.name)) return [];
    return entry.isDirectory() ? filesBelow(file) : entry.isFile() ? [file] : [];
  });
}

/** All of src, parsed. */
export function readSources(): readonly Source[] {
  return filesBelow("src")
    .filter((file) => file.endsWith(".ts"))
    .map((file) => parseSource(file, readFileSync(path.join(ROOT, file), "utf8")));
}

const NODES = new WeakMap<ts.Node, readonly ts.Node[]>();

/** All nodes of a file without its punctuation, outermost first; gone through once. */
export function nodesOf(node: ts.Node): readonly ts.Node[] {
  const known = NODES.get(node);
  if (known !== undefined) return known;
  const nodes: ts.Node[] = [];
  const visit = (each: ts.Node): void => {
    nodes.push(each);
    ts.forEachChild(each, visit);
  };
  visit(node);
  NODES.set(node, nodes);
  return nodes;
}

/** `file:line` of a node, for messages. */
export function placeOf(source: Source, node: ts.Node): string {
  return `${source.file}:${source.tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}
