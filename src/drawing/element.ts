/** An element of a page or a drawing as data. Text is text: nothing in it is ever read as HTML. */
export interface PageMarkup {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Content[];
}

/** Anything that can stand in an element. */
export type Content = PageMarkup | string;

/** Attributes in their written form; numbers become text, and undefined or false ones are left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element. */
export function element(
  tag: string,
  attributes: Attributes = {},
  ...children: readonly Content[]
): PageMarkup {
  const given = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined || value === false ? [] : [[name, value === true ? "" : String(value)] as const],
  );
  return {tag, attributes: Object.fromEntries(given), children};
}

/** All text in `content`, in order, with a space between parts. */
export function markupText(content: Content): string {
  return typeof content === "string" ? content : content.children.map(markupText).join(" ");
}

/** `text` as HTML and SVG write it, also inside quoted attributes. */
export function escapeText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** `content` in writing, with everything in it escaped. An element without children closes itself, as in SVG. */
export function written(content: Content): string {
  if (typeof content === "string") return escapeText(content);
  const {tag, attributes, children} = content;
  const given = Object.entries(attributes).map(([name, value]) => ` ${name}="${escapeText(value)}"`);
  const head = `<${tag}${given.join("")}`;
  return children.length === 0 ? `${head}/>` : `${head}>${children.map(written).join("")}</${tag}>`;
}
