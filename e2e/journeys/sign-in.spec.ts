/** A person who is not signed in is led to the sign-in page, and the page is usable by everyone. */
import { axe, expect, test } from "../support/test.js";

test("whoever is not signed in is led to the sign-in page", async ({ page }) => {
  await page.goto("/");
  await expect(page.locator("html")).toHaveAttribute("lang", /^zh/);
  await page.goto("/sign-in");
  await expect(page.locator("input[name=password]")).toBeVisible();
  await axe(page);
});
