import {execFile} from "node:child_process";
import {access, constants, copyFile, readFile, rename, rm, writeFile} from "node:fs/promises";
import {delimiter, join} from "node:path";
import {pathToFileURL} from "node:url";
import {promisify} from "node:util";
import {at, CodedError, present} from "../../core/index.ts";
import type {CliErrorCode} from "../errors.ts";
import {makeTemporary} from "../output-file.ts";

/** Names of a Chromium program. */
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/** Pixels of the picture for each of the drawing's: sharp in print and on dense screens. */
const SCALE = 2;
const TIMEOUT_MS = 60_000;
const FLAGS = [
  "--headless",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--hide-scrollbars",
  "--host-resolver-rules=MAP * ~NOTFOUND",
];

type Variables = Readonly<Record<string, string | undefined>>;

async function isProgram(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/**
 * Finds the browser that draws: the one that CHROMIUM names, else the first Chromium or Chrome in PATH.
 * @throws CLI_BROWSER_MISSING
 */
export async function findBrowser({CHROMIUM, PATH = ""}: Variables): Promise<string> {
  const folders = PATH.split(delimiter);
  const known =
    CHROMIUM === undefined
      ? NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))
      : [CHROMIUM];
  for (const path of known) if (await isProgram(path)) return path;
  const what =
    CHROMIUM === undefined ? "no Chromium or Chrome is in PATH" : `CHROMIUM=${CHROMIUM} is no program`;
  throw new CodedError<CliErrorCode>("CLI_BROWSER_MISSING", `${what}, which --png and --pdf draw with`, {
    hint: "Install Chromium, name one in CHROMIUM, or leave them out: the SVG files are written in any case.",
  });
}

/** Width and height of an SVG file, in pixels. */
function sizeOf(svg: string): readonly [string, string] {
  const [, width, height] = present(
    /<svg [^>]*width="(\d+)" height="(\d+)"/.exec(svg),
    "the size of a picture that was drawn here",
  );
  return [present(width, "a picture's width"), present(height, "a picture's height")];
}

/** The way to request a file from a browser, and the file's ending. */
interface Print {
  readonly ending: "png" | "pdf";
  /** Flags, and the address of the page to draw; the browser writes to `drawn`. */
  words(drawn: string): Promise<readonly string[]>;
}

/** Runs the browser once, in a profile of its own; the file is complete as soon as it is there. */
async function print(
  browser: string,
  profile: string,
  source: string,
  {ending, words}: Print,
): Promise<void> {
  // Chromium's own sandbox does not work for root; this program wrote everything that it is given to draw.
  const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const drawn = join(profile, `drawn.${ending}`);
  const place = [`--user-data-dir=${profile}`, ...(await words(drawn))];
  await promisify(execFile)(browser, [...FLAGS, ...asRoot, ...place], {timeout: TIMEOUT_MS});
  const printed = source.replace(/\.[a-z]+$/, `.${ending}`);
  const draft = `${printed}.part`;
  await copyFile(drawn, draft);
  await rename(draft, printed);
  await rm(drawn);
}

function pngOf(svg: string): Print {
  return {
    ending: "png",
    async words(drawn) {
      const size = sizeOf(await readFile(svg, "utf8")).join(",");
      return [
        `--force-device-scale-factor=${SCALE}`,
        `--window-size=${size}`,
        `--screenshot=${drawn}`,
        pathToFileURL(svg).href,
      ];
    },
  };
}

const toPdf = (drawn: string): readonly string[] => ["--no-pdf-header-footer", `--print-to-pdf=${drawn}`];

/** A picture on a sheet of its own size: lines stay lines, and letters stay letters in an embedded font. */
function pdfOf(svg: string, profile: string): Print {
  return {
    ending: "pdf",
    async words(drawn) {
      const text = await readFile(svg, "utf8");
      const [width, height] = sizeOf(text);
      const sheet = join(profile, "sheet.html");
      // The sheet is a pixel higher than the picture: rounding must not begin a second one.
      const style = `@page{size:${width}px ${Number(height) + 1}px;margin:0}body{margin:0}svg{display:block}`;
      await writeFile(sheet, `<!doctype html><meta charset="utf-8"><style>${style}</style>${text}`);
      return [...toPdf(drawn), pathToFileURL(sheet).href];
    },
  };
}

/** A page in the form that its own style sheet gives it on paper. */
function paperOf(page: string): Print {
  return {
    ending: "pdf",
    words: async (drawn) => [...toPdf(drawn), pathToFileURL(page).href],
  };
}

async function printAll(
  browser: string,
  sources: readonly string[],
  printOf: (source: string, profile: string) => Print,
): Promise<void> {
  const profile = await makeTemporary("consilium-print-");
  try {
    for (const source of sources) await print(browser, profile, source, printOf(source, profile));
  } catch (cause) {
    const first = at(String(cause instanceof Error ? cause.message : cause).split("\n"), 0);
    throw new CodedError<CliErrorCode>("CLI_BROWSER_FAILED", `${browser} drew nothing: ${first}`, {
      hint: "All other results are written; the SVG files hold the same pictures.",
      cause,
    });
  } finally {
    await rm(profile, {recursive: true, force: true});
  }
}

/**
 * Draws SVG files as PNG files beside them, each complete as soon as it is there, twice as fine as the SVG's
 * pixels.
 * @param svgs paths of SVG files that refer to nothing outside themselves
 * @throws CLI_BROWSER_FAILED
 */
export async function writePngs(browser: string, svgs: readonly string[]): Promise<void> {
  await printAll(browser, svgs, pngOf);
}

/**
 * Draws SVG files, each on a sheet of its size, and a page as on paper, as PDF files beside them.
 * @param svgs as for {@link writePngs}
 * @param page path of an HTML file
 * @throws CLI_BROWSER_FAILED
 */
export async function writePdfs(browser: string, svgs: readonly string[], page: string): Promise<void> {
  await printAll(browser, [...svgs, page], (source, profile) =>
    source === page ? paperOf(page) : pdfOf(source, profile),
  );
}
