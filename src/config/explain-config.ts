import {parse} from "yaml";
import type {z} from "zod";
import {loadNodeConfig, nodeConfigSchema} from "./node-config.ts";
import {readTextFile} from "./text-file.ts";

/** One value of a node's configuration. */
export interface ExplainedValue {
  /** Its path, such as `status.port`. */
  readonly key: string;
  readonly value: unknown;
  readonly origin: "file" | "default";
  /** Purpose of the key. */
  readonly means: string;
}

/** The schema below optional wrappers, and the nearest description on the way. */
function unwrapped(schema: z.core.$ZodType): {readonly inner: z.core.$ZodType; readonly means: string} {
  let inner = schema;
  let means = descriptionOf(inner);
  for (let next = innerOf(inner); next !== undefined; next = innerOf(inner)) {
    inner = next;
    if (means === "") means = descriptionOf(inner);
  }
  return {inner, means};
}

function innerOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  const {def} = schema._zod;
  return "innerType" in def ? (def.innerType as z.core.$ZodType) : undefined;
}

function descriptionOf(schema: z.core.$ZodType): string {
  return "description" in schema && typeof schema.description === "string" ? schema.description : "";
}

function shapeOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> | undefined {
  const {def} = schema._zod;
  return "shape" in def ? (def.shape as Record<string, z.core.$ZodType>) : undefined;
}

function entriesOf(
  schema: z.core.$ZodType,
  {key, value, written}: {readonly key: string; readonly value: unknown; readonly written: unknown},
): ExplainedValue[] {
  const {inner, means} = unwrapped(schema);
  const shape = shapeOf(inner);
  if (value === undefined) return [];
  if (shape === undefined) return [{key, value, origin: written === undefined ? "default" : "file", means}];
  return Object.entries(shape).flatMap(([name, part]) =>
    entriesOf(part, {
      key: key === "" ? name : `${key}.${name}`,
      value: Reflect.get(Object(value), name),
      written: Reflect.get(Object(written), name),
    }),
  );
}

/**
 * Explains every value that a node started with the `node.yaml` at `path` would have, with its origin and its
 * purpose.
 * @throws {CodedError} CONFIG_UNREADABLE, CONFIG_INVALID
 */
export async function explainConfig(path: string): Promise<readonly ExplainedValue[]> {
  const value = await loadNodeConfig(path);
  const written: unknown = parse(await readTextFile(path));
  return entriesOf(nodeConfigSchema, {key: "", value, written});
}
