import {escapeText, type PageMarkup, written} from "../../drawing/index.ts";

/** Text that is already HTML or SVG, with everything in it escaped. */
export interface Markup {
  readonly markup: string;
}

/**
 * Content of {@link html}: markup and elements as they are, words and numbers escaped, null for nothing, lists
 * item by item.
 */
export type Child = Markup | PageMarkup | string | number | null | readonly Child[];

function isList(child: Child): child is readonly Child[] {
  return Array.isArray(child);
}

function textOf(child: Child): string {
  if (child === null) return "";
  if (isList(child)) return child.map(textOf).join("");
  if (typeof child !== "object") return escapeText(String(child));
  return "markup" in child ? child.markup : written(child);
}

/**
 * Creates markup from a template. Inserted values are escaped unless they are markup, also inside quoted
 * attributes.
 */
export function html(parts: TemplateStringsArray, ...children: readonly Child[]): Markup {
  return {markup: parts.map((part, place) => part + textOf(children[place] ?? null)).join("")};
}
