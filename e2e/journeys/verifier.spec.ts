/**
 * Whoever doubts a draw opens verifiers/verify.html from a disk and gives it the bundle. No server takes part. That the page
 * finds what the other verifiers find is tested in verifiers/tests/test_agreement.py; here it is what a person sees.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, type Page, test } from "@playwright/test";
import { axe } from "../support/test.js";

interface Report {
  verdict: string;
  steps: { step: string; verdict: string; code: string | null; owed: string[] }[];
}

const verifiers = join(import.meta.dirname, "../../verifiers");
const address = pathToFileURL(join(verifiers, "verify.html")).href;
const folder = mkdtempSync(join(tmpdir(), "mingcha-verifier-"));

test.use({ baseURL: undefined });

test.beforeAll(async () => {
  const options = { cwd: verifiers, env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" } };
  await promisify(execFile)("python3", ["-m", "tests.copies", folder], options);
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Opens the page, and fails if it says anything on the console or asks for anything but itself. */
async function open(page: Page): Promise<void> {
  page.on("request", (request) => expect(request.url()).toMatch(/^(file|blob|data):/));
  page.on("console", (message) => expect(message.text()).toBe(""));
  page.on("pageerror", (error) => expect(error.message).toBe(""));
  await page.goto(address);
}

async function choose(page: Page, name: string): Promise<void> {
  await page.getByLabel("选择文件夹").setInputFiles(join(folder, name));
  await expect(page.getByRole("status")).toHaveText(/核验结束/);
}

/** The files of a bundle, in base64. */
function held(name: string): Record<string, string> {
  const names = readdirSync(join(folder, name));
  return Object.fromEntries(names.map((file) => [file, readFileSync(join(folder, name, file), "base64")]));
}

test("a bundle that holds is shown as such, tied to the published commitment, and kept as a report", async ({ page }) => {
  await open(page);
  await axe(page);
  await choose(page, "addenda");
  await expect(page.getByRole("heading", { name: "全部成立" })).toBeFocused();
  await expect(page.locator("#words")).toHaveText(/证明包自身一致/);
  await expect(page.locator("#words")).toBeVisible();
  await axe(page);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "下载报告" }).click();
  const path = await (await download).path();
  const report = JSON.parse(readFileSync(path, "utf8")) as Report & { commitment: string; bundle: string };
  expect([report.verdict, report.bundle, report.steps.length]).toEqual(["ok", "addenda", 13]);

  await page.getByLabel("公布的承诺摘要").fill(report.commitment.toUpperCase());
  await choose(page, "addenda");
  await expect(page.getByText("证明包与公布的承诺一致，并且处处成立。")).toBeVisible();
  await page.getByLabel("公布的承诺摘要").fill("0".repeat(64));
  await choose(page, "addenda");
  await expect(page.getByRole("heading", { name: "不成立" })).toBeVisible();
  await page.getByLabel("公布的承诺摘要").fill("0x1");
  await page.getByLabel("选择文件夹").setInputFiles(join(folder, "addenda"));
  await expect(page.getByRole("alert")).toHaveText(/64 位十六进制/);
  await expect(page.getByLabel("公布的承诺摘要")).toBeFocused();
});

test("what the page cannot check is owed, and never shown as holding", async ({ page }) => {
  await open(page);
  for (const [name, words] of [["signed", "SM2"], ["signed-ed25519", "Ed25519"], ["parquet", "Parquet"], ["drand", "BLS"], ["no-roll", "不含底册"]] as const) {
    await choose(page, name);
    await expect(page.getByRole("heading", { name: "部分核验" })).toBeVisible();
    await expect(page.locator(".owed", { hasText: words }).first()).toBeVisible();
  }
  await axe(page);
});

test("an older browser owes what its table of characters cannot judge", async ({ page }) => {
  // As a browser before Unicode 16 does it: the new letters stay as they are.
  await page.addInitScript(() => {
    const normalize = String.prototype.normalize;
    String.prototype.normalize = function (form) {
      return /\u{1611e}/u.test(String(this)) ? String(this) : normalize.call(this, form);
    };
  });
  await open(page);
  // The page's own functions, since the script above does not reach the worker that a person's choice starts.
  const files = held("new-letters");
  const owed = await page.evaluate(async (files) => {
    const { Mingcha } = globalThis as unknown as { Mingcha: { verify(files: Record<string, Uint8Array>): Promise<Report> } };
    const bytes = (text: string) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    const { verdict, steps } = await Mingcha.verify(Object.fromEntries(Object.entries(files).map(([name, data]) => [name, bytes(data)])));
    return [verdict, steps.flatMap((step) => step.owed).join()];
  }, files);
  expect(owed).toEqual(["partial", expect.stringContaining("不能判断 NFC")]);
});

test("a refusal names its rule, on a phone and in print too", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await open(page);
  await choose(page, "result-swapped");
  await expect(page.getByRole("heading", { name: "不成立" })).toBeVisible();
  await expect(page.getByRole("row", { name: /结果.*不成立.*drawn/ })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await axe(page);
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("heading", { name: "不成立" })).toBeVisible();
  await expect(page.getByRole("button", { name: "打印" })).toBeHidden();
});

test("a zip is dropped on the page, or chosen with the keyboard", async ({ page }) => {
  await open(page);
  const zip = readFileSync(join(folder, "deflated.zip"), "base64");
  await page.evaluate((text) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(text), (char) => char.charCodeAt(0))], "证明包.zip"));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, zip);
  await expect(page.getByRole("heading", { name: "全部成立" })).toBeVisible();
  await page.reload();
  await page.getByLabel("公布的承诺摘要").focus();
  await page.keyboard.press("Tab");
  await expect(page.getByLabel("选择 zip 文件")).toBeFocused();
  const chooser = page.waitForEvent("filechooser");
  await page.keyboard.press("Space");
  await (await chooser).setFiles({ name: "证明包.zip", mimeType: "application/zip", buffer: Buffer.from(zip, "base64") });
  await expect(page.getByRole("heading", { name: "全部成立" })).toBeFocused();
});

test("a long verification is cancelled, and leaves no verdict", async ({ page }) => {
  await open(page);
  // So many rows that the page is still busy when it is told to stop.
  const line = "S-%,a,企业,x,,A,,\r\n";
  const rows = Array.from({ length: 400_000 }, (_, i) => line.replace("%", String(i).padStart(7, "0"))).join("");
  const header = "id:text,name:text,kind:text,organ:text,opened:date,risk:text,tags:set,checks:int\r\n";
  const base = held("plain");
  await page.evaluate(([files, roll]) => {
    const transfer = new DataTransfer();
    for (const [name, text] of Object.entries(files!)) {
      const data = name === "roll.csv" ? roll! : Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
      transfer.items.add(new File([data], name));
    }
    const input = document.querySelector<HTMLInputElement>("#folder")!;
    input.files = transfer.files;
    input.dispatchEvent(new Event("change"));
  }, [base, header + rows] as const);
  await expect(page.getByText(/底册 \d+ \/ 24 行/)).toBeVisible();
  await page.getByRole("button", { name: "取消" }).click();
  await expect(page.getByRole("status")).toHaveText("已取消，没有结论。");
  await expect(page.getByRole("heading", { level: 2, name: /成立|部分/ })).toHaveCount(0);
  await expect(page.getByLabel("选择 zip 文件")).toBeFocused();
});
