import {z} from "zod";
import {lineText} from "./visible-text.ts";

/** Marks of direction, which are escaped where they are shown, but are part of titles in some languages. */
const DIRECTIONS = /\p{Bidi_Control}/gu;

/** One line for people, such as a title; what is behind its end, as of a folded text in YAML, may be blank. */
export const lineSchema = z
  .string()
  .min(1)
  .refine((text) => isLine(text.trimEnd().replaceAll(DIRECTIONS, "")), {
    error: "must be one line without control characters",
  });

function isLine(text: string): boolean {
  return lineText(text) === text;
}
