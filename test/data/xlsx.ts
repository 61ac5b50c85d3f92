import {strToU8, zipSync} from "fflate";

/** A sheet of {@link workbookOf}. */
export interface TestSheet {
  readonly name: string;
  readonly isHidden?: boolean;
  /** Each cell a plain text, or the XML of its `c` element without its address, such as `<c t="e"><v>#N/A</v></c>`. */
  readonly rows: readonly (readonly string[])[];
  /** References of merged cells, such as A2:A4. */
  readonly merged?: readonly string[];
  /** Numbers of rows that are hidden, from 1. */
  readonly hiddenRows?: readonly number[];
  /** XML of further rows. */
  readonly extra?: string;
}

const NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

function cellXml(cell: string, address: string): string {
  if (cell.startsWith("<c")) return cell.replace("<c", `<c r="${address}"`);
  return cell === "" ? "" : `<c r="${address}" t="inlineStr"><is><t>${cell}</t></is></c>`;
}

function sheetXml({rows, merged = [], hiddenRows = [], extra = ""}: TestSheet): string {
  const body = rows.map((cells, row) => {
    const inner = cells.map((cell, column) => cellXml(cell, `${String.fromCharCode(65 + column)}${row + 1}`));
    const hidden = hiddenRows.includes(row + 1) ? ' hidden="1"' : "";
    return `<row r="${row + 1}"${hidden}>${inner.join("")}</row>`;
  });
  const blocks = merged.map((reference) => `<mergeCell ref="${reference}"/>`).join("");
  return `<worksheet ${NAMESPACE}><sheetData>${body.join("")}${extra}</sheetData><mergeCells>${blocks}</mergeCells></worksheet>`;
}

/** The bytes of an .xlsx workbook, as ECMA-376 part 1 has it. */
export function workbookOf(sheets: readonly TestSheet[]): Uint8Array {
  const tabs = sheets.map(
    ({name, isHidden}, at) =>
      `<sheet name="${name}" sheetId="${at + 1}"${isHidden === true ? ' state="hidden"' : ""} r:id="rId${at + 1}"/>`,
  );
  const links = sheets.map(
    (_, at) =>
      `<Relationship Id="rId${at + 1}" Type="${RELATIONS}/worksheet" Target="worksheets/sheet${at + 1}.xml"/>`,
  );
  const package_ = "http://schemas.openxmlformats.org/package/2006";
  const parts: Record<string, string> = {
    "[Content_Types].xml": `<Types xmlns="${package_}/content-types"/>`,
    "_rels/.rels": `<Relationships xmlns="${package_}/relationships"><Relationship Id="rId1" Type="${RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    "xl/workbook.xml": `<workbook ${NAMESPACE} xmlns:r="${RELATIONS}"><sheets>${tabs.join("")}</sheets></workbook>`,
    // Style 1 is a date.
    "xl/styles.xml": `<styleSheet ${NAMESPACE}><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>`,
    "xl/_rels/workbook.xml.rels": `<Relationships xmlns="${package_}/relationships">${links.join("")}<Relationship Id="styles" Type="${RELATIONS}/styles" Target="styles.xml"/></Relationships>`,
    ...Object.fromEntries(sheets.map((sheet, at) => [`xl/worksheets/sheet${at + 1}.xml`, sheetXml(sheet)])),
  };
  return zipSync(Object.fromEntries(Object.entries(parts).map(([name, xml]) => [name, strToU8(xml)])));
}
