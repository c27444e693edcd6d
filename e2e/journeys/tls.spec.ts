/** Over TLS on a name that is not localhost: what browsers allow only on a secure page works. */
import { axe, expect, signIn, test } from "../support/test.js";

test.use({ tls: true, ignoreHTTPSErrors: true });

test("the session's cookie is bound to the host and hidden from scripts", async ({ page, context, server }) => {
  const someone = server.demo.accounts[0]!;
  await signIn(page, someone.login, someone.password);
  await axe(page);
  const session = (await context.cookies()).find((cookie) => cookie.name.startsWith("__Host-"));
  expect(session).toMatchObject({ domain: "mingcha.test", path: "/", secure: true, httpOnly: true, sameSite: "Lax" });
  expect(await page.evaluate(() => document.cookie)).not.toContain("__Host-");
  expect(await page.evaluate(() => window.isSecureContext && "subtle" in crypto)).toBe(true);
});
