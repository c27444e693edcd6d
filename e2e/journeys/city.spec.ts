/** The demo city as its people and the public find it: a played task, a county's own share, the published proof. */
import { account, expect, signIn, test } from "../support/test.js";

test("the public finds the announcement, the proof and the bundle", async ({ page, request }) => {
  await page.goto("/");
  await page.getByRole("link", { name: /2021年内部联合/ }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("2021年内部联合");
  const number = new URL(page.url()).pathname.split("/")[2]!;
  await page.goto(`/announcements/${number}/proof`);
  await expect(page.getByText("mingcha verify").first()).toBeVisible();
  const bundle = await request.get(`/announcements/${number}/bundle.zip`);
  expect(bundle.status()).toBe(200);
  expect((await bundle.body()).subarray(0, 2).toString()).toBe("PK");
});

test("a county works on its own share and is refused another's", async ({ page, server }) => {
  const city = account(server, "clerk");
  await signIn(page, city.login, city.password);
  await page.goto("/office/dispatch");
  const rows = page.locator("tbody tr");
  const theirs = await rows.filter({ hasText: "山海关区" }).getByRole("link").first().getAttribute("href");
  const ours = await rows.filter({ hasText: "海港区" }).getByRole("link").first().getAttribute("href");
  await page.getByRole("button", { name: "退出" }).click();

  const county = account(server, "clerk-130302");
  await signIn(page, county.login, county.password);
  expect((await page.goto(ours!))?.status()).toBe(200);
  expect((await page.goto(theirs!))?.status()).toBe(404);
});

test("the task page shows the drawn city, and the newcomer's next step waits at home", async ({ page, server }) => {
  const clerk = account(server, "clerk");
  await signIn(page, clerk.login, clerk.password);
  await expect(page.getByText("待冻结底册并申请封存")).toBeVisible();
  await page.goto("/office/tasks");
  await page.getByRole("link", { name: /2021年内部联合/ }).first().click();
  await expect(page.getByText("已摇号").first()).toBeVisible();
  await expect(page.getByText("4,815").first()).toBeVisible();
});
