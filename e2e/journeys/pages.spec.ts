/**
 * Every page of both fronts, followed by its links as each role finds them: nothing axe objects to in light and dark, no
 * line wider than a phone, no error in the console, one heading, a title, the right language. The addresses come from the
 * source of the fronts, so a page that nobody can reach, or that was added and is not walked, fails here.
 *
 * The tests build on each other: the first ones bring a task and an import into the states whose pages they look at.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Page } from "@playwright/test";
import { account, axe, expect, signIn, test } from "../support/test.js";

test.use({ city: "pages" });
// The first test of a role walks every page that it can reach, with a scan of each: two minutes on two busy cores. How fast a
// page is stands in the bench; here a limit only ends what hangs.
test.describe.configure({ mode: "serial", timeout: 400_000 });

const CRATES = resolve(import.meta.dirname, "../../crates");
/** Addresses that hold no page: downloads, what scripts read, and redirects. Asked once where a link leads to them. */
const NO_PAGE = [
  "/office/",
  "/healthz",
  "/witness/{token}/state",
  "/witness/{token}/bundle",
  "/office/imports/{import}/problems",
  "/office/agencies/import/template",
  "/office/inspectors/import/template",
  "/office/items/import/template",
  "/office/subjects/import/template",
  "/office/tasks/{task}/bundle",
  "/office/tasks/{task}/bundle/whole",
  "/office/shares/{share}/forms/{file}",
  "/office/matchings/{matching}/{document}",
  "/office/visits/{visit}/notice.pdf",
  "/office/visits/{visit}/record.pdf",
  "/announcements/{number}/bundle.zip",
  "/announcements/{number}/commitment.json",
  "/announcements/{number}/drawn.csv",
  "/verifiers/mingcha-verify.html",
  "/verifiers/mingcha-verify.py",
  "/announcements/{number}/drawn.xlsx",
];
/** Pages that no link of the demo city leads to: the component page is for those who write pages. */
const UNLINKED = ["/office/components", "/office/imports/new?kind=subject", "/office/sign-in"];
/** Pages whose content differs so much by role that each role's is looked at. */
const BY_ROLE = new Set(["/office", "/office/tasks/{task}"]);
/** Pages whose links depend on which one is open (one's own account has no 停用): some of each are opened. */
const OPENED_MAX: Record<string, number> = { "/office/accounts/{account}": 3, "/office/jobs/{job}": 4 };
const PHONE = { width: 360, height: 740 };
const DESK = { width: 1366, height: 768 };

const routes = [...routesOf("office"), ...routesOf("public")];
const walked = new Set<string>();

/** The GET addresses that the sources of a front name. */
function routesOf(front: string): string[] {
  const folder = join(CRATES, front, "src/page");
  const found: string[] = [];
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".rs")) continue;
    const text = readFileSync(join(folder, name), "utf8");
    for (const match of text.matchAll(/\.get(?:_heavy)?\(\s*"(\/[^"]*)"|\.route\(\s*"(\/[^"]*)",\s*get\(/g)) {
      found.push((match[1] ?? match[2])!);
    }
  }
  return found;
}

