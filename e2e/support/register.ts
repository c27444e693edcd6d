/**
 * Files as a bureau hands them in: rows of a register with lawful codes, as a real workbook.
 */
import { entry, unzip, zip } from "./zip.js";

/** The 31 symbols of GB 32100; a symbol's value is its place. */
const SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const ORGANISATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];

/**
 * A unified social credit code (GB 32100) of an enterprise: `division` is the registrar's (6 digits), `body` the first eight
 * characters of the organisation code. Both check characters are computed here, independently of the product.
 */
export function creditCode(division: string, body: string): string {
  const sum = ORGANISATION_WEIGHTS.reduce((total, weight, place) => total + Number.parseInt(body[place]!, 36) * weight, 0);
  const organisation = "0123456789X0"[(11 - (sum % 11)) % 11]!;
  const head = `91${division}${body}${organisation}`;
  const total = WEIGHTS.reduce((part, weight, place) => part + SYMBOLS.indexOf(head[place]!) * weight, 0);
  return head + SYMBOLS[(31 - (total % 31)) % 31]!;
}

/** The same code with another last character: well-formed, and wrong. */
export function miscopied(code: string): string {
  const last = SYMBOLS.indexOf(code.at(-1)!);
  return code.slice(0, -1) + SYMBOLS[(last + 1) % SYMBOLS.length]!;
}

/** Columns of a register, as the registration system exports them. */
export const COLUMNS = ["名称", "统一社会信用代码", "主体类别", "登记机关代码", "成立日期", "登记状态", "住所", "标签"] as const;

/** One object of the register. */
export interface Subject {
  name: string;
  code: string;
  /** The registrar's code. */
  agency: string;
  /** `2019-03-01`. */
  registered: string;
  tags: string;
}

/** The cells of a row. */
export function cells(subject: Subject): string[] {
  const { name, code, agency, registered, tags } = subject;
  return [name, code, "企业", agency, registered, "存续", "示范路1号", tags];
}

/** A workbook (.xlsx) with one sheet, all cells text. */
export function workbook(rows: readonly (readonly string[])[]): Buffer {
  const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const cell = (text: string, column: number, row: number): string =>
    `<c r="${String.fromCharCode(65 + column)}${row}" t="inlineStr"><is><t>${escape(text)}</t></is></c>`;
  const line = (row: readonly string[], index: number): string =>
    `<row r="${index + 1}">${row.map((text, column) => cell(text, column, index + 1)).join("")}</row>`;
  const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const packages = "http://schemas.openxmlformats.org/package/2006";
  const type = "application/vnd.openxmlformats-officedocument.spreadsheetml";
  const part = (name: string, body: string): { name: string; bytes: Buffer } => ({
    name,
    bytes: Buffer.from(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${body}`, "utf8"),
  });
  return zip([
    part(
      "[Content_Types].xml",
      `<Types xmlns="${packages}/content-types">` +
        `<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
        `<Override PartName="/xl/workbook.xml" ContentType="${type}.sheet.main+xml"/>` +
        `<Override PartName="/xl/worksheets/sheet1.xml" ContentType="${type}.worksheet+xml"/></Types>`,
    ),
    part(
      "_rels/.rels",
      `<Relationships xmlns="${packages}/relationships">` +
        `<Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ),
    part(
      "xl/workbook.xml",
      `<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="名录" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    ),
    part(
      "xl/_rels/workbook.xml.rels",
      `<Relationships xmlns="${packages}/relationships">` +
        `<Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    ),
    part("xl/worksheets/sheet1.xml", `<worksheet xmlns="${main}"><sheetData>${rows.map(line).join("")}</sheetData></worksheet>`),
  ]);
}

/** All texts of a workbook's first sheet, in reading order, one string; for looking whether something stands in it. */
export function textOf(bytes: Buffer): string {
  const parts = unzip(bytes);
  const texts = (xml: string): string[] => [...xml.matchAll(/<t[^>]*>([^<]*)<\/t>/g)].map((match) => match[1]!);
  const sheet = entry(parts, "xl/worksheets/sheet1.xml").toString("utf8");
  const shared = parts.find((one) => one.name === "xl/sharedStrings.xml");
  return [...texts(sheet), ...texts(shared?.bytes.toString("utf8") ?? "")].join("\n");
}
