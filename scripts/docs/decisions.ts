import {readdirSync, readFileSync} from "node:fs";
import path from "node:path";

const FOLDER = path.resolve(import.meta.dirname, "../../docs/adr");
const TITLE = /^# (?<number>\d+)\. (?<title>.+)$/m;

/** The decisions, oldest first, as a list of links. */
export function decisionList(): string {
  return readdirSync(FOLDER)
    .filter((name) => /^\d{4}-.*\.md$/.test(name))
    .sort()
    .map((name) => {
      const {number = "", title = ""} =
        TITLE.exec(readFileSync(path.join(FOLDER, name), "utf8"))?.groups ?? {};
      if (title === "") throw new Error(`${name} has no title`);
      return `${Number(number)}. [${title}](${name})`;
    })
    .join("\n");
}
