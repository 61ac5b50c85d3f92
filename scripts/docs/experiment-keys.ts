/*
 * The keys of an experiment file as a Markdown list in the schema's own words, for docs/experiment-file.md.
 */
import {z} from "zod";
import {experimentSchema} from "../../src/config/index.ts";

/** What of a JSON Schema is told. */
interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly default?: unknown;
  readonly description?: string;
}

/** Blocks of which only the first level is told here. */
const SHALLOW: readonly string[] = ["plan"];
const INDENT = "  ";

const code = (value: unknown): string =>
  `\`${typeof value === "string" ? value : JSON.stringify(value).replaceAll('"', "")}\``;
const variantsOf = ({oneOf, anyOf}: Schema): readonly Schema[] => oneOf ?? anyOf ?? [];
const isMap = ({properties}: Schema): boolean => properties !== undefined;
const isNamed = ({additionalProperties}: Schema): boolean => typeof additionalProperties === "object";

function rangeOf({minimum, maximum, exclusiveMinimum}: Schema): string {
  const high = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? "" : ` up to ${maximum}`;
  if (exclusiveMinimum !== undefined) return ` above ${exclusiveMinimum}${high}`;
  const low = minimum === undefined || minimum <= -Number.MAX_SAFE_INTEGER ? "" : ` from ${minimum}`;
  return `${low}${high}`;
}

function listOf(items: Schema = {}): string {
  const kind = kindOf(items);
  return kind === "one of these" ? "list of these" : `list of ${kind}`;
}

/** What a value may be, in a few words. */
function kindOf(schema: Schema): string {
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(code).join(", ");
  const variants = variantsOf(schema);
  if (variants.length > 1 && variants.every(isMap)) return "one of these";
  if (variants.length > 0) return [...new Set(variants.map(kindOf))].join(" or ");
  switch (schema.type) {
    case "integer":
      return `whole number${rangeOf(schema)}`;
    case "number":
      return `number${rangeOf(schema)}`;
    case "boolean":
      return "true or false";
    case "array":
      return listOf(schema.items);
    case "object":
      return isNamed(schema) ? "map by name" : "map";
    case "string":
      return "text";
    default:
      return "value";
  }
}

function defaultOf(schema: Schema): string {
  const value = schema.default;
  if (value === undefined) return "";
  return typeof value === "object" &&
    value !== null &&
    Object.keys(value).length === 0 &&
    !Array.isArray(value)
    ? ""
    : `; default ${code(value)}`;
}

/** The keys of a map, but for those that `known` has told with the same words: these are named only. */
function mapLines({properties = {}, required = []}: Schema, depth: number, known: Set<string>): string[] {
  const again: string[] = [];
  const lines = Object.entries(properties).flatMap(([key, schema]) => {
    if (schema.const !== undefined && key !== "formatVersion") return [];
    const told = keyLines(key, schema, depth, required.includes(key));
    if (!known.has(told.join("\n"))) {
      known.add(told.join("\n"));
      return told;
    }
    again.push(code(key));
    return [];
  });
  return again.length === 0 ? lines : [`${INDENT.repeat(depth)}- ${again.join(", ")}: as above`, ...lines];
}

/** The values of its keys that tell a variant from its siblings. */
function nameOfVariant({properties = {}}: Schema): string {
  const fixed = Object.entries(properties).find(([, {const: only}]) => only !== undefined);
  const chosen = fixed ?? Object.entries(properties).find(([key]) => key === "type");
  return chosen === undefined ? "a map" : `\`${chosen[0]}\` ${kindOf(chosen[1])}`;
}

function withoutType(schema: Schema): Schema {
  const {type: _, ...properties} = schema.properties ?? {};
  return {...schema, properties};
}

/** What lies below a value. */
function innerLines(schema: Schema, depth: number): string[] {
  if (isMap(schema)) return mapLines(schema, depth, new Set());
  if (schema.items !== undefined) return innerLines(schema.items, depth);
  if (typeof schema.additionalProperties === "object") return innerLines(schema.additionalProperties, depth);
  const known = new Set<string>();
  return variantsOf(schema)
    .filter(isMap)
    .flatMap((variant) => [
      `${INDENT.repeat(depth)}- ${nameOfVariant(variant)}`,
      ...mapLines(withoutType(variant), depth + 1, known),
    ]);
}

function keyLines(key: string, schema: Schema, depth: number, isRequired: boolean): string[] {
  const said = schema.description === undefined ? "" : `: ${schema.description}`;
  const needed = isRequired && depth === 0 ? "; needed" : "";
  const line = `${INDENT.repeat(depth)}- **${code(key)}** (${kindOf(schema)}${defaultOf(schema)}${needed})${said}`;
  if (!SHALLOW.includes(key)) return [line, ...innerLines(schema, depth + 1)];
  const blocks = Object.entries(schema.properties ?? {}).map(
    ([name, {description}]) =>
      `${INDENT.repeat(depth + 1)}- **${code(name)}**${description === undefined ? "" : `: ${description}`}`,
  );
  return [line, ...blocks];
}

/** The list, without a line feed at its end. */
export function experimentKeys(): string {
  const schema: Schema = JSON.parse(JSON.stringify(z.toJSONSchema(experimentSchema, {io: "input"})));
  return mapLines(schema, 0, new Set()).join("\n");
}
