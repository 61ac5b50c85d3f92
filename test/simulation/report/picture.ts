import {mkdir, stat, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {z} from "zod";
import type {Page} from "./chromium.ts";

/** The folder that `CONSILIUM_SCREENSHOTS` names; undefined where nobody asks for pictures. */
export const SCREENSHOTS: string | undefined = process.env["CONSILIUM_SCREENSHOTS"];

/** A picture for the documents: its file name without `.png`, and the part of the page from its top, in CSS pixels. */
export interface Picture {
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

/** Writes what a page shows in light colours as a PNG file into {@link SCREENSHOTS}. @returns its size in bytes */
export async function writePicture(page: Page, {name, width, height}: Picture): Promise<number> {
  const folder = z.string().parse(SCREENSHOTS);
  await page.send("Emulation.setEmulatedMedia", {features: [{name: "prefers-color-scheme", value: "light"}]});
  await page.send("Emulation.setDeviceMetricsOverride", {width, height, deviceScaleFactor: 1, mobile: false});
  const {data} = await page.send("Page.captureScreenshot", {format: "png"});
  const file = join(folder, `${name}.png`);
  await mkdir(folder, {recursive: true});
  await writeFile(file, Buffer.from(z.string().parse(data), "base64"));
  return (await stat(file)).size;
}