/** The route that serves a path: of those that fit, the one with the fewest varying parts. */
function routeOf(path: string): string {
  const parts = (route: string): number => (route.match(/\{/g) ?? []).length;
  const fits = routes.filter((route) => new RegExp(`^${route.replace(/\{[^}]+\}/g, "[^/]+")}$`).test(path));
  return fits.sort((a, b) => parts(a) - parts(b))[0] ?? `${path} (no route)`;
}

/** Errors of the console and of scripts, by the page they came from. */
function listen(page: Page): string[] {
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(`${page.url()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => errors.push(`${page.url()}: ${error.message}`));
  return errors;
}

/** Looks at the page that is open; its route counts as walked. */
async function look(page: Page): Promise<void> {
  const path = new URL(page.url()).pathname;
  walked.add(routeOf(path));
  const facts = await page.evaluate(() => ({
    headings: document.querySelectorAll("h1").length,
    title: document.title,
    lang: document.documentElement.lang,
  }));
  expect(facts, path).toEqual({ headings: 1, title: expect.stringMatching(/\S.* · 明查$/), lang: "zh-CN" });
  await axe(page);
  // On the phone and in the dark at once: there only contrast and width can differ.
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize(PHONE);
  await axe(page, ["color-contrast", "target-size"]);
  const wide = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const sticksOut = (e: Element): boolean => e.getBoundingClientRect().right > clientWidth + 1;
    const names = Array.from(document.querySelectorAll("main *")).filter(sticksOut).map((e) => e.outerHTML.slice(0, 90));
    return scrollWidth > clientWidth ? names.slice(0, 5) : null;
  });
  expect(wide, `${path} is wider than ${PHONE.width} px`).toBeNull();
  await page.setViewportSize(DESK);
  await page.emulateMedia({ colorScheme: "light" });
}

/** Follows the links from an address, one page for each route, and looks at those that nobody has looked at yet. */
async function walk(page: Page, start: string): Promise<void> {
  const errors = listen(page);
  const seen = new Set<string>();
  const opened = new Map<string, number>();
  const queue = [start];
  for (let address = queue.shift(); address !== undefined; address = queue.shift()) {
    const url = new URL(address, page.url());
    const route = routeOf(url.pathname);
    const times = opened.get(route) ?? 0;
    if (seen.has(url.pathname) || times >= (OPENED_MAX[route] ?? 1)) continue;
    seen.add(url.pathname);
    opened.set(route, times + 1);
    if (NO_PAGE.includes(route)) {
      if (walked.has(route)) continue;
      const answer = await page.request.get(url.href);
      expect(answer.status(), url.href).toBe(200);
      const { "content-disposition": disposition = "", "content-type": type } = answer.headers();
      if (!disposition.startsWith("attachment")) expect(type, url.href).not.toContain("text/html");
      walked.add(route);
      continue;
    }
    const response = await page.goto(url.href);
    expect(response?.status(), `${url.pathname}, linked to from a page of this role`).toBe(200);
    if (!walked.has(route) || (BY_ROLE.has(route) && times === 0)) await look(page);
    walked.add(route);
    const links = await page.locator("a[href]").evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href));
    queue.push(...links.filter((link) => new URL(link).origin === url.origin && !link.includes("/assets/")));
  }
  expect(errors).toEqual([]);
}

/** Presses a button whose consequence is asked about first. */
async function confirmed(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole("button", { name }).click();
  await page.locator("dialog[open] .button.primary").click();
}

test("a task under way: freeze, check, seal, ceremony, witness, projector", async ({ page, server, browser }) => {
  const errors = listen(page);
  const clerk = account(server, "clerk");
  await signIn(page, clerk.login, clerk.password);
  await page.getByRole("link", { name: "去冻结" }).click();
  const task = new URL(page.url()).pathname;
  await look(page);
  await page.getByRole("button", { name: "冻结底册" }).click();
  await expect(page.getByRole("link", { name: "核对并申请封存" })).toBeVisible({ timeout: 60_000 });
  await page.goto(`${task}/seal`);
  await look(page);
  await page.getByRole("button", { name: "申请封存" }).click();
  await expect(page.getByText("等待另一人批准").first()).toBeVisible();

  const second = await (await browser.newContext()).newPage();
  const leader = account(server, "leader");
  await signIn(second, leader.login, leader.password);
  await second.goto(`${task}/seal`);
  await look(second);
  await second.getByRole("button", { name: "批准封存" }).click();
  await axe(second);
  await second.locator("dialog[open] .button.primary").click();
  await expect(second).toHaveURL(new RegExp(`${task}$`));
  await second.context().close();

  await page.goto(`${task}/ceremony`);
  await look(page);
  await page.getByLabel("见证人").fill("机关纪委");
  await page.getByRole("button", { name: /邀请并显示/ }).click();
  await look(page);
  const link = new URL((await page.locator(".panel p.mono").innerText()).trim());
  const phone = await (await browser.newContext({ viewport: PHONE })).newPage();
  await phone.goto(link.pathname);
  await phone.getByLabel("您的数字或一句话").fill("公开 公平");
  await look(phone);
  await phone.getByRole("button", { name: "提交承诺" }).click();
  await expect(phone.getByRole("heading", { name: /承诺已登记/ })).toBeVisible();
  await axe(phone);

  const hall = await (await browser.newContext({ viewport: { width: 1920, height: 1080 } })).newPage();
  await signIn(hall, clerk.login, clerk.password);
  await hall.goto(`${task}/ceremony/projector`);
  await look(hall);
  await page.goto(`${task}/ceremony`);
  await confirmed(page, "公布承诺");
  await expect(phone.getByRole("button", { name: "公开我的数" }).first()).toBeVisible({ timeout: 60_000 });
  await look(page);
  await phone.getByRole("button", { name: "公开我的数" }).first().click();
  await expect(hall.getByText("抽取完成")).toBeVisible({ timeout: 60_000 });
  await axe(hall);
  await hall.context().close();
  // After the draw the witness recomputes the whole bundle and says so.
  await phone.goto(`${link.pathname}/attest`);
  await look(phone);
  const whole = await phone.request.get(`${link.pathname}/bundle`);
  expect(whole.status()).toBe(200);
  expect(whole.headers()["content-disposition"]).toMatch(/^attachment/);
  await phone.context().close();
  expect(errors).toEqual([]);
});

test("the hall sees the whole ceremony of the city without scrolling", async ({ page, server }) => {
  const clerk = account(server, "clerk");
  await signIn(page, clerk.login, clerk.password);
  await page.goto("/office/tasks");
  await page.getByRole("link", { name: /2021年内部联合/ }).first().click();
  await page.goto(`${new URL(page.url()).pathname}/ceremony/projector`);
  for (const viewport of [{ width: 1280, height: 720 }, { width: 1920, height: 1080 }, { width: 3840, height: 2160 }]) {
    await page.setViewportSize(viewport);
    const facts = await page.evaluate(() => {
      const texts = Array.from(document.querySelectorAll("main *")).filter((e) =>
        Array.from(e.childNodes).some((n) => n.nodeType === Node.TEXT_NODE && (n.textContent ?? "").trim() !== ""));
      const shown = texts.filter((e) => e.getClientRects().length > 0);
      return {
        height: document.documentElement.scrollHeight,
        smallest: Math.min(...shown.map((e) => Number.parseFloat(getComputedStyle(e).fontSize))),
      };
    });
    expect(facts.height, `${viewport.width}`).toBeLessThanOrEqual(viewport.height);
    // One hundredth of the width is three centimetres on a screen of three metres: legible from ten.
    expect(facts.smallest).toBeGreaterThanOrEqual(viewport.width / 100 - 0.1);
  }
});

test("a file with bad cells", async ({ page, server }) => {
  const errors = listen(page);
  const keeper = account(server, "keeper");
  await signIn(page, keeper.login, keeper.password);
  await page.goto("/office/subjects/import");
  await look(page);
  const rows = ["名称,统一社会信用代码,主体类别,登记机关,成立日期,登记状态", "某店,12345,企业,130302,昨天,存续"];
  await page.setInputFiles("input[type=file]", {
    name: "坏名录.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(rows.join("\r\n")),
  });
  await page.getByRole("button", { name: "上传" }).click();
  await expect(page.getByRole("heading", { name: "各列对应" })).toBeVisible({ timeout: 90_000 });
  await look(page);
  await page.getByRole("button", { name: "试导入" }).click();
  await expect(page.getByText(/发现 \d+ 处问题/)).toBeVisible({ timeout: 90_000 });
  await look(page);
  await walk(page, page.url());
  expect(errors).toEqual([]);
});

test("a move of an inspector that waits for the other side", async ({ page, server }) => {
  const errors = listen(page);
  const keeper = account(server, "keeper");
  await signIn(page, keeper.login, keeper.password);
  await page.goto("/office/inspectors");
  await page.locator("tbody th a").first().click();
  await look(page);
  await page.getByRole("link", { name: "申请调动" }).click();
  await look(page);
  await page.getByLabel("调入单位的机构代码").fill("1303XQ");
  await page.getByLabel("调动理由").fill("调令");
  await page.getByRole("button", { name: "申请调动" }).click();
  await expect(page.getByText("待对方同意").first()).toBeVisible();
  await look(page);
  await page.goto("/office/moves");
  await look(page);
  expect(errors).toEqual([]);
});

test("a file whose changes are looked at and given up", async ({ page, server }) => {
  const errors = listen(page);
  const keeper = account(server, "keeper");
  await signIn(page, keeper.login, keeper.password);
  await page.goto("/office/subjects/import");
  const rows = [
    "名称,统一社会信用代码,主体类别,登记机关,成立日期,登记状态",
    "某新店有限公司,91130302MA07X1073G,企业,130302,2015-03-09,存续",
  ];
  await page.setInputFiles("input[type=file]", {
    name: "新名录.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(rows.join("\r\n")),
  });
  await page.getByRole("button", { name: "上传" }).click();
  await page.getByRole("button", { name: "试导入" }).click();
  await expect(page.getByRole("link", { name: "逐条核对全部变化" })).toBeVisible({ timeout: 90_000 });
  await look(page);
  await page.getByRole("link", { name: "逐条核对全部变化" }).click();
  await look(page);
  const changes = page.url();
  await walk(page, changes);
  await page.goto(changes);
  await page.getByRole("link", { name: "返回确认" }).click();
  await confirmed(page, "取消导入");
  expect(errors).toEqual([]);
});

test("the public", async ({ page }) => {
  await page.goto("/");
  await walk(page, "/");
  for (const answer of ["/check?code=12345", "/check?code=91130302MANPG734X7", "/?q=没有这样的公告", "/healthzz"]) {
    await page.goto(answer);
    await look(page);
  }
});

for (const login of ["clerk", "leader", "keeper", "admin", "auditor", "clerk-130302", "inspector-130302"]) {
  test(`what ${login} can reach`, async ({ page, server }) => {
    const who = account(server, login);
    await signIn(page, who.login, who.password);
    await walk(page, "/office");
  });
}

test("pages that no link leads to, forms with errors, refusals", async ({ page, server }) => {
  const clerk = account(server, "clerk");
  await page.goto("/office/sign-in");
  await look(page);
  await page.getByLabel("登录名").fill("clerk");
  await page.getByLabel("密码").fill("not this one");
  await page.getByRole("button", { name: "登录" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await look(page);
  await signIn(page, clerk.login, clerk.password);
  for (const address of UNLINKED) {
    await page.goto(address);
    await look(page);
    walked.add(routeOf(address.split("?")[0]!));
  }
  await page.goto("/office/schemes/new");
  await page.getByLabel("方案名称").fill("试拟方案");
  await page.getByRole("button", { name: "下一步" }).click();
  await expect(page).toHaveURL(/\/edit$/);
  await look(page);
  await page.goto(page.url().replace(/edit$/, "delete"));
  await look(page);
  await page.goto("/office/tasks/new");
  await page.getByRole("button", { name: "建立任务" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await look(page);
  for (const [address, status] of [["/office/accounts", 403], ["/office/nothing", 404], ["/nothing", 404]] as const) {
    const response = await page.goto(address);
    expect(response?.status()).toBe(status);
    await look(page);
  }
});

test("no page was left out", () => {
  const pages = routes.filter((route) => !NO_PAGE.includes(route));
  expect(pages.length).toBeGreaterThan(50);
  expect(pages.filter((route) => !walked.has(route)), "reachable by no link of any role").toEqual([]);
  expect(NO_PAGE.filter((route) => !routes.includes(route)), "listed above and served no longer").toEqual([]);
});
