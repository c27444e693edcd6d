/**
 * From an Excel list to printed forms, in the newcomer's task: import, freeze, seal, a draw with two witnesses on phones,
 * dispatch, and what a county makes of its share. One story in several journeys; each goes on where the last ended.
 */
import { readFile } from "node:fs/promises";
import { area, axe, confirmed, enter, expect, test } from "../support/test.js";
import { COLUMNS, cells, creditCode, miscopied, type Subject, textOf } from "../support/register.js";
import { file, imported, invited, matched, sealAsked, todo } from "../support/steps.js";
import type { Own, Phone } from "../support/witness.js";

// Several people and their pages in one journey: on a machine that is busy with other work it takes its time.
test.use({ city: "draw" });
test.describe.configure({ mode: "serial", timeout: 300_000 });

/** The county whose firms are imported; the task draws every platform operator, so all of them come to it. */
const COUNTY = "130302";
const FIRMS: Subject[] = Array.from({ length: 12 }, (_, place) => ({
  name: `海港区新港湾电子商务平台${place + 1}号有限公司`,
  code: creditCode(COUNTY, `MA9E2E${String(place).padStart(2, "0")}`),
  agency: COUNTY,
  registered: "2019-03-01",
  tags: "电子商务平台",
}));
const ROWS = FIRMS.map(cells);

/** A digest as the pages show it, in groups of four. */
const grouped = (hex: string): string => hex.match(/.{4}/g)!.join(" ");

/** Addresses that later journeys need: the task's page and the county's share. */
let task = "";
let share = "";

