import {readdirSync, readFileSync} from "node:fs";
import path from "node:path";
import {ruleOf, STATUS_OF_CODE} from "../../src/cli/exit-status.ts";

const SRC = path.resolve(import.meta.dirname, "../../src");
const LISTED = /\/\*\*\s(?<says>[^*]+(?:\*(?!\/)[^*]*)*)\*\/\s*\| "(?<code>[A-Z0-9_]+)"/g;

interface ListedCode {
  readonly code: string;
  readonly says: string;
}

/** The codes of a room with their docstrings, from its errors.ts. */
function codesOf(room: string): ListedCode[] {
  const file = path.join(SRC, room, "errors.ts");
  return [...readFileSync(file, "utf8").matchAll(LISTED)].map(({groups}) => {
    const {says = "", code = ""} = groups ?? {};
    return {
      code,
      says: says
        .replaceAll(/\s*\n\s*\*?\s*/g, " ")
        .replace(/^\* /, "")
        .trim(),
    };
  });
}

function rowOf({code, says}: ListedCode): string {
  const rule = ruleOf(code);
  if (rule === undefined) throw new Error(`${code} has no exit status`);
  return `| \`${code}\` | ${says.replaceAll(/\{@link (\S+?)\}/g, "`$1`")} | ${STATUS_OF_CODE[rule]} |`;
}

/** Every error code with its meaning and the exit status of a command that ends by it, room by room. */
export function errorCodes(): string {
  const rooms = readdirSync(SRC, {recursive: true, encoding: "utf8"})
    .filter((file) => /^[^/]+\/errors\.ts$/.test(file))
    .map((file) => path.dirname(file))
    .sort();
  return rooms
    .map((room) =>
      [`## ${room}`, "", "| code | meaning | exit |", "|---|---|---|", ...codesOf(room).map(rowOf)].join(
        "\n",
      ),
    )
    .join("\n\n");
}
