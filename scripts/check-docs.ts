/*
 * Holds the documents to what is there: every relative link and anchor leads somewhere, every `npm run X` and
 * `consilium X` that they name exists, and lists of keys, columns, codes, rooms and decisions are those of the code.
 * `npm run docs`; with `-- --write` these are renewed.
 */
import {spawnSync} from "node:child_process";
import {existsSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import path from "node:path";
import {z} from "zod";
import {experimentSchema} from "../src/config/index.ts";
import {RESULT_COLUMNS, ROUND_COLUMNS} from "../src/study/outputs/results-csv.ts";
import {summarySchema} from "../src/study/outputs/summary-schema.ts";
import {decisionList} from "./docs/decisions.ts";
import {egressFields, egressMessages} from "./docs/egress.ts";
import {errorCodes} from "./docs/error-codes.ts";
import {roomDiagram} from "./docs/rooms.ts";
import {schemaKeys, wordlessKeys} from "./docs/schema-keys.ts";

const ROOT = path.resolve(import.meta.dirname, "..");

function documents(): readonly string[] {
  const inDocs = readdirSync(path.join(ROOT, "docs"), {recursive: true, encoding: "utf8"});
  return [...readdirSync(ROOT), ...inDocs.map((name) => path.join("docs", name))].filter((name) =>
    name.endsWith(".md"),
  );
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```/gm, "").replaceAll(/`[^`\n]*`/g, "");
}

function codeOf(text: string): string {
  return [...text.matchAll(/^```[\s\S]*?^```|`[^`\n]*`/gm)].map(([code]) => code).join("\n");
}

/** Anchors of a document's headings, as the usual renderers make them. */
function anchorsOf(file: string): ReadonlySet<string> {
  const headings = [
    ...readFileSync(file, "utf8")
      .replaceAll(/^```[\s\S]*?^```/gm, "")
      .matchAll(/^#+ +(.*)$/gm),
  ];
  return new Set(
    headings.map(([, title = ""]) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

function deadLinks(document: string, text: string): readonly string[] {
  const targets = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return targets
    .filter((target) => !/^[a-z][a-z+.-]*:/.test(target))
    .filter((target) => {
      const [file = "", anchor] = target.split("#");
      const found =
        file === "" ? path.join(ROOT, document) : path.resolve(ROOT, path.dirname(document), file);
      if (!existsSync(found)) return true;
      return anchor !== undefined && found.endsWith(".md") && !anchorsOf(found).has(anchor);
    })
    .map((target) => `${document}: the link ${target} leads nowhere`);
}

function unknownScripts(document: string, text: string): readonly string[] {
  const {scripts} = z
    .object({scripts: z.record(z.string(), z.string())})
    .parse(JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")));
  const runs = [...codeOf(text).matchAll(/\bnpm run (?:--?\S+ )*([a-z:-]+)/g)].map(([, name = ""]) => name);
  const direct = [...codeOf(text).matchAll(/\bnpm (start|test)\b/g)].map(([, name = ""]) => name);
  return [...runs, ...direct]
    .filter((name) => scripts[name] === undefined)
    .map((name) => `${document}: there is no npm script ${name}`);
}

function unknownCommands(document: string, text: string): readonly string[] {
  const named = [...codeOf(text).matchAll(/(?:^|[`$] ?|npx )consilium ([a-z][a-z-]*)/gm)].map(
    ([, name = ""]) => name,
  );
  if (named.length === 0) return [];
  const {stdout} = spawnSync(process.execPath, [path.join(ROOT, "dist/cli/main.js"), "--help"], {
    encoding: "utf8",
  });
  const known = new Set(
    [...stdout.matchAll(/^ +(?:\S*consilium\S* )([a-z][a-z-]*)/gm)].map(([, name = ""]) => name),
  );
  return named
    .filter((name) => !known.has(name))
    .map((name) => `${document}: there is no command consilium ${name}`);
}

/** Parts of documents that are written from the code: between `<!-- NAME: ... -->` and `<!-- end of NAME -->`. */
const LISTS: readonly {readonly document: string; readonly name: string; text(): string | Promise<string>}[] =
  [
    {
      document: "docs/experiment-file.md",
      name: "keys",
      text: () => schemaKeys(experimentSchema, "input"),
    },
    {document: "docs/simulation-outputs.md", name: "results.csv", text: () => columnTable(RESULT_COLUMNS)},
    {document: "docs/simulation-outputs.md", name: "rounds.csv", text: () => columnTable(ROUND_COLUMNS)},
    {
      document: "docs/simulation-outputs.md",
      name: "summary.json",
      text: () => schemaKeys(summarySchema, "output", ["experiment"]),
    },
    {document: "docs/architecture.md", name: "rooms", text: roomDiagram},
    {document: "docs/errors.md", name: "codes", text: errorCodes},
    {document: "docs/egress.md", name: "messages", text: egressMessages},
    {document: "docs/egress.md", name: "fields", text: egressFields},
    {document: "docs/adr/README.md", name: "decisions", text: decisionList},
  ];

/** Columns of a CSV file as a Markdown table. */
function columnTable(columns: readonly {readonly name: string; readonly says: string}[]): string {
  const rows = columns.map(({name, says}) => `| \`${name}\` | ${says} |`);
  return ["| column | what it holds |", "|---|---|", ...rows].join("\n");
}

/** Holds the lists against the schemas, or renews them. */
async function staleLists(): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const {document, name, text: part} of LISTS) {
    const file = path.join(ROOT, document);
    const text = readFileSync(file, "utf8");
    const begin = `<!-- ${name}: `;
    const end = `<!-- end of ${name} -->`;
    const from = text.indexOf("\n", text.indexOf(begin)) + 1;
    const to = text.indexOf(end);
    if (!text.includes(begin) || to < from) {
      faults.push(`${document}: has no list ${name}`);
      continue;
    }
    const renewed = `${text.slice(0, from)}\n${await part()}\n\n${text.slice(to)}`;
    if (renewed === text) continue;
    if (process.argv.includes("--write")) writeFileSync(file, renewed);
    else faults.push(`${document}: its list ${name} is not what the code says; use --write`);
  }
  return faults;
}

/** Keys of an experiment file that the schema says nothing of: the list is a researcher's list of features. */
const wordless = wordlessKeys(experimentSchema).map(
  (line) => `an experiment's key is not explained: ${line}`,
);

/** Pages that nobody finds from docs/README.md. */
function unlisted(): readonly string[] {
  const index = readFileSync(path.join(ROOT, "docs/README.md"), "utf8");
  return readdirSync(path.join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md") && name !== "README.md" && !index.includes(`](${name})`))
    .map((name) => `docs/README.md: does not name ${name}`);
}

const stale = [...(await staleLists()), ...wordless, ...unlisted()];
const checked = documents();
const faults = [
  ...stale,
  ...checked.flatMap((document) => {
    const text = readFileSync(path.join(ROOT, document), "utf8");
    // Decisions record what was thought of at the time; only a living document must name what exists.
    const commands = document.includes("adr") ? [] : unknownCommands(document, text);
    return [...deadLinks(document, text), ...unknownScripts(document, text), ...commands];
  }),
];
for (const fault of faults) console.error(fault);
console.log(`documents: ${checked.length} read, ${faults.length} faults`);
if (faults.length > 0) process.exitCode = 1;