test.describe("A clerk imports, seals and draws with two witnesses on phones", () => {
  test("a workbook with bad cells is refused as a whole, each cell with its reason", async ({ page, server }) => {
    const [good, miscoded, nowhere, never] = FIRMS as [Subject, Subject, Subject, Subject];
    await enter(page, server, "clerk");
    await area(page, "名录库").click();
    await axe(page);
    await page.getByRole("link", { name: "导入与记录" }).click();
    await axe(page);
    await page.getByRole("link", { name: "导入检查对象" }).click();
    await axe(page);
    const template = page.waitForEvent("download");
    await page.getByRole("link", { name: "下载模板（xlsx）" }).click();
    expect(textOf(await readFile(await (await template).path()))).toContain("统一社会信用代码/注册号*");
    await page.getByLabel("文件（.xlsx 或 CSV）").setInputFiles({
      ...file("名录.xlsx", []),
      buffer: Buffer.from("<html><table><tr><td>名称</td></tr></table></html>"),
    });
    await page.getByRole("button", { name: "上传" }).click();
    await expect(page.getByText("文件实际上是网页，不是表格。")).toBeVisible();
    await axe(page);
    await page.getByRole("link", { name: "重新上传" }).click();
    const bad = [
      cells(good),
      cells({ ...miscoded, code: miscopied(miscoded.code) }),
      cells({ ...nowhere, agency: "999999" }),
      cells({ ...never, registered: "2019-02-30" }),
    ];
    await page.getByLabel("文件（.xlsx 或 CSV）").setInputFiles(file("海港区新增.xlsx", [COLUMNS, ...bad]));
    await page.getByRole("button", { name: "上传" }).click();
    await expect(page.getByRole("heading", { name: "各列对应" })).toBeVisible();
    await axe(page);
    await page.getByRole("button", { name: "试导入" }).click();
    await expect(page.getByText("发现 3 处问题，没有写入任何内容。")).toBeVisible();
    await axe(page);
    const problems = page.getByRole("region", { name: "最先发现的问题" }).locator("tbody tr");
    await expect(problems).toHaveCount(3);
    const row = (line: number, heading: string): ReturnType<typeof problems.filter> =>
      problems.filter({ has: page.getByRole("cell", { name: String(line), exact: true }) }).filter({ hasText: heading });
    await expect(row(3, "统一社会信用代码")).toContainText(miscopied(miscoded.code));
    await expect(row(4, "登记机关代码")).toContainText("999999");
    await expect(row(5, "成立日期")).toContainText("没有这一天");
    const downloading = page.waitForEvent("download");
    await page.getByRole("link", { name: "下载问题清单" }).click();
    const listed = textOf(await readFile(await (await downloading).path()));
    expect(listed).toContain(miscopied(miscoded.code));
    expect(listed).toContain("日历上没有这一天");
    await page.goto(`/office/subjects?q=${good.code}`);
    await expect(page.getByText("没有符合条件的检查对象")).toBeVisible();
  });

  test("the mended workbook is imported", async ({ page, server }) => {
    await enter(page, server, "clerk");
    await imported(page, file("海港区新增.xlsx", [COLUMNS, ...ROWS]), async () => {
      await expect(page.locator(".figure").filter({ hasText: "新增" })).toContainText("12");
      await axe(page);
    });
    await axe(page);
    await page.getByRole("link", { name: "查看检查对象" }).click();
    await page.getByLabel("名称或代码").fill(FIRMS[0]!.code);
    await page.getByRole("button", { name: "筛选" }).click();
    await expect(page.getByRole("link", { name: FIRMS[0]!.name })).toBeVisible();
    await axe(page);
  });

  test("a second file shows what it would change, and is given up", async ({ page, server }) => {
    const [closed, renamed] = FIRMS as [Subject, Subject];
    const told = [cells(closed).map((cell) => (cell === "存续" ? "注销" : cell)), cells({ ...renamed, name: "改名有限公司" })];
    await enter(page, server, "clerk");
    await page.goto("/office/subjects/import");
    await page.getByLabel("文件（.xlsx 或 CSV）").setInputFiles(file("海港区变更.xlsx", [COLUMNS, ...told]));
    await page.getByRole("button", { name: "上传" }).click();
    await page.getByRole("button", { name: "试导入" }).click();
    await expect(page.getByText("1 户的登记状态将变为不再存续或在营")).toBeVisible();
    await axe(page);
    await page.getByRole("link", { name: "逐条核对全部变化" }).click();
    const rows = page.getByRole("region", { name: "将发生的变化" }).locator("tbody tr");
    await expect(rows.filter({ hasText: closed.code })).toContainText("登记状态：存续 → 注销");
    await expect(rows.filter({ hasText: renamed.code })).toContainText("改名有限公司");
    await axe(page);
    await page.getByLabel("变更的内容").selectOption({ label: "名称（1）" });
    await expect(rows).toHaveCount(1);
    await expect(rows).toContainText(renamed.name);
    await page.getByRole("link", { name: "返回确认" }).click();
    await confirmed(page, "取消导入");
    await expect(page.getByText("名录库没有变化。").first()).toBeVisible();
  });

  test("the roll is frozen and the seal asked for", async ({ page, server }) => {
    await enter(page, server, "clerk");
    await axe(page);
    await todo(page, "待冻结底册").getByRole("link").click();
    await expect(page.getByText(server.demo.current_task).first()).toBeVisible();
    task = new URL(page.url()).pathname;
    await axe(page);
    await sealAsked(page, async () => {
      await axe(page);
      // 12 imported and the one that the city had.
      await expect(page.getByRole("row", { name: /^E2 / }).getByRole("cell").last()).toHaveText("13");
    });
  });

  test("nobody approves their own seal, not even with the leader's post", async ({ page, server, browser }) => {
    await enter(page, server, "clerk");
    await page.goto(`${task}/seal`);
    await expect(page.getByRole("button", { name: "批准封存" })).toHaveCount(0);
    const pressed = await page.request.post(`${task}/seal/approve`, { form: { seen: "1" } });
    expect(pressed.status()).toBe(403);

    const office = await browser.newContext();
    const admin = await office.newPage();
    await enter(admin, server, "admin");
    await area(admin, "管理").click();
    await axe(admin);
    await admin.getByRole("link", { name: "clerk", exact: true }).click();
    await axe(admin);
    await admin.getByRole("link", { name: "授予岗位" }).click();
    await axe(admin);
    await admin.getByLabel("机构").selectOption({ label: "秦皇岛市市场监督管理局" });
    await admin.getByRole("radio", { name: "分管领导" }).check();
    await admin.getByRole("button", { name: "授予岗位" }).click();
    await axe(admin);

    await page.goto("/office");
    await page.getByRole("banner").getByRole("link", { name: /秦立新/ }).click();
    await axe(page);
    await page.getByRole("radio", { name: /分管领导/ }).check();
    await page.getByRole("button", { name: "切换岗位" }).click();
    await todo(page, "待第二人批准").getByRole("link").click();
    await confirmed(page, "批准封存");
    await expect(page.getByText("秦立新已是本件的摇号经办人，不能再作封存审批人。")).toBeVisible();
    await expect(page.getByText("规则：申请与批准封存分离，不可关闭")).toBeVisible();
    await axe(page);

    // Back to how the city was.
    await admin.getByRole("row", { name: /分管领导/ }).getByRole("link", { name: /终止/ }).click();
    await axe(admin);
    await office.close();
  });

  test("a second person approves the seal", async ({ page, server }) => {
    await enter(page, server, "leader");
    await axe(page);
    await todo(page, "待第二人批准").getByRole("link").click();
    await axe(page);
    await confirmed(page, "批准封存");
    await expect(page.getByRole("status")).toContainText("已封存");
    await axe(page);
  });

  test("two witnesses commit, reveal and see the draw; nothing but the commitment left before", async ({
    page,
    server,
    browser,
  }) => {
    await enter(page, server, "clerk");
    await todo(page, "待举行摇号").getByRole("link").click();
    await axe(page);
    const party = (name: string): ReturnType<typeof page.getByRole> => page.getByRole("row", { name: new RegExp(`^${name}`) });
    const discipline = await invited(page, browser, "派驻纪检监察组", axe);
    const firm = await invited(page, browser, "企业代表", axe);
    const phones: [Phone, Own, string][] = [];
    for (const [phone, value, name] of [
      [discipline, "8 17 23 30 41", "派驻纪检监察组"],
      [firm, "公平 公正 公开", "企业代表"],
    ] as [Phone, string, string][]) {
      const own = await phone.commit(value, axe);
      expect(own.value).toBe(value);
      expect(own.salt).toMatch(/^[0-9a-f]{64}$/);
      // The host's page fills itself in: the hall waits for it.
      await expect(party(name)).toContainText(grouped(own.commitment));
      phones.push([phone, own, name]);
    }

    // A witness who reloads keeps salt, value and commitment.
    await discipline.page.reload();
    await discipline.sees("承诺已登记");
    expect(await discipline.own()).toEqual(phones[0]![1]);
    // A link that is issued anew finds in the same browser what was kept under the old one; the old one is dead.
    const old = discipline.page.url();
    await party("派驻纪检监察组").getByRole("button", { name: /换发二维码/ }).click();
    await page.getByRole("dialog").getByRole("button").first().click();
    const renewed = page.locator(".panel").filter({ hasText: "派驻纪检监察组的二维码" });
    await expect(renewed.getByRole("img", { name: "二维码" })).toBeVisible();
    await discipline.page.goto((await renewed.locator("p.mono").textContent())!.trim());
    await discipline.sees("承诺已登记");
    expect(await discipline.own()).toEqual(phones[0]![1]);
    expect((await discipline.page.request.get(old)).status()).toBe(404);

    await confirmed(page, "公布承诺");
    await expect(page.getByRole("heading", { name: "承诺摘要" })).toBeVisible();
    await axe(page);
    const stage = await browser.newContext();
    const announced = await stage.newPage();
    await announced.goto(`/announcements/${server.demo.current_task}`);
    await axe(announced);
    for (const [phone, own] of phones) {
      await expect(announced.getByText(grouped(own.commitment))).toBeVisible();
      await phone.mayReveal();
      await axe(phone.page);
      expect(await phone.bodies()).toEqual([JSON.stringify({ commitment: own.commitment })]);
      expect(phone.watcher.sockets).toEqual([]);
      expect(await phone.leaks(own)).toEqual([]);
    }
    const projector = await page.context().newPage();
    await projector.goto(`${task}/ceremony/projector`);
    await axe(projector);

    await discipline.reveal();
    await discipline.sees("已公开，核对无误");
    await expect(party("派驻纪检监察组")).toContainText("8 17 23 30 41");
    // The same watcher sees them now: it would have seen them before.
    const left = await discipline.leaks(phones[0]![1]);
    expect(left).toContain(`salt as hex in POST ${new URL(discipline.page.url()).pathname}/reveal`);
    expect(left).toContain(`value as itself in POST ${new URL(discipline.page.url()).pathname}/reveal`);
    // One who has not pressed has still told nothing.
    expect(await firm.leaks(phones[1]![1])).toEqual([]);
    await firm.reveal();
    for (const [phone] of phones) {
      await phone.sees("抽取完成");
      await axe(phone.page);
      await expect(phone.page.getByRole("link", { name: "核验结果" })).toHaveAttribute("href", /\/proof$/);
    }
    await expect(projector.getByText("抽取完成")).toBeVisible();
    await axe(projector);
    await page.getByRole("link", { name: "查看摇号结果" }).click();
    await expect(page.getByRole("row", { name: /海港区/ }).first()).toBeVisible();
    await axe(page);
    await page.goto(`${task}/result?q=${FIRMS[11]!.code}`);
    await expect(page.getByRole("rowheader", { name: FIRMS[11]!.name })).toBeVisible();
    // What the live update brought stands there once when the page is opened anew.
    await page.goto(`${task}/ceremony`);
    await expect(page.getByRole("link", { name: "查看摇号结果" })).toHaveCount(1);
    await axe(page);
    await page.goto(task);
    await axe(page);
    await Promise.all([stage.close(), ...phones.map(([phone]) => phone.close())]);
  });
});

