import {type Document, isMap, isNode, isScalar, type Node, parseDocument, YAMLError} from "yaml";
import type {z} from "zod";
import {at} from "../at.ts";
import {CodedError, present} from "../errors.ts";
import {repeatedKey} from "./repeated-key.ts";
import {MAX_YAML_CHARACTERS, oversize} from "./yaml-size.ts";

type Path = readonly PropertyKey[];
type RawIssue = z.core.$ZodRawIssue;

/** Separates a message of the error map from its hint, which lets both pass through zod. */
const HINT_MARK = "\u0000";
const MAX_LISTED = 12;

function editDistance(a: string, b: string): number {
  let previous = Array.from({length: b.length + 1}, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = at(previous, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(at(previous, j) + 1, at(current, j - 1) + 1, substitution));
    }
    previous = current;
  }
  return at(previous, b.length);
}

/**
 * Returns the name in `names` that the author of `written` most likely meant, or undefined if none is near.
 * The nearest name has the least edit distance (Levenshtein), at most 2 and at most half of the shorter name,
 * ignoring case.
 */
export function closestName(written: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const distance = editDistance(written.toLowerCase(), name.toLowerCase());
    const limit = Math.min(2, Math.floor(Math.min(written.length, name.length) / 2));
    if (distance <= limit && distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

function suggestion(written: unknown, names: readonly string[]): string {
  const meant = typeof written === "string" ? closestName(written, names) : undefined;
  if (meant !== undefined) return `Did you mean "${meant}"?`;
  return names.length > 0 && names.length <= MAX_LISTED ? `Known: ${names.join(", ")}.` : "";
}

function kindOf(value: unknown): string {
  if (value === null) return "nothing";
  if (typeof value === "number" && !Number.isInteger(value))
    return Number.isFinite(value) ? "fraction" : "no finite one";
  return Array.isArray(value) ? "list" : typeof value === "object" ? "map" : typeof value;
}

function describeType(issue: Extract<RawIssue, {code: "invalid_type"}>): string {
  if (issue.input === undefined) return "is missing";
  const named: Record<string, string> = {object: "map", record: "map", array: "list", int: "whole number"};
  const expected = named[issue.expected] ?? issue.expected;
  const quote = expected === "string" && ["number", "boolean"].includes(typeof issue.input);
  return `expected a ${expected}, found ${kindOf(issue.input)}${quote ? `${HINT_MARK}Put it in quotes.` : ""}`;
}

function knownKeys(issue: RawIssue): string[] {
  const definition: unknown = issue.inst?._zod.def;
  if (typeof definition !== "object" || definition === null || !("shape" in definition)) return [];
  return Object.keys(definition.shape ?? {});
}

function describeChoice(written: unknown, choices: readonly unknown[]): string {
  const names = choices.map(String);
  if (written === undefined) return `is missing${HINT_MARK}${suggestion(written, names)}`;
  const listed = choices.map((choice) => JSON.stringify(choice)).join(" or ");
  const meant = typeof written === "string" ? closestName(written, names) : undefined;
  return `expected ${listed}${HINT_MARK}${meant === undefined ? "" : `Did you mean "${meant}"?`}`;
}

/** The parts of a message of this file: the fault, and how to correct it. */
function messageOf({message}: {readonly message: string}): Pick<Fault, "what" | "hint"> {
  const [what, hint = ""] = message.split(HINT_MARK);
  return {what: present(what, "the text of a message"), hint};
}

function describeUnion(issue: Extract<RawIssue, {code: "invalid_union"}>): string {
  if (issue.input === undefined) return "is missing";
  const {discriminator, options} = issue;
  if (typeof discriminator === "string" && Array.isArray(options)) {
    const written: unknown = Reflect.get(Object(issue.input), discriminator);
    return describeChoice(written, options);
  }
  const branches = issue.errors.flatMap(([first]) => (first === undefined ? [] : [messageOf(first).what]));
  return [...new Set(branches)].join(", or ");
}

/** Describes an issue for the author of a YAML file. Undefined leaves zod's own message. */
function describeIssue(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return describeType(issue);
    case "unrecognized_keys": {
      const key = at(issue.keys, 0);
      return `unknown key "${key}"${HINT_MARK}${suggestion(key, knownKeys(issue))}`;
    }
    case "invalid_value":
      return describeChoice(issue.input, issue.values);
    case "invalid_union":
      return describeUnion(issue);
    default:
      return undefined;
  }
}

function startOf({range}: Node): number {
  return at(present(range, "the place of a parsed node"), 0);
}

/**
 * Offset in the text of the deepest part of the document that `path` reaches. For an unknown key, the offset
 * of the key.
 */
function offsetOf(document: Document, path: Path, key: string | undefined): number {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (!isNode(node)) continue;
    const pair = isMap(node)
      ? node.items.find((item) => isScalar(item.key) && item.key.value === key)
      : undefined;
    return startOf(isScalar(pair?.key) ? pair.key : node);
  }
  return 0;
}

