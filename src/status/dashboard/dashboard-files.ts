import {createHash} from "node:crypto";
import {readdir, readFile} from "node:fs/promises";
import {extname} from "node:path";
import {CodedError, present} from "../../core/index.ts";
import type {StatusErrorCode} from "../errors.ts";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};
const SERVED = /^([a-z0-9-]+\/)*[a-z0-9-]+\.(html|css|js|svg)$/;

/** A file of the dashboard for a browser: the page, or something that it loads. */
export interface DashboardFile {
  /** Path at which it is requested: `/` is the page, the rest lies under `/dashboard/`. */
  readonly path: string;
  /** Content type. */
  readonly type: string;
  readonly content: Buffer;
  /** Strong entity tag, by which a browser learns that its copy is current. */
  readonly etag: string;
}

/**
 * Reads the dashboard from the build beside this module or at `folder`. It contains no data of a node.
 * @throws STATUS_DASHBOARD_UNREADABLE
 */
export async function readDashboard(
  folder: URL = new URL("./client/", import.meta.url),
): Promise<readonly DashboardFile[]> {
  try {
    const names = (await readdir(folder, {recursive: true})).filter((name) => SERVED.test(name)).sort();
    return await Promise.all(names.map((name) => readOne(folder, name)));
  } catch (cause) {
    const code: StatusErrorCode = "STATUS_DASHBOARD_UNREADABLE";
    throw new CodedError(code, "the files of the dashboard could not be read", {
      hint: "Build or install consilium again.",
      cause,
    });
  }
}

async function readOne(folder: URL, name: string): Promise<DashboardFile> {
  const content = await readFile(new URL(name, folder));
  return {
    path: name === "page.html" ? "/" : `/dashboard/${name}`,
    type: present(TYPES[extname(name).slice(1)], "the type of a file that is served"),
    content,
    etag: `"${createHash("sha256").update(content).digest("base64url")}"`,
  };
}
