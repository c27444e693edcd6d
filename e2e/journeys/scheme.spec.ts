/** A draft that was begun by mistake goes away. How a scheme is written, and what becomes of it: `notice.spec.ts`. */
import { axe, enter, expect, test } from "../support/test.js";

test("a draft that was begun by mistake is deleted", async ({ page, server }) => {
  await enter(page, server, "clerk");
  await page.goto("/office/schemes/new");
  await page.getByLabel("方案名称").fill("误建的方案");
  await page.getByRole("button", { name: "下一步" }).click();
  await page.getByRole("link", { name: "误建的方案" }).click();
  await page.getByRole("link", { name: "删除草稿" }).click();
  await axe(page);
  await page.getByRole("button", { name: "删除草稿" }).click();
  await expect(page.getByText("草稿已删除")).toBeVisible();
  await expect(page.getByRole("link", { name: "误建的方案" })).toHaveCount(0);
});
