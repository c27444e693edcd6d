/** Steps of a campaign that more than one journey takes: each as a person takes it, by the words on the page. */
import { type Browser, expect, type Locator, type Page } from "@playwright/test";
import { workbook } from "./register.js";
import { confirmed, type Look, pass } from "./test.js";
import { Phone } from "./witness.js";

/** What a file input takes. */
export interface Upload {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** A workbook with these rows, the headings first. */
export function file(name: string, rows: readonly (readonly string[])[]): Upload {
  const mimeType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  return { name, mimeType, buffer: workbook(rows) };
}

/** Imports objects; `tried` sees the page of the trial run. */
export async function imported(page: Page, upload: Upload, tried: Look = pass): Promise<void> {
  await page.goto("/office/subjects/import");
  await page.getByLabel("文件（.xlsx 或 CSV）").setInputFiles(upload);
  await page.getByRole("button", { name: "上传" }).click();
  await page.getByRole("button", { name: "试导入" }).click();
  await expect(page.locator(".figure").filter({ hasText: "新增" })).toBeVisible();
  await tried(page);
  await confirmed(page, "确认导入");
  await expect(page.getByText("已写入名录库。")).toBeVisible();
}

/** The to-do of the home page, which is open, that says `words`. */
export function todo(page: Page, ...words: string[]): Locator {
  return words.reduce((found, hasText) => found.filter({ hasText }), page.locator(".todo"));
}

/** Freezes the roll on the task's page, which is open, and asks for the seal; `check` sees the page between the two. */
export async function sealAsked(page: Page, check: Look = pass): Promise<void> {
  await page.getByRole("button", { name: "冻结底册" }).click();
  await page.getByRole("link", { name: "核对并申请封存" }).click();
  await check(page);
  await page.getByRole("button", { name: "申请封存" }).click();
  await expect(page.getByRole("status")).toContainText("等待另一人批准");
}

/** Invites a witness from the ceremony's page, which is open; their phone opens what the QR code holds. */
export async function invited(page: Page, browser: Browser, name: string, look: Look = pass): Promise<Phone> {
  await page.getByLabel("见证人", { exact: true }).fill(name);
  await page.getByRole("button", { name: "邀请并显示二维码" }).click();
  const shown = page.locator(".panel").filter({ hasText: `${name}的二维码` });
  await expect(shown.getByRole("img", { name: "二维码" })).toBeVisible();
  await look(page);
  // F5: it is a page, and no form is sent again. Its address is no secret.
  const link = (await shown.locator("p.mono").textContent())!.trim();
  await page.reload();
  await expect(shown.getByRole("img", { name: "二维码" })).toBeVisible();
  expect((await shown.locator("p.mono").textContent())!.trim()).toBe(link);
  expect(page.url()).not.toContain(link.split("/").at(-1)!);
  return Phone.open(browser, link);
}

/** Matches inspectors: it is prepared, and `clerk` and `leader`, who is its second person, have its page open. */
export async function matched(clerk: Page, leader: Page, value: string, look: Look = pass): Promise<void> {
  // A page of its own: what is made there must not be lost by going back to work.
  const opened = leader.context().waitForEvent("page");
  await leader.getByRole("button", { name: "我作为第二人参加" }).click();
  const second = await opened;
  await expect(second.getByRole("heading", { level: 1 })).toContainText("随机匹配检查人员");
  await look(second);
  await second.getByLabel("您的数字或一句话").fill(value);
  await second.getByRole("button", { name: "提交承诺" }).click();
  await expect(second.getByRole("heading", { name: "承诺已登记" })).toBeVisible();

  await clerk.getByRole("link", { name: "刷新" }).click();
  await confirmed(clerk, "公布承诺");
  await second.getByRole("button", { name: "公开我的数" }).click();
  await expect(second.getByRole("heading", { name: "匹配完成" })).toBeVisible();
  await look(second);
  await clerk.getByRole("link", { name: "刷新" }).click();
  await expect(clerk.getByRole("heading", { name: /^任务量/ })).toBeVisible();
}
