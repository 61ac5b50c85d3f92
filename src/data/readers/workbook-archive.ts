import {strFromU8, type UnzipFileInfo, unzipSync, zipSync} from "fflate";
import {at, CodedError, formatBytes} from "../../core/index.ts";
import type {DataErrorCode} from "../errors.ts";

/** Most bytes of a workbook's unpacked parts: the sheets' reader takes about ten times as much memory. */
const MAX_UNPACKED_BYTES = 2 ** 25;

const WORKBOOK = "xl/workbook.xml";

/** A sheet of a workbook. */
export interface Sheet {
  readonly name: string;
  readonly isHidden: boolean;
  readonly xml: string;
}

/** An unpacked workbook. */
export interface Workbook {
  /** In the order of their tabs. */
  readonly sheets: readonly Sheet[];
  /** Makes a workbook file with the same parts, none of which is larger than stated. */
  repacked(): Uint8Array;
}

function tooLarge(name: string): CodedError {
  const what = `${name}: more than ${formatBytes(MAX_UNPACKED_BYTES)} unpacked`;
  return new CodedError<DataErrorCode>("DATA_FILE_TOO_LARGE", what, {
    hint: "Take out what is no part of the table, or export it as CSV UTF-8.",
  });
}

/** Unpacks the XML of a workbook; each part ends at the size that the archive gives. */
function unpack(bytes: Uint8Array, name: string): Record<string, Uint8Array> {
  let unpacked = 0;
  const filter = ({name: part, originalSize}: UnzipFileInfo): boolean => {
    if (!part.endsWith(".xml") && !part.endsWith(".rels")) return false;
    unpacked += originalSize;
    if (unpacked > MAX_UNPACKED_BYTES) throw tooLarge(name);
    return true;
  };
  return unzipSync(bytes, {filter});
}

/** Name of a sheet whose workbook, against the format, gives it none. */
const UNNAMED = "(no name)";

const ENTITIES: Readonly<Record<string, string>> = {amp: "&", lt: "<", gt: ">", quot: '"', apos: "'"};

/** Text of XML with its entities resolved. */
export function unescapeXml(text: string): string {
  return text.replace(/&(#x[\da-f]+|#\d+|\w+);/gi, (whole, entity: string) => {
    if (!entity.startsWith("#")) return ENTITIES[entity] ?? whole;
    const isHex = entity[1]?.toLowerCase() === "x";
    const code = Number.parseInt(entity.slice(isHex ? 2 : 1), isHex ? 16 : 10);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** The value of an attribute in the text of a tag, such as ` name="a" state="hidden"`. */
export function attributeOf(tag: string, attribute: string): string | undefined {
  const found = new RegExp(`\\s(?:\\w+:)?${attribute}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(tag);
  const value = found?.[1] ?? found?.[2];
  return value === undefined ? undefined : unescapeXml(value);
}

/** Tags of the name in `xml`, as their texts. */
function tagsOf(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<(?:\\w+:)?${name}(\\s[^<>]*)>`, "g"))].map((found) => at(found, 1));
}

/**
 * Unpacks an .xlsx workbook.
 * @param name its name in messages
 * @throws {CodedError} DATA_FILE_TOO_LARGE; and an error without a code if `bytes` are no workbook
 */
export function openWorkbook(bytes: Uint8Array, name: string): Workbook {
  const parts = unpack(bytes, name);
  // A part that the archive lacks has no tags, as an empty one.
  const textOf = (part: string | undefined): string => {
    const content = part === undefined ? undefined : parts[part];
    return content === undefined ? "" : strFromU8(content);
  };
  const targets = new Map(
    tagsOf(textOf("xl/_rels/workbook.xml.rels"), "Relationship").flatMap((tag) => {
      const target = attributeOf(tag, "Target");
      if (target === undefined) return [];
      const part = target.startsWith("/") ? target.slice(1) : `xl/${target}`;
      return [[attributeOf(tag, "Id"), part] as const];
    }),
  );
  const sheets = tagsOf(textOf(WORKBOOK), "sheet").map((tag) => ({
    name: attributeOf(tag, "name") ?? UNNAMED,
    isHidden: (attributeOf(tag, "state") ?? "visible") !== "visible",
    xml: textOf(targets.get(attributeOf(tag, "id"))),
  }));
  return {sheets, repacked: () => zipSync(parts, {level: 0})};
}
