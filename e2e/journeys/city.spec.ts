/** The demo city as its people find it: a played task, a county's own share, the newcomer's next step. */
import { area, axe, enter, expect, test } from "../support/test.js";

test("a county works on its own share and is refused everything of another's", async ({ page, server }) => {
  await enter(page, server, "clerk");
  await area(page, "派发与匹配").click();
  await axe(page);
  const address = async (place: ReturnType<typeof page.getByRole>): Promise<string> =>
    (await place.getByRole("link").first().getAttribute("href"))!;
  const rows = page.getByRole("row", { name: new RegExp(server.demo.task) });
  const theirs = await address(rows.filter({ hasText: "山海关区" }));
  const ours = await address(rows.filter({ hasText: "海港区" }));
  await page.goto(theirs);
  const visit = await address(page.getByRole("region", { name: "入户检查列表" }));
  const all = [theirs, `${theirs}/matching`, visit, `${visit}/notice.pdf`, `${visit}/record.pdf`];
  await page.goto(`${theirs}/matching`);
  await axe(page);
  const sealed = await page.getByRole("link", { name: "下载匹配数据" }).first().getAttribute("href");
  all.push(sealed!);
  for (const one of all.filter((each) => !each.endsWith(".pdf"))) {
    expect((await page.request.get(one)).status(), `the city may see ${one}`).toBe(200);
  }
  await page.getByRole("button", { name: "退出" }).click();

  await enter(page, server, "clerk-130302");
  expect((await page.goto(ours))?.status()).toBe(200);
  await axe(page);
  for (const one of all) {
    expect((await page.goto(one))?.status(), `${one} belongs to another county`).toBe(404);
  }
  await expect(page.getByRole("link", { name: "回到首页" })).toBeVisible();
  await axe(page);
  for (const verb of ["accept", "matching", "forms"]) {
    const pressed = await page.request.post(`${theirs}/${verb}`, { form: { version: "1", form: "notice" } });
    expect(pressed.status(), `${verb} for another county`).toBe(404);
  }
  await page.goto("/office/dispatch");
  await expect(page.getByRole("row", { name: /海港区/ }).first()).toBeVisible();
  await expect(page.getByText("山海关区")).toHaveCount(0);
});

test("the task page shows the drawn city, and the newcomer's next step waits at home", async ({ page, server }) => {
  await enter(page, server, "clerk");
  await expect(page.getByText("待冻结底册并申请封存")).toBeVisible();
  await page.goto("/office/tasks");
  await axe(page);
  await page.getByRole("link", { name: /2021年内部联合/ }).first().click();
  // Where the work is, not what was done last; and the days for the visits are long over.
  await expect(page.getByText("待检查").first()).toBeVisible();
  await expect(page.getByText(/检查期已于2021-07-31结束/).first()).toBeVisible();
  await expect(page.getByText("4,815").first()).toBeVisible();
  await axe(page);
});
