/** Printed forms as their reader has them: the words on each page, and what a phone sees in its QR code. */
import { execFileSync } from "node:child_process";
import jsQR from "jsqr";

/** Fine enough for a code of 22 mm, as a phone's camera sees it from a hand's breadth. */
const DOTS_PER_INCH = 150;
const BYTES_MAX = 512 * 1024 * 1024;

/** The pages' texts without white space: where poppler breaks a line says nothing. */
export function pagesOf(pdf: Buffer): string[] {
  const text = execFileSync("pdftotext", ["-enc", "UTF-8", "-raw", "-", "-"], { input: pdf, maxBuffer: BYTES_MAX });
  return text.toString().split("\f").slice(0, -1).map((page) => page.replaceAll(/\s/g, ""));
}

/** What the QR code on a page (from 1) says; throws if there is none that can be read. */
export function codeOf(pdf: Buffer, page: number): string {
  const only = ["-f", String(page), "-l", String(page), "-r", String(DOTS_PER_INCH)];
  const pgm = execFileSync("pdftoppm", [...only, "-gray", "-"], { input: pdf, maxBuffer: BYTES_MAX });
  const [head, width, height] = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(pgm.subarray(0, 64).toString("latin1"))!;
  // Grey as red, green and blue, none of it transparent.
  const colours = Uint32Array.from(pgm.subarray(head.length), (grey) => 0xff000000 + grey * 0x010101);
  const found = read(new Uint8ClampedArray(colours.buffer), Number(width), Number(height));
  if (!found) throw new Error(`no QR code can be read on page ${page}`);
  return found.data;
}

// A UMD module: what Node takes for its default is the function itself, what TypeScript takes for it is the module.
const read = jsQR as unknown as typeof jsQR.default;