test.describe("A county receives and matches", () => {
  test("the city's clerk dispatches the drawn list", async ({ page, server }) => {
    await enter(page, server, "clerk");
    await todo(page, server.demo.current_task).getByRole("link", { name: "去派发" }).click();
    await axe(page);
    await expect(page.getByRole("row", { name: /海港区/ })).toBeVisible();
    await confirmed(page, "派发");
    const line = page.getByRole("region", { name: "各单位进度" }).getByRole("row", { name: /海港区/ });
    await expect(line).toContainText("未签收");
    await axe(page);
    share = (await line.getByRole("link").getAttribute("href"))!;
  });

  test("the county receives, matches with its leader as second person, and prints", async ({ page, server, browser }) => {
    await enter(page, server, `clerk-${COUNTY}`);
    await todo(page, server.demo.current_task).getByRole("link", { name: "去签收" }).click();
    await expect(page).toHaveURL(new RegExp(`${share}$`));
    await axe(page);
    await page.getByRole("button", { name: "签收" }).click();
    await expect(page.getByRole("status")).toContainText("已签收");
    await page.getByRole("link", { name: "随机匹配", exact: true }).click();
    await axe(page);
    await page.getByRole("button", { name: "准备匹配" }).click();
    await expect(page.getByRole("status")).toContainText("请第二人参加");
    await axe(page);
    await expect(page.getByRole("button", { name: "我作为第二人参加" })).toHaveCount(0);

    const desk = await browser.newContext();
    const leader = await desk.newPage();
    await enter(leader, server, `leader-${COUNTY}`);
    await area(leader, "派发与匹配").click();
    await axe(leader);
    await leader.getByRole("row", { name: new RegExp(server.demo.current_task) }).getByRole("link").click();
    await leader.getByRole("link", { name: "随机匹配", exact: true }).click();
    await axe(leader);
    await matched(page, leader, "海港区 12 户", axe);
    await desk.close();
    await axe(page);

    // Whoever is sent is of this unit, and there are two of them.
    await page.goto("/office/inspectors?per_page=100");
    const own = await page.getByRole("table").locator("tbody tr").allInnerTexts();
    await page.goto(share);
    await axe(page);
    const visits = page.getByRole("region", { name: "入户检查列表" }).locator("tbody tr");
    expect(await visits.count()).toBeGreaterThanOrEqual(FIRMS.length);
    for (const visit of await visits.all()) {
      const team = (await visit.locator("[data-label=检查人员]").innerText()).split("、");
      expect(new Set(team).size, `the team of ${await visit.innerText()}`).toBe(2);
      for (const inspector of team) {
        expect(own.filter((row) => row.includes(inspector)), `${inspector} is of the unit`).toHaveLength(1);
      }
    }
    await page.getByRole("button", { name: "生成全部检查记录表" }).click();
    await axe(page);
    await page.getByRole("link", { name: "查看结果" }).first().click();
    const printed = page.getByRole("link", { name: /检查记录表.*\.pdf/ });
    const pdf = await page.request.get((await printed.getAttribute("href"))!);
    expect(pdf.headers()["content-type"]).toBe("application/pdf");
    const bytes = await pdf.body();
    expect(bytes.subarray(0, 5).toString()).toBe("%PDF-");
    expect(bytes.subarray(-32).toString("latin1")).toContain("%%EOF");
    await visits.filter({ hasText: FIRMS[0]!.code }).getByRole("link").click();
    await expect(page.getByRole("row", { name: /电子商务经营行为监督检查/ }).first()).toBeVisible();
    await axe(page);
  });
});
