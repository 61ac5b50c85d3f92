import fc from "fast-check";
import {expect, it} from "vitest";
import {element, escapeText, markupText, written} from "../../src/drawing/index.ts";

it("an element is written with its attributes, and closes itself without children", () => {
  const drawn = element(
    "g",
    {id: "a", width: 2.5, hidden: true, class: undefined, open: false},
    element("rect"),
    "1 < 2",
  );
  expect(written(drawn)).toBe('<g id="a" width="2.5" hidden=""><rect/>1 &lt; 2</g>');
  expect(written(element("text", {}, ""))).toBe("<text></text>");
  expect(markupText(drawn)).toBe(" 1 < 2");
});

it("no text becomes markup, in an element or in an attribute", () => {
  const plain = (text: string): string =>
    text
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&quot;", '"')
      .replaceAll("&#39;", "'")
      .replaceAll("&amp;", "&");
  fc.assert(
    fc.property(fc.string({unit: fc.constantFrom(...Array.from("<>&\"'alt;#39"))}), (text) => {
      expect(escapeText(text)).not.toMatch(/[<>"']/);
      expect(plain(escapeText(text))).toBe(text);
      expect(written(element("a", {title: text}, text))).toBe(
        `<a title="${escapeText(text)}">${escapeText(text)}</a>`,
      );
    }),
  );
});
