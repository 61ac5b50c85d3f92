import type {Look} from "./look.ts";
import {type Child, html, type Markup} from "./markup.ts";
import type {ColourName} from "./palette.ts";

/** Title and description of a drawing, for readers who cannot see it. */
export interface Caption {
  /** Part of ids and of the file's name. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', Arial, sans-serif";

const NOTE_HEIGHT = 22;

/** Formats a coordinate with at most two decimals. */
export function px(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** Creates a drawing of the look's width and the given height, with title and description. */
export function drawing(look: Look, caption: Caption, height: number, children: Child): Markup {
  const id = `${look.prefix}-${caption.id}`;
  const tall = look.note === null ? height : height + NOTE_HEIGHT;
  const note =
    look.note === null
      ? null
      : words(look, [look.width - 6, tall - 8], look.note, {anchor: "end", size: 11, colour: "muted"});
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${look.width} ${px(tall)}" width="${look.width}" height="${px(tall)}" role="img" aria-labelledby="${id}-t ${id}-d" font-family="${FONT}" font-size="12"><title id="${id}-t">${caption.title}</title><desc id="${id}-d">${caption.description}</desc><rect width="${look.width}" height="${px(tall)}" fill="${look.colour("paper")}"/>${children}${note}</svg>`;
}

/** Style of words in a drawing. */
export interface WordStyle {
  readonly anchor?: "start" | "middle" | "end";
  readonly size?: number;
  readonly colour?: ColourName;
  readonly isBold?: boolean;
  /** True if lines behind the words are interrupted. */
  readonly hasHalo?: boolean;
}

/** Draws words at a place; y is that of the base line. */
export function words(
  look: Look,
  at: readonly [number, number],
  text: string,
  style: WordStyle = {},
): Markup {
  const {anchor = "start", size = 12, colour = "ink", isBold = false, hasHalo = false} = style;
  const weight = isBold ? html` font-weight="600"` : null;
  const place = html`x="${px(at[0])}" y="${px(at[1])}" text-anchor="${anchor}" font-size="${size}"${weight}`;
  const paper = look.colour("paper");
  // A second text instead of paint-order, which few drawing programs support.
  const halo = html`<text ${place} fill="${paper}" stroke="${paper}" stroke-width="4" aria-hidden="true">${text}</text>`;
  return html`${hasHalo ? halo : null}<text ${place} fill="${look.colour(colour)}">${text}</text>`;
}

/** Style of a line. */
export interface StrokeStyle {
  readonly colour: ColourName;
  readonly width?: number;
  readonly dash?: string;
  readonly opacity?: number;
}

function strokeAttributes(look: Look, {colour, width = 1, dash = "none", opacity}: StrokeStyle): Markup {
  const dashes = dash === "none" ? null : html` stroke-dasharray="${dash}"`;
  const veil = opacity === undefined ? null : html` stroke-opacity="${px(opacity)}"`;
  return html` stroke="${look.colour(colour)}" stroke-width="${px(width)}"${dashes}${veil}`;
}

/** Draws a straight line from one place to another. */
export function line(
  look: Look,
  from: readonly [number, number],
  to: readonly [number, number],
  style: StrokeStyle,
): Markup {
  return html`<line x1="${px(from[0])}" y1="${px(from[1])}" x2="${px(to[0])}" y2="${px(to[1])}"${strokeAttributes(look, style)}/>`;
}

/** Draws a line through places. */
export function path(look: Look, places: readonly (readonly [number, number])[], style: StrokeStyle): Markup {
  const steps = places.map(([x, y], place) => `${place === 0 ? "M" : "L"}${px(x)} ${px(y)}`).join("");
  return html`<path d="${steps}" fill="none" stroke-linejoin="round" stroke-linecap="${style.dash === undefined || style.dash === "none" ? "round" : "butt"}"${strokeAttributes(look, style)}/>`;
}

/** Draws a filled, transparent shape with corners at places. */
export function area(
  look: Look,
  places: readonly (readonly [number, number])[],
  colour: ColourName,
  opacity: number,
): Markup {
  const steps = places.map(([x, y], place) => `${place === 0 ? "M" : "L"}${px(x)} ${px(y)}`).join("");
  return html`<path d="${steps}Z" fill="${look.colour(colour)}" fill-opacity="${px(opacity)}"/>`;
}

/** Draws a dot. Hollow dots are filled with paper. */
export function dot(
  look: Look,
  at: readonly [number, number],
  radius: number,
  {colour, isHollow = false}: {readonly colour: ColourName; readonly isHollow?: boolean},
): Markup {
  return html`<circle cx="${px(at[0])}" cy="${px(at[1])}" r="${px(radius)}" fill="${look.colour(isHollow ? "paper" : colour)}" stroke="${look.colour(colour)}" stroke-width="1.75"/>`;
}
