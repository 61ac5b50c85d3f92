import {describe, expect, it} from "vitest";
import {lineText, visibleText} from "../../src/core/index.ts";

const ESCAPE = String.fromCharCode(0x1b);
const PWNED = `${ESCAPE}]0;PWNED${String.fromCharCode(7)}${ESCAPE}[2J`;
/** DEL, a C1 control that some terminals take for ESC [, bidirectional overrides, separators of lines. */
const ODD = [0x7f, 0x9b, 0x61c, 0x200e, 0x200f, 0x202a, 0x202e, 0x2066, 0x2069, 0x2028, 0x2029];

describe("foreign text on its way to a terminal", () => {
  it("shows controls as escapes, and keeps everything else", () => {
    expect(visibleText(PWNED)).toBe("\\u001b]0;PWNED\\u0007\\u001b[2J");
    for (const code of ODD) {
      const shown = `a\\u${code.toString(16).padStart(4, "0")}b`;
      expect(visibleText(`a${String.fromCharCode(code)}b`)).toBe(shown);
    }
    const fine = "Universitätsklinikum 北京 · α≤β \t 👩‍⚕️\nnext";
    expect(visibleText(fine)).toBe(fine);
    expect(visibleText("over\rwritten")).toBe("over\\u000dwritten");
  });

  it("makes one line of what must be one", () => {
    expect(lineText("a\nALERT\tb")).toBe("a\\u000aALERT\\u0009b");
  });

  it("leaves JSON the JSON of the same value", () => {
    const value = {field: `${PWNED}${ODD.map((code) => String.fromCharCode(code)).join("")}\n`};
    const text = visibleText(JSON.stringify(value, null, 2));
    expect(JSON.parse(text)).toEqual(value);
    expect(text).toBe(visibleText(text));
  });
});
