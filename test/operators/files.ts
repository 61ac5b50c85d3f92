import {readFileSync} from "node:fs";
import path from "node:path";
import {parseAllDocuments} from "yaml";

/** The folder of this package. */
export const ROOT = path.join(import.meta.dirname, "../..");
/** The folder of the operator's files. */
export const OPERATORS = path.join(ROOT, "config/operators");

/** The text of one of the operator's files. */
export const textOf = (name: string): string => readFileSync(path.join(OPERATORS, name), "utf8");

/** The one document of a YAML text; a fault in it is thrown. */
export function yamlOf(text: string): unknown {
  const [document, ...others] = parseAllDocuments(text, {merge: true, strict: true, uniqueKeys: true});
  if (document === undefined || "empty" in document || others.length > 0) throw new Error("not one document");
  const [fault] = [...document.errors, ...document.warnings];
  if (fault !== undefined) throw fault;
  return document.toJS() as unknown;
}

/** The anchors of a Markdown file's headings, as GitHub makes them. */
export function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
