import {type Child, html, type Markup} from "./charts/markup.ts";

/** A column of a table. */
export interface Column {
  readonly head: string;
  /** True if the column contains numbers, which are aligned to the right. */
  readonly isNumber?: boolean;
  /** True if the column contains text in several lines. */
  readonly isText?: boolean;
}

/** Creates a table that scrolls sideways on a phone. The first cell of a row is its head. */
export function scrollingTable(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Child[])[],
): Markup {
  const kinds = columns.map(({isNumber = false, isText = false}) => {
    if (isNumber) return html` class="num"`;
    return isText ? html` class="text"` : null;
  });
  const kind = (place: number): Markup | null => kinds[place] ?? null;
  const head = columns.map(({head: text}, place) => html`<th scope="col"${kind(place)}>${text}</th>`);
  const lines = rows.map(
    (cells) =>
      html`<tr>${cells.map((cell, place) => (place === 0 ? html`<th scope="row"${kind(0)}>${cell}</th>` : html`<td${kind(place)}>${cell}</td>`))}</tr>`,
  );
  return html`<p class="caption">${caption}</p><div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table aria-label="${caption}"><thead><tr>${head}</tr></thead><tbody>${lines}</tbody></table></div>`;
}
