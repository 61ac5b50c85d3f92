import {present} from "../../core/index.ts";
/** Text that is already HTML or SVG, with everything in it escaped. */
export interface Markup {
  readonly markup: string;
}

/**
 * Content of {@link html}: markup as it is, words and numbers escaped, null for nothing, lists item by item.
 */
export type Child = Markup | string | number | null | readonly Child[];

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeText(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => present(ESCAPES[character], "the escape of a character"));
}

function isList(child: Child): child is readonly Child[] {
  return Array.isArray(child);
}

function textOf(child: Child): string {
  if (child === null) return "";
  if (isList(child)) return child.map(textOf).join("");
  return typeof child === "object" ? child.markup : escapeText(String(child));
}

/**
 * Creates markup from a template. Inserted values are escaped unless they are markup, also inside quoted
 * attributes.
 */
export function html(parts: TemplateStringsArray, ...children: readonly Child[]): Markup {
  return {markup: parts.map((part, place) => part + textOf(children[place] ?? null)).join("")};
}
