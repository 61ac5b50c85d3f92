import {type Content, element, type Look, type PageMarkup, pageColour} from "../../../drawing/index.ts";
import type {Tone} from "./verdict.ts";

/** Signs of a state, readable without colour. */
export const SIGNS: Readonly<Record<Tone, string>> = {good: "✓", bad: "✕", warn: "!", none: "…"};

/** A sign of a state; its words stand beside it, so screen readers skip it. */
export function stateSign(tone: Tone): PageMarkup {
  return element("span", {class: `sign ${tone}`, "aria-hidden": "true"}, SIGNS[tone]);
}

/** A part of the page under a heading. */
export function panel(id: string, title: string, ...children: readonly Content[]): PageMarkup {
  const heading = element("h2", {id: `${id}-title`}, title);
  return element("section", {id, class: "panel", "aria-labelledby": `${id}-title`}, heading, ...children);
}

/** A cell of a table: text, or more. */
export type TableCell = Content | readonly Content[];

/** The contents of a table. */
export interface Table {
  readonly caption: string;
  /**
   * Column heads. `#` at the end marks a column of numbers, aligned to the right; `~` marks one that a phone
   * has no room for.
   */
  readonly heads: readonly string[];
  /** Rows; the first cell names the row. */
  readonly rows: readonly (readonly TableCell[])[];
  /** A line below each row, over its whole width; undefined if there is nothing to add. */
  readonly remarks?: readonly (string | undefined)[];
  /** True if the last row is a sum. */
  readonly hasTotal?: boolean;
}

/** A table that opens at a click; none if it has no content. */
export function moreTable(summary: string, content: Table): readonly PageMarkup[] {
  return content.rows.length === 0 ? [] : [more(summary, table(content))];
}

/** A table with heads for rows and columns; its caption is for screen readers. */
export function table({caption, heads, rows, remarks = [], hasTotal = false}: Table): PageMarkup {
  const kinds = heads.map((head) => {
    const kind = [...(/#~?$/.test(head) ? ["number"] : []), ...(head.endsWith("~") ? ["roomy"] : [])].join(
      " ",
    );
    return kind === "" ? undefined : kind;
  });
  const head = heads.map((text, column) =>
    element("th", {scope: "col", class: kinds[column]}, text.replace(/#?~?$/, "")),
  );
  const cells = (cell: TableCell): readonly Content[] =>
    typeof cell === "string" || !("length" in cell) ? [cell] : cell;
  const bodyRow = (row: readonly TableCell[], kind: string | undefined): PageMarkup => {
    const [first = "", ...others] = row;
    const name = element("th", {scope: "row"}, ...cells(first));
    const values = others.map((cell, at) => element("td", {class: kinds[at + 1]}, ...cells(cell)));
    return element("tr", {class: kind}, name, ...values);
  };
  const body = rows.flatMap((row, index) => {
    const remark = remarks[index];
    const kind = hasTotal && index === rows.length - 1 ? "total" : undefined;
    if (remark === undefined) return [bodyRow(row, kind)];
    const below = element("tr", {class: "remark"}, element("td", {colspan: heads.length}, remark));
    return [bodyRow(row, "remarked"), below];
  });
  return element(
    "table",
    {},
    element("caption", {class: "unseen"}, caption),
    element("thead", {}, element("tr", {}, ...head)),
    element("tbody", {}, ...body),
  );
}

/** Names and their meanings. */
export function facts(pairs: readonly (readonly [name: string, value: Content])[]): PageMarkup {
  const all = pairs.map(([name, value]) =>
    element("div", {}, element("dt", {}, name), element("dd", {}, value)),
  );
  return element("dl", {class: "facts"}, ...all);
}

/** Content that opens at a click. */
export function more(summary: string, ...children: readonly Content[]): PageMarkup {
  return element("details", {}, element("summary", {}, summary), ...children);
}

/** Text that belongs to the words before it: behind them, or below them on a phone. */
export function also(text: string): PageMarkup {
  return element("span", {class: "also"}, ` ${text}`);
}

/** A quiet line. */
export function note(...children: readonly Content[]): PageMarkup {
  return element("p", {class: "note"}, ...children);
}

/** The look of a drawing of that width in pixels: words beside it name what it shows. */
export function pageLook(width: number): Look {
  return {colour: pageColour, width, plotHeight: 152, isNarrow: true, note: null, prefix: "drawn"};
}
