/** Whoever works in a bureau signs in first; the way there is usable by everyone, and a wrong password says what to do. */
import { axe, expect, signIn, test } from "../support/test.js";

test("whoever is not signed in is led to the sign-in page", async ({ page }) => {
  await page.goto("/office/jobs");
  await expect(page).toHaveURL(/\/office\/sign-in/);
  await expect(page.locator("html")).toHaveAttribute("lang", /^zh/);
  await axe(page);
});

test("a wrong password is refused, and what was typed is kept", async ({ page, server }) => {
  const someone = server.demo.accounts[0]!;
  await page.goto("/office/sign-in");
  await page.getByLabel("登录名").fill(someone.login);
  await page.getByLabel("密码").fill("not the password");
  await page.getByRole("button", { name: "登录" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page.getByLabel("登录名")).toHaveValue(someone.login);
  await axe(page);
});

test("whoever signs in after wrong passwords is told how many, when and from where", async ({ page, server }) => {
  const someone = server.demo.accounts[1]!;
  for (const password of ["not the password", "nor this one"]) {
    await page.goto("/office/sign-in");
    await page.getByLabel("登录名").fill(someone.login);
    await page.getByLabel("密码").fill(password);
    await page.getByRole("button", { name: "登录" }).click();
    await expect(page.getByRole("alert")).toContainText("登录名或密码不正确，或试得太频繁");
  }
  await signIn(page, someone.login, someone.password);
  await expect(page.getByText(/登录未成功 2 次，最近一次 \d{4}-\d\d-\d\d \d\d:\d\d，来自 127\.0\.0\.1/)).toBeVisible();
  await axe(page);
});

test("an account of the demo signs in and sees its desk", async ({ page, server }) => {
  const someone = server.demo.accounts[0]!;
  await signIn(page, someone.login, someone.password);
  await expect(page).toHaveURL(/\/office/);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await axe(page);
});
