/**
 * Pictures of the pages that the journeys look at, for people to look at: `MINGCHA_TEST_PICTURES=FOLDER` keeps each page in
 * light, in dark and as wide as a small phone, and the notices that were printed. Without it nothing is taken.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { type Page, test } from "@playwright/test";

const FOLDER = process.env.MINGCHA_TEST_PICTURES;
const PHONE = { width: 360, height: 740 };
let taken = 0;

/** Keeps what the page shows now, if pictures are asked for. */
export async function pictured(page: Page): Promise<void> {
  if (!FOLDER) return;
  mkdirSync(FOLDER, { recursive: true });
  const { file } = test.info();
  // Ids say nothing to who looks for a page.
  const path = new URL(page.url()).pathname.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|[\w-]{40,}/g, "X");
  taken += 1;
  const name = join(FOLDER, `${basename(file, ".spec.ts")}-${String(taken).padStart(3, "0")}${path.replaceAll("/", "_").slice(0, 60)}`);
  const was = page.viewportSize();
  await page.screenshot({ path: `${name}-light.png`, fullPage: true });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.screenshot({ path: `${name}-dark.png`, fullPage: true });
  await page.emulateMedia({ colorScheme: "light" });
  if (was && was.width > PHONE.width) {
    await page.setViewportSize(PHONE);
    await page.screenshot({ path: `${name}-phone.png`, fullPage: true });
    await page.setViewportSize(was);
  }
}

/** Keeps a printed form as it looks, if pictures are asked for. */
export function printed(name: string, pdf: Buffer): void {
  if (!FOLDER) return;
  mkdirSync(FOLDER, { recursive: true });
  execFileSync("pdftoppm", ["-png", "-r", "100", "-", join(FOLDER, name)], { input: pdf });
}
