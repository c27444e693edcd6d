/**
 * Typed text is not lost: the session ends while somebody writes, they sign in again and find the page and the text; a form
 * with changes asks before it is left, and gives them back; another person in the same tab finds nothing.
 */
import type { Page } from "@playwright/test";
import { account, axe, enter, expect, test } from "../support/test.js";

/** What the tab keeps, as one text. */
const kept = (page: Page): Promise<string> => page.evaluate(() => JSON.stringify(Object.entries({ ...sessionStorage })));

/** Opens the form of the first inspected object of the list; returns its address. */
async function edit(page: Page): Promise<string> {
  await page.goto("/office/subjects");
  await page.locator("table tbody a[href^='/office/subjects/']").first().click();
  await page.getByRole("link", { name: "修改", exact: true }).click();
  await expect(page.getByLabel("名称", { exact: true })).toBeVisible();
  return new URL(page.url()).pathname;
}

async function signInAgain(page: Page, login: string, password: string): Promise<void> {
  await page.getByLabel("登录名").fill(login);
  await page.getByLabel("密码").fill(password);
  await page.getByRole("button", { name: "登录" }).click();
}

/** Types into the address as a person does, so that the browser counts it as an act. */
async function type(page: Page, text: string): Promise<void> {
  const field = page.getByLabel(/^住所/);
  await field.click();
  await field.press("ControlOrMeta+a");
  await page.keyboard.type(text);
}

test("a session that ended gives page and text back, to the same person only", async ({ page, server }) => {
  const keeper = account(server, "keeper");
  await enter(page, server, "keeper");
  const address = await edit(page);

  await type(page, "示范路1号（会话到期）");
  await page.context().clearCookies();
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByRole("heading", { name: /登录已过期/ })).toBeVisible();
  await axe(page);
  await signInAgain(page, keeper.login, "wrong");
  await expect(page.getByRole("alert")).toBeVisible();
  await signInAgain(page, keeper.login, keeper.password);
  await expect(page).toHaveURL(new RegExp(`${address}$`));
  await expect(page.getByLabel(/^住所/)).toHaveValue("示范路1号（会话到期）");
  await expect(page.getByText("已经恢复，请核对后再保存")).toBeVisible();
  expect(await kept(page)).not.toContain(keeper.password);
  await axe(page);
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByText(/已保存为第 \d+ 版/)).toBeVisible();
  expect(await kept(page)).not.toContain("会话到期");

  await page.goto(address);
  await type(page, "示范路2号（留给自己）");
  await page.context().clearCookies();
  await page.getByRole("button", { name: "保存" }).click();
  const clerk = account(server, "clerk");
  await signInAgain(page, clerk.login, clerk.password);
  await expect(page.getByRole("navigation", { name: "主导航" })).toBeVisible();
  await expect(page.getByText("留给自己")).toHaveCount(0);
  expect(await kept(page)).not.toContain("留给自己");
});

test("a form with changes asks before it is left, and gives them back", async ({ page, server }) => {
  await enter(page, server, "keeper");
  const address = await edit(page);
  const asked: string[] = [];
  page.on("dialog", async (dialog) => {
    asked.push(dialog.type());
    await dialog.accept();
  });
  await page.getByRole("link", { name: "不保存，返回" }).click();
  await expect(page).not.toHaveURL(new RegExp(`${address}$`));
  expect(asked).toEqual([]);

  await page.goto(address);
  await type(page, "示范路3号（没有保存）");
  await page.getByRole("link", { name: "不保存，返回" }).click();
  await expect(page).not.toHaveURL(new RegExp(`${address}$`));
  expect(asked).toEqual(["beforeunload"]);
  await page.goto(address);
  await expect(page.getByLabel(/^住所/)).not.toHaveValue(/没有保存/);
  await expect(page.getByText("您上次在这里填写的内容没有保存。")).toBeVisible();
  await axe(page);
  await page.getByRole("button", { name: "恢复" }).click();
  await expect(page.getByLabel(/^住所/)).toHaveValue("示范路3号（没有保存）");
  await page.getByRole("button", { name: /退出/ }).click();
  await expect(page).toHaveURL(/sign-in/);
  expect(await kept(page)).not.toContain("没有保存");
});
