import {element, type PageMarkup} from "./element.ts";
import type {ColourName, Look} from "./look.ts";
import type {Scale} from "./scale.ts";
import {textWidth} from "./text-width.ts";

/** Anything that can stand in a drawing: an element, null for nothing, or a list of these. */
export type Shape = PageMarkup | null | readonly Shape[];

/** A place in a drawing, in pixels to the right and down. */
export type Place = readonly [x: number, y: number];

/** Title and description of a drawing, for readers who cannot see it. */
export interface Caption {
  /** Part of ids and of the file's name. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', Arial, sans-serif";

const NOTE_HEIGHT = 22;

const isMarkup = (shape: Shape): shape is PageMarkup => shape !== null && "tag" in shape;

function elementsOf(shape: Shape): readonly PageMarkup[] {
  if (isMarkup(shape)) return [shape];
  return shape === null ? [] : shape.flatMap(elementsOf);
}

/** Formats a coordinate with at most two decimals. */
function px(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** Creates a drawing of the look's width and the given height, with title and description. */
export function drawing(look: Look, caption: Caption, height: number, shapes: Shape): PageMarkup {
  const {width, note, prefix} = look;
  const id = `${prefix}-${caption.id}`;
  const tall = note === null ? height : height + NOTE_HEIGHT;
  const size = {width, height: px(tall)};
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${width} ${size.height}`,
      ...size,
      role: "img",
      "aria-labelledby": `${id}-t ${id}-d`,
      "font-family": FONT,
      "font-size": 12,
    },
    element("title", {id: `${id}-t`}, caption.title),
    element("desc", {id: `${id}-d`}, caption.description),
    element("rect", {...size, fill: look.colour("paper")}),
    ...elementsOf(shapes),
    ...elementsOf(
      note === null
        ? null
        : words(look, [width - 6, tall - 8], note, {anchor: "end", size: 11, colour: "muted"}),
    ),
  );
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
export function words(look: Look, [x, y]: Place, text: string, style: WordStyle = {}): Shape {
  const {anchor = "start", size = 12, colour = "ink", isBold = false, hasHalo = false} = style;
  const weight = isBold ? 600 : undefined;
  const place = {x: px(x), y: px(y), "text-anchor": anchor, "font-size": size, "font-weight": weight};
  const paper = look.colour("paper");
  // A second text instead of paint-order, which few drawing programs support.
  const halo = {...place, fill: paper, stroke: paper, "stroke-width": 4, "aria-hidden": "true"};
  return [
    hasHalo ? element("text", halo, text) : null,
    element("text", {...place, fill: look.colour(colour)}, text),
  ];
}

/** Style of a line. */
export interface StrokeStyle {
  readonly colour: ColourName;
  readonly width?: number;
  /** SVG stroke-dasharray, or "none". */
  readonly dash?: string;
  readonly opacity?: number;
}

const strokeOf = (look: Look, {colour, width = 1, dash = "none", opacity}: StrokeStyle) => ({
  stroke: look.colour(colour),
  "stroke-width": px(width),
  "stroke-dasharray": dash === "none" ? undefined : dash,
  "stroke-opacity": opacity === undefined ? undefined : px(opacity),
});

/** Draws a straight line from one place to another. */
export function line(look: Look, from: Place, to: Place, style: StrokeStyle): PageMarkup {
  const ends = {x1: px(from[0]), y1: px(from[1]), x2: px(to[0]), y2: px(to[1])};
  return element("line", {...ends, ...strokeOf(look, style)});
}

const steps = (places: readonly Place[]): string =>
  `M${places.map(([x, y]) => `${px(x)} ${px(y)}`).join("L")}`;

/** Draws a line through places. */
export function path(look: Look, places: readonly Place[], style: StrokeStyle): PageMarkup {
  const cap = style.dash === undefined || style.dash === "none" ? "round" : "butt";
  return element("path", {
    d: steps(places),
    fill: "none",
    "stroke-linejoin": "round",
    "stroke-linecap": cap,
    ...strokeOf(look, style),
  });
}

/** Draws a filled, transparent shape with corners at places. */
export function area(look: Look, places: readonly Place[], colour: ColourName, opacity: number): PageMarkup {
  return element("path", {d: `${steps(places)}Z`, fill: look.colour(colour), "fill-opacity": px(opacity)});
}

/** Draws a dot. Hollow dots are filled with paper. */
export function dot(
  look: Look,
  [x, y]: Place,
  radius: number,
  {colour, isHollow = false}: {readonly colour: ColourName; readonly isHollow?: boolean},
): PageMarkup {
  const [fill, stroke] = [look.colour(isHollow ? "paper" : colour), look.colour(colour)];
  return element("circle", {cx: px(x), cy: px(y), r: px(radius), fill, stroke, "stroke-width": 1.75});
}

/**
 * Draws a horizontal axis's ticks, as marks under `bottom` or as grid lines from `top`, with their labels inside
 * the drawing.
 */
export function ticksBelow(look: Look, x: Scale, bottom: number, top: number | null): Shape {
  const [colour, from, to, drop] =
    top === null ? (["rule", bottom, bottom + 5, 19] as const) : (["grid", top, bottom, 18] as const);
  return x.ticks.map((tick) => {
    const label = x.label(tick);
    const middle = Math.min(x.at(tick), look.width - textWidth(label) / 2);
    return [
      line(look, [x.at(tick), from], [x.at(tick), to], {colour}),
      words(look, [middle, bottom + drop], label, {anchor: "middle", colour: "muted"}),
    ];
  });
}
