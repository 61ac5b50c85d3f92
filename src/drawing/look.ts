/** The colours of a drawing: grounds, words, lines, verdicts, and series that the colour-blind can distinguish. */
export type ColourName =
  | "paper"
  | "panel"
  | "ink"
  | "muted"
  | "rule"
  | "grid"
  | "good"
  | "bad"
  | "warn"
  | `s${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7}`
  | "local";

/** The surroundings of a drawing. */
export interface Look {
  /** Returns a colour as an attribute's value. */
  colour(name: ColourName): string;
  /** Width of the drawing in pixels. */
  readonly width: number;
  /** Height of a line chart's plot in pixels, without labels. */
  readonly plotHeight: number;
  /** True if there is no room beside the plot, as on a phone. */
  readonly isNarrow: boolean;
  /** Words under the drawing that must travel with it; null within a page that contains them. */
  readonly note: string | null;
  /** Prefix of ids, which must differ within a page. */
  readonly prefix: string;
}

/** A {@link Look.colour} of a page whose style sheet defines the colours as custom properties. */
export const pageColour = (name: ColourName): string => `var(--${name})`;
