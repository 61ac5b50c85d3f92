import {z} from "zod";
import {lineText} from "./visible-text.ts";

/** Marks of direction. They are escaped for display, but belong to titles in some languages. */
const DIRECTIONS = /\p{Bidi_Control}/gu;

/** One line for people, such as a title. White space may follow it, as in a folded text in YAML. */
export const lineSchema = z
  .string()
  .min(1)
  .refine((text) => isLine(text.trimEnd().replaceAll(DIRECTIONS, "")), {
    error: "must be one line without control characters",
  });

function isLine(text: string): boolean {
  return lineText(text) === text;
}
