import {NARROW, WIDE} from "./look.ts";
import {html, type Markup} from "./markup.ts";
import type {Picture} from "./picture.ts";

/**
 * Returns a picture in the page, once for desktop and once for a phone, with its caption; null if there is
 * none.
 */
export function pictureFigure({caption, draw}: Picture, name: string): Markup | null {
  const named: Picture["caption"] = {...caption, id: name};
  const picture = {caption: named, draw};
  const wide = picture.draw({...WIDE, prefix: `w-${name}`});
  const narrow = picture.draw({...NARROW, prefix: `n-${name}`});
  if (wide === null || narrow === null) return null;
  return html`<figure><div class="w">${wide}</div><div class="n">${narrow}</div><figcaption><b>${caption.title}.</b> ${caption.description}</figcaption></figure>`;
}
