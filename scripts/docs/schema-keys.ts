/*
 * The keys of a schema as a Markdown list in its own words, for the documents.
 */
import {z} from "zod";

/** What of a JSON Schema is told. */
interface Schema {
  readonly type?: string | readonly string[];
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
  readonly exclusiveMaximum?: number;
  readonly maxItems?: number;
  readonly default?: unknown;
  readonly description?: string;
}

const INDENT = "  ";

const code = (value: unknown): string =>
  `\`${typeof value === "string" ? value : JSON.stringify(value).replaceAll('"', "")}\``;
const variantsOf = ({oneOf, anyOf}: Schema): readonly Schema[] => oneOf ?? anyOf ?? [];
const isMap = ({properties}: Schema): boolean => properties !== undefined;
const isNamed = ({additionalProperties}: Schema): boolean => typeof additionalProperties === "object";

function rangeOf({minimum, maximum, exclusiveMinimum, exclusiveMaximum}: Schema): string {
  const most = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? "" : ` up to ${maximum}`;
  const high = exclusiveMaximum === undefined ? most : ` below ${exclusiveMaximum}`;
  if (exclusiveMinimum !== undefined) return ` above ${exclusiveMinimum}${high}`;
  const low = minimum === undefined || minimum <= -Number.MAX_SAFE_INTEGER ? "" : ` from ${minimum}`;
  return `${low}${high}`;
}

function listOf({items = {}, maxItems}: Schema): string {
  const kind = kindOf(items);
  const most = maxItems === undefined || maxItems > 1 ? "" : ", at most one";
  return `${kind === "one of these" ? "list of these" : `list of ${kind}`}${most}`;
}

/** What a value may be, in a few words. */
function kindOf(schema: Schema): string {
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(code).join(", ");
  const variants = variantsOf(schema);
  if (variants.length > 1 && variants.every(isMap)) return "one of these";
  if (variants.length > 0) return [...new Set(variants.map(kindOf))].join(" or ");
  const {type} = schema;
  if (typeof type === "object") return type.map((one) => kindOf({...schema, type: one})).join(" or ");
  switch (type) {
    case "null":
      return code("null");
    case "integer":
      return `whole number${rangeOf(schema)}`;
    case "number":
      return `number${rangeOf(schema)}`;
    case "boolean":
      return "true or false";
    case "array":
      return listOf(schema);
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

/** The maps that a value can be, those within others too. */
function mapsOf(schema: Schema): readonly Schema[] {
  return variantsOf(schema).flatMap((variant) => (isMap(variant) ? [variant] : mapsOf(variant)));
}

/** The key by which variants are told apart: one that each has with fixed values of its own. */
function nameOfVariants(variants: readonly Schema[]): string | undefined {
  const isFixed = (schema: Schema | undefined): boolean =>
    schema?.const !== undefined || (schema?.enum !== undefined && variants.length > 1);
  return Object.keys(variants[0]?.properties ?? {}).find((key) =>
    variants.every(({properties}) => isFixed(properties?.[key])),
  );
}

/** A variant, by its name where it has one, and its other keys; `name` with words of its own is told among them. */
function variantLines(
  variant: Schema,
  name: string | undefined,
  depth: number,
  known: Set<string>,
): string[] {
  const {[name ?? ""]: fixed, ...others} = variant.properties ?? {};
  const head = fixed === undefined ? "a map" : `\`${name}\` ${kindOf(fixed)}`;
  const said = fixed?.description === undefined ? "" : `: ${fixed.description}`;
  const rest = {...variant, properties: others};
  return [`${INDENT.repeat(depth)}- ${head}${said}`, ...mapLines(rest, depth + 1, known)];
}

/** What lies below a value. */
function innerLines(schema: Schema, depth: number): string[] {
  if (isMap(schema)) return mapLines(schema, depth, new Set());
  if (schema.items !== undefined) return innerLines(schema.items, depth);
  if (typeof schema.additionalProperties === "object") return innerLines(schema.additionalProperties, depth);
  const known = new Set<string>();
  const variants = mapsOf(schema);
  const name = nameOfVariants(variants);
  return variants.flatMap((variant) => variantLines(variant, name, depth, known));
}

function keyLines(key: string, schema: Schema, depth: number, isRequired: boolean): string[] {
  const said = schema.description === undefined ? "" : `: ${schema.description}`;
  const needed = isRequired && depth === 0 ? "; needed" : "";
  const line = `${INDENT.repeat(depth)}- **${code(key)}** (${kindOf(schema)}${defaultOf(schema)}${needed})${said}`;
  return [line, ...innerLines(schema, depth + 1)];
}

/**
 * The list of a closed map's keys, without a line feed at its end.
 * @param io `input`: as people write it, with defaults; `output`: as it is read back
 * @param shallow keys of which nothing below is told
 */
export function schemaKeys(
  schema: z.ZodType,
  io: "input" | "output",
  shallow: readonly string[] = [],
): string {
  const told: Schema = JSON.parse(JSON.stringify(z.toJSONSchema(schema, {io})));
  const properties = Object.entries(told.properties ?? {}).map(([key, value]) => {
    const {description = ""} = value;
    return [key, shallow.includes(key) ? {type: "object", description} : value] as const;
  });
  const isInput = io === "input" ? (told.required ?? []) : [];
  return mapLines(
    {...told, required: isInput, properties: Object.fromEntries(properties)},
    0,
    new Set(),
  ).join("\n");
}

/** Keys of which a schema says nothing, by their paths; none below a variant's name. */
export function wordlessKeys(schema: z.ZodType): readonly string[] {
  return schemaKeys(schema, "input")
    .split("\n")
    .filter((line) => /^ *- \*\*`[^`]*`\*\* \(.*\)$/.test(line) && !line.includes("`: "))
    .map((line) => line.trim());
}
