/** The public verifies: from the announcement to a recomputed draw, and whether one was drawn. Nobody is signed in. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { mingcha } from "../support/server.js";
import { axe, enter, expect, test } from "../support/test.js";
import { creditCode } from "../support/register.js";
import { unzip } from "../support/zip.js";

/** The answer of `mingcha verify --json`. */
interface Report {
  verdict: string;
  commitment: string | null;
  steps: { step: string; verdict: string; code: string; args: Record<string, string>; text: string }[];
}

const verify = async (bundle: string, ...more: string[]): Promise<{ code: number; report: Report | null; said: string }> => {
  const { code, stdout, stderr } = await mingcha("verify", bundle, "--json", ...more);
  return { code, report: stdout.trim() === "" ? null : (JSON.parse(stdout) as Report), said: stderr };
};

test("announcement, drawn list and proof are there without signing in, and the draw can be recomputed", async ({
  page,
  server,
}, testInfo) => {
  await page.goto("/");
  await axe(page);
  await page.getByRole("row", { name: new RegExp(server.demo.task) }).getByRole("link").click();
  await axe(page);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("2021年内部联合");
  await page.getByRole("link", { name: "抽取名单", exact: true }).click();
  await axe(page);
  await page.getByRole("link", { name: "证明与核验" }).click();
  await axe(page);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: /^下载证明包/ }).click()]);
  const bundle = testInfo.outputPath("bundle.zip");
  await download.saveAs(bundle);

  const sound = await verify(bundle, "--commitment", server.demo.commitment);
  expect(sound.said).toContain("与公布的承诺一致");
  expect(sound.code).toBe(0);
  expect(sound.report).toMatchObject({ verdict: "ok", commitment: server.demo.commitment });
  expect(sound.report!.steps.length).toBeGreaterThan(5);
  expect(sound.report!.steps.filter((step) => step.verdict !== "ok")).toEqual([]);

  // The verifier that a stranger takes away says the same, from the disk and with no server to ask.
  const [taken] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "核验网页" }).click()]);
  const tool = testInfo.outputPath("verify.html");
  await taken.saveAs(tool);
  const stranger = await page.context().newPage();
  stranger.on("request", (request) => expect(request.url()).toMatch(/^(file|blob|data):/));
  await stranger.goto(pathToFileURL(tool).href);
  await stranger.getByLabel("公布的承诺摘要").fill(server.demo.commitment);
  await stranger.getByLabel("选择 zip 文件").setInputFiles(bundle);
  await expect(stranger.getByRole("heading", { name: "全部成立" })).toBeVisible();
  await stranger.close();

  // Against another commitment it does not hold.
  const other = await verify(bundle, "--commitment", "0".repeat(64));
  expect([other.code, other.report?.verdict]).toEqual([1, "failed"]);

  // One byte of the archive, in the middle of it.
  const bytes = await readFile(bundle);
  const changed = Buffer.from(bytes);
  changed.writeUInt8(changed.readUInt8(changed.length >> 1) ^ 1, changed.length >> 1);
  await writeFile(testInfo.outputPath("changed.zip"), changed);
  expect((await verify(testInfo.outputPath("changed.zip"))).code).toBe(1);

  // One byte of each file in it, packed out: the checksum of a zip is not what protects a draw.
  const folder = await mkdtemp(join(tmpdir(), "mingcha-bundle-"));
  try {
    const parts = unzip(bytes);
    const write = async (name: string, part: Buffer): Promise<void> => {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), part);
    };
    for (const part of parts) {
      await write(part.name, part.bytes);
    }
    expect((await verify(folder)).code).toBe(0);
    for (const part of parts) {
      const wrong = Buffer.from(part.bytes);
      wrong.writeUInt8(wrong.readUInt8(wrong.length >> 1) ^ 1, wrong.length >> 1);
      await write(part.name, wrong);
      expect((await verify(folder)).code, `a changed byte in ${part.name}`).toBe(1);
      await write(part.name, part.bytes);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("was I drawn: yes, no, not on the roll, and nonsense", async ({ page, server, browser }) => {
  const csv = await (await page.request.get(`/announcements/${server.demo.task}/drawn.csv`)).text();
  const drawn = csv.trim().split(/\r?\n/).slice(1).map((line) => line.split(","));
  const isDrawn = new Set(drawn.map((row) => row[1]!));
  expect(isDrawn.size).toBeGreaterThan(10);
  // One that stands in the register and was not drawn; only a bureau can see the register.
  const office = await browser.newContext();
  const desk = await office.newPage();
  await enter(desk, server, "clerk");
  await desk.goto("/office/subjects?kind=enterprise&per_page=100");
  const known = await desk.getByRole("region", { name: "检查对象", exact: true }).locator("td.mono").allInnerTexts();
  await office.close();
  const spared = known.find((code) => !isDrawn.has(code))!;
  expect(spared).toMatch(/^[0-9A-Z]{15,18}$/);

  await page.goto(`/announcements/${server.demo.task}`);
  await page.getByRole("link", { name: "我被抽中了吗" }).last().click();
  await axe(page);
  const ask = async (code: string): Promise<void> => {
    await page.getByLabel("统一社会信用代码或注册号").fill(code);
    await page.getByRole("button", { name: "查询" }).click();
  };
  const [, code, name] = drawn[0] as [string, string, string];
  await ask(code);
  await expect(page.getByRole("heading", { name: `${code} 被抽中了` })).toBeVisible();
  await expect(page.getByRole("heading", { name })).toBeVisible();
  await axe(page);

  // Who was not drawn and who does not exist get the same answer: it does not tell who is registered.
  const answer = async (asked: string): Promise<string> => {
    await ask(asked);
    await expect(page.getByRole("heading", { name: `${asked} 没有被抽中` })).toBeVisible();
    await axe(page);
    const words = (await page.getByRole("main").innerText()).replaceAll(asked, "CODE");
    return words.replaceAll(/([0-9a-f]{4} ){15}[0-9a-f]{4}/g, "TICKET");
  };
  const nobody = creditCode("130302", "MA9XYXYX");
  expect(known).not.toContain(nobody);
  expect(await answer(nobody)).toBe(await answer(spared));

  await ask("不知道 123");
  await expect(page.locator(".error-summary")).toBeVisible();
  await expect(page.getByLabel("统一社会信用代码或注册号")).toHaveValue("不知道 123");
  await axe(page);
  await ask(code.slice(0, -1) + (code.endsWith("1") ? "2" : "1"));
  await expect(page.locator(".error-summary")).toBeVisible();
  await expect(page.getByText(/没有被抽中/)).toHaveCount(0);
});
