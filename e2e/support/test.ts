/**
 * What a journey imports: `test` with a running city, `signIn`, and `axe`.
 *
 * Each worker has one city; journeys that change the same rows belong into one file, because files of one worker run one
 * after the other. A file that counts on rows which others change, or changes them, asks for a city of its own:
 * `test.use({ city: "its name" })`.
 */
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Locator, type Page, test as base } from "@playwright/test";
import { pictured } from "./pictures.js";
import { type Account, type Server, startDemo } from "./server.js";

export { expect };

/**
 * `server` is the worker's running demo city; its address is also the base of relative addresses. A file that says
 * `test.use({ tls: true, ignoreHTTPSErrors: true })` gets a city of its own over TLS, on a name that is not localhost; that
 * its certificate is good for the name was checked against the installation's authority before the first page.
 */
export const test = base.extend<object, { server: Server; tls: boolean; city: string }>({
  tls: [false, { option: true, scope: "worker" }],
  city: ["", { option: true, scope: "worker" }],
  server: [
    async ({ tls, city: _ }, use) => {
      const server = await startDemo(tls);
      await use(server);
      await server.stop();
    },
    { scope: "worker", timeout: 300_000 },
  ],
  baseURL: async ({ server }, use) => {
    await use(server.url);
  },
});

/** The demo's account with this login; a journey that names one which does not exist fails here and says which exist. */
export function account(server: Server, login: string): Account {
  const found = server.demo.accounts.find((one) => one.login === login);
  if (!found) {
    throw new Error(`the demo has no account ${login}; it has ${server.demo.accounts.map((one) => one.login).join(", ")}`);
  }
  return found;
}

/** Signs the demo's account with this login in. */
export async function enter(page: Page, server: Server, login: string): Promise<void> {
  const { password } = account(server, login);
  await signIn(page, login, password);
}

/** What a journey does with a page that a shared step passes; some look at it with axe. */
export type Look = (page: Page) => Promise<void>;
export const pass: Look = async () => {};

/** Presses a button that asks once more, and says yes. */
export async function confirmed(page: Page, button: string): Promise<void> {
  await page.getByRole("main").getByRole("button", { name: button, exact: true }).click();
  await page.getByRole("dialog").getByRole("button").first().click();
}

/** Signs in through the page and waits until the sign-in page has been left. */
export async function signIn(page: Page, login: string, password: string): Promise<void> {
  await page.goto("/office/sign-in");
  await page.locator("input[name=login]").fill(login);
  await page.locator("input[name=password]").fill(password);
  await page.locator("form:has(input[name=password]) button[type=submit]").click();
  await expect(page).not.toHaveURL(/\/office\/sign-in/);
}

/**
 * Fails if axe finds anything on the page (WCAG 2.2 A and AA), naming each rule, its elements and how to mend them.
 * `only` narrows it to some rules, where a page that was checked is looked at again in other colours or at another width.
 */
export async function axe(page: Page, only?: string[]): Promise<void> {
  if (!only) await pictured(page);
  const builder = new AxeBuilder({ page });
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await (only ? builder.withRules(only) : builder.withTags(tags)).analyze();
  const report = found.violations.map((violation) => {
    const places = violation.nodes.map((node) => `    ${node.target.join(" ")}\n      ${node.failureSummary ?? ""}`);
    return `${violation.id} (${violation.impact ?? "?"}): ${violation.help}\n${places.join("\n")}`;
  });
  expect(report.join("\n\n"), `axe on ${page.url()}`).toBe("");
}

/** The link to an area of the office in the main navigation; the home page may lead there, too. */
export function area(page: Page, name: string): Locator {
  return page.getByRole("navigation", { name: "主导航" }).getByRole("link", { name, exact: true });
}
