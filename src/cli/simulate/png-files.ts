import {execFile} from "node:child_process";
import {access, constants, copyFile, mkdtemp, readFile, rename, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {delimiter, join} from "node:path";
import {pathToFileURL} from "node:url";
import {promisify} from "node:util";
import {CodedError} from "../../core/index.ts";
import type {CliErrorCode} from "../errors.ts";

/** What a Chromium is called. */
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
  `--force-device-scale-factor=${SCALE}`,
];

type Variables = Readonly<Record<string, string | undefined>>;

async function isProgram(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/**
 * The browser that draws: the one that CHROMIUM names, else the first Chromium or Chrome in PATH.
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
  throw new CodedError<CliErrorCode>("CLI_BROWSER_MISSING", `${what}, which --png draws with`, {
    hint: "Install Chromium, name one in CHROMIUM, or leave --png out: the SVG files are written in any case.",
  });
}

/** Width and height of an SVG file, in pixels. */
function sizeOf(svg: string): readonly [string, string] {
  const [, width = "760", height = "400"] = /<svg [^>]*width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
  return [width, height];
}

/**
 * Draws SVG files as PNG files beside them, each whole when it is there, twice as fine as the SVG's pixels.
 * @param svgs paths of SVG files that refer to nothing outside themselves
 * @throws CLI_BROWSER_FAILED, CLI_BROWSER_MISSING
 */
export async function writePngs(browser: string, svgs: readonly string[]): Promise<void> {
  const profile = await mkdtemp(join(tmpdir(), "consilium-png-"));
  // Chromium's own sandbox does not work for root; what it is given to draw is what was written here.
  const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  try {
    for (const svg of svgs) {
      const size = sizeOf(await readFile(svg, "utf8")).join(",");
      const drawn = join(profile, "drawn.png");
      const png = svg.replace(/\.svg$/, ".png");
      const place = [`--user-data-dir=${profile}`, `--window-size=${size}`, `--screenshot=${drawn}`];
      await promisify(execFile)(browser, [...FLAGS, ...asRoot, ...place, pathToFileURL(svg).href], {
        timeout: TIMEOUT_MS,
      });
      const draft = `${png}.part`;
      await copyFile(drawn, draft);
      await rename(draft, png);
      await rm(drawn);
    }
  } catch (cause) {
    const [first = ""] = String(cause instanceof Error ? cause.message : cause).split("\n");
    throw new CodedError<CliErrorCode>("CLI_BROWSER_FAILED", `${browser} drew no PNG: ${first}`, {
      hint: "All other results are written; the SVG files hold the same pictures.",
      cause,
    });
  } finally {
    await rm(profile, {recursive: true, force: true});
  }
}