/** Formats `path` as in `columns[2].name: `, or as nothing for the document itself. */
function labelOf(path: Path): string {
  const label = path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");
  return label === "" ? "" : `${label}: `;
}

/** Picks the issue to report first: an unknown key is often the misspelt cause of a missing one. */
function foremost(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue {
  return issues.find((issue) => issue.code === "unrecognized_keys") ?? at(issues, 0);
}

/** Line and column of an offset in `text`, counted from 1. */
function placeOf(text: string, offset: number): {readonly line: number; readonly column: number} {
  const before = text.slice(0, offset);
  return {line: before.split("\n").length, column: offset - before.lastIndexOf("\n")};
}

/** A fault of a document and its place. */
interface Fault {
  /** Offset in the text; null for the document as a whole. */
  readonly offset: number | null;
  readonly what: string;
  readonly hint: string;
  readonly cause?: unknown;
}

function faultOfSyntax(error: unknown): Fault {
  const hasPosition = error instanceof YAMLError;
  const what = error instanceof Error ? error.message : "is not YAML";
  return {offset: hasPosition ? error.pos[0] : 0, what, hint: "", cause: error};
}

/** Describes the fault of a value and how to correct it. */
function told(issues: readonly z.core.$ZodIssue[]): Pick<Fault, "what" | "hint"> {
  const issue = foremost(issues);
  const {what, hint} = messageOf(issue);
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  return {what: `${labelOf(issue.path)}${what}${more}`, hint};
}

function faultOfContent(document: Document, issues: readonly z.core.$ZodIssue[]): Fault {
  const issue = foremost(issues);
  const key = issue.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  return {offset: offsetOf(document, issue.path, key), ...told(issues)};
}

function check<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
): {readonly value: z.output<Schema>} | Fault {
  const tooLarge = oversize(text);
  if (tooLarge !== undefined) return {...tooLarge, hint: "Check that it is the right file."};
  let document: Document;
  let value: unknown;
  try {
    document = parseDocument(text, {prettyErrors: false, uniqueKeys: false, version: "1.2"});
    const [error] = [...document.errors, ...document.warnings];
    if (error !== undefined) return faultOfSyntax(error);
    const offset = repeatedKey(document);
    if (offset !== undefined) return {offset, what: "Map keys must be unique", hint: ""};
    value = document.toJS();
  } catch (error) {
    return faultOfSyntax(error);
  }
  const result = schema.safeParse(value, {error: describeIssue});
  return result.success ? {value: result.data} : faultOfContent(document, result.error.issues);
}

/** A way in which a value violates a schema. */
export interface SchemaIssue {
  readonly path: readonly PropertyKey[];
  /** The message as in {@link parseYaml}. A check may use it as the message of its own issue. */
  readonly message: string;
}

/**
 * Returns the most important fault of `value` by `schema`, or undefined if there is none. Checks use it for
 * values outside the document.
 */
export function schemaIssue(schema: z.ZodType, value: unknown): SchemaIssue | undefined {
  const {error} = schema.safeParse(value, {error: describeIssue});
  return error === undefined ? undefined : foremost(error.issues);
}

/**
 * Parses `value`, which does not come from a text, by `schema`. `name` stands for the value in messages.
 * @throws {CodedError} `code` with one line `name: key: what`, and a hint as in {@link parseYaml}
 */
export function parseValue<Schema extends z.ZodType, Code extends string>(
  schema: Schema,
  value: unknown,
  name: string,
  code: Code,
): z.output<Schema> {
  const result = schema.safeParse(value, {error: describeIssue});
  if (result.success) return result.data;
  const {what, hint} = told(result.error.issues);
  throw new CodedError(code, `${name}: ${what}`, hint === "" ? {} : {hint});
}

/**
 * Parses the YAML 1.2 (or JSON) document `text` and checks it by `schema`. The caller owns the value.
 * Refuses duplicate keys, several documents, unknown tags, exponential aliases, more than {@link
 * MAX_YAML_CHARACTERS} and more than 131,072 entries. `fileName` only names the file in messages.
 * @throws {CodedError} `code` with one line `file:line:column: key: what`, and a hint (for an unknown key or
 * choice: the one that was probably meant); `data` holds file, line and column
 */
export function parseYaml<Schema extends z.ZodType, Code extends string>(
  schema: Schema,
  text: string,
  fileName: string,
  code: Code,
): z.output<Schema> {
  if (text.length > MAX_YAML_CHARACTERS) {
    const what = `${fileName}: is longer than ${MAX_YAML_CHARACTERS} characters`;
    throw new CodedError(code, what, {hint: "Check that it is the right file.", data: {file: fileName}});
  }
  const checked = check(schema, text);
  if ("value" in checked) return checked.value;
  const place = checked.offset === null ? null : placeOf(text, checked.offset);
  const where = place === null ? fileName : `${fileName}:${place.line}:${place.column}`;
  throw new CodedError(code, `${where}: ${checked.what}`, {
    ...(checked.hint === "" ? {} : {hint: checked.hint}),
    data: {file: fileName, ...place},
    cause: checked.cause,
  });
}
