/**
 * Seed 002's scheme (局函〔2020〕277号) written by hand in the browser, by its own words, up to its approval: two kinds of
 * firms, 20 % of each, their own items, the notice's own deadlines. Only the days are of today: a window that is over is
 * refused. What the form asks back on the way is part of the story.
 */
import { area, axe, confirmed, enter, expect, test } from "../support/test.js";
import { COLUMNS, cells, creditCode, type Subject, workbook } from "../support/register.js";

test.describe.configure({ mode: "serial", timeout: 60_000 });

/** The demo city makes no food contact materials: these firms are imported first. */
const FIRMS: Subject[] = Array.from({ length: 11 }, (_, place) => ({
  name: `秦皇岛食品相关产品${place + 1}号有限公司`,
  code: creditCode("130302", `MA9E3F${String(place).padStart(2, "0")}`),
  agency: "130302",
  registered: "2018-03-01",
  tags: "食品相关产品",
}));

/** The small city has no valid licence of the first kind on a day of today, either. */
const LICENSED: Subject[] = Array.from({ length: 5 }, (_, place) => ({
  name: `秦皇岛获证企业${place + 1}号有限公司`,
  code: creditCode("130302", `MA9E4F${String(place).padStart(2, "0")}`),
  agency: "130302",
  registered: "2018-03-01",
  tags: "",
}));

let scheme = "";

test("firms of the second kind come into the register", async ({ page, server }) => {
  await enter(page, server, "clerk");
  await page.goto("/office/subjects/import");
  await page.getByLabel("文件（.xlsx 或 CSV）").setInputFiles({
    name: "食品相关产品.xlsx",
    mimeType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    buffer: workbook([
      [...COLUMNS, "许可证"],
      ...FIRMS.map((firm) => [...cells(firm), ""]),
      ...LICENSED.map((firm, place) => [...cells(firm), `工业产品生产许可证:冀XK02-${place + 1}:2029-06-30`]),
    ]),
  });
  await page.getByRole("button", { name: "上传" }).click();
  await page.getByRole("button", { name: "试导入" }).click();
  await confirmed(page, "确认导入");
  await expect(page.getByText("已写入名录库。")).toBeVisible();
});

test("a clerk writes the scheme by choosing, and is asked back", async ({ page, server }) => {
  await enter(page, server, "clerk");
  await area(page, "抽查方案").click();
  await page.getByRole("link", { name: "起草方案" }).click();
  await page.getByLabel("方案名称").fill("2020年度工业产品生产许可证产品生产企业经营行为“双随机、一公开”抽查工作实施方案");
  await page.getByRole("button", { name: "下一步" }).click();
  await expect(page.getByText("新的类别")).toBeVisible();
  await axe(page);
  scheme = new URL(page.url()).pathname.replace(/\/edit$/, "");

  await page.getByLabel(/^制定依据/).fill("《2020年度“双随机、一公开”抽查工作计划》（局函〔2020〕277号）");
  // “对于不同任务中重复抽取的检查对象，检查其涉及相关任务的全部检查内容。”
  await page.getByLabel("归类方式", { exact: true }).selectOption({ label: "分别归入各类别" });
  await page.getByLabel(/^检查开始日期/).fill("2026-12-10");
  await page.getByLabel(/^检查结束日期/).fill("2027-01-31");
  await page.getByLabel(/^联系人/).fill("信用监管科 0335-0000000");
  // “5个工作日内……获取检查对象名单”“获取名单后5个工作日内完成……随机匹配”
  await page.getByText("本方案另定的期限").click();
  for (const rule of ["receipt_span", "matching_span"]) {
    await page.locator(`#span-${rule}`).fill("5");
    await page.locator(`#span-${rule}-unit`).selectOption({ label: "工作日" });
    await page.locator(`#span-${rule}-basis`).fill("局函〔2020〕277号五");
  }

  const first = page.locator("details.rule").filter({ has: page.locator("#s0") });
  await first.getByLabel("名称", { exact: true }).fill("工业产品生产许可证获证企业");
  await first.getByLabel("总体", { exact: true }).fill("企业");
  await page.locator("#s0-c0-column").selectOption({ label: "有效的许可证" });
  await page.locator("#s0-c0-test").selectOption({ label: "带有" });
  await first.getByRole("checkbox", { name: /^工业产品生产许可证（[\d,]+ 户）$/ }).check();
  // A further condition needs no round to the server.
  await first.getByRole("button", { name: "再加一个条件" }).click();
  await page.locator("#s0-c1-column").selectOption({ label: "登记状态" });
  for (const state of ["存续", "在营"]) await page.locator("#s0-c1-values ~ .found").getByRole("checkbox", { name: new RegExp(`^${state}（`) }).check();
  await page.locator("#s0-size").fill("20");
  await first.getByText("只选其中几项：工业产品生产许可证产品生产企业检查").click();
  await first.getByRole("checkbox", { name: /^获证资格及条件保持情况/ }).check();
  await page.getByRole("button", { name: "保存并统计" }).click();

  // “抽查比例为20%”: 20 alone may mean 20 firms.
  await expect(page.getByRole("alert")).toContainText("“20”是 20% 还是 20 户？");
  await expect(page.locator("#s0")).not.toContainText("20%");
  await axe(page);
  await page.getByRole("radio", { name: /^20 %/ }).check();
  await page.getByRole("button", { name: "保存并统计" }).click();
  await expect(page.locator("#s0")).toContainText(/工业产品生产许可证获证企业\s+[\d,]+ 户，抽取 [\d,]+ 户/);

  // The second kind is like the first.
  await page.locator("#s0").click();
  await first.getByRole("button", { name: "复制" }).click();
  await expect(page.getByText("改动还没有保存")).toBeVisible();
  const second = page.locator("details.rule").filter({ has: page.locator("#s1") });
  await second.getByLabel("名称", { exact: true }).fill("食品相关产品企业");
  await page.locator("#s1-c0-column").selectOption({ label: "标签" });
  await page.locator("#s1-c0-values").fill("食品相关产品企业");
  await second.getByText("已选：").click();
  await second.getByRole("checkbox", { name: /^获证资格及条件保持情况/ }).uncheck();
  await second.getByRole("checkbox", { name: /^产品质量监督检查/ }).check();
  await page.getByRole("button", { name: "保存并统计" }).click();
  await expect(page.getByRole("alert")).toContainText("是不是“食品相关产品”（11 户）？");
  await axe(page);
  await second.getByLabel("食品相关产品（11 户）").first().check();
  await page.getByRole("button", { name: "保存并统计" }).click();
  // 20 % of eleven, rounded up.
  await expect(page.locator("#s1")).toContainText("食品相关产品企业");
  await expect(page.locator("#s1")).toContainText("11 户，抽取 3 户");
  await expect(page.locator("details.rule[open]")).toHaveCount(0);
  await axe(page);

  await page.getByRole("button", { name: "保存并查看" }).click();
  await expect(page.getByText("获证资格及条件保持情况", { exact: false }).first()).toBeVisible();
  await axe(page);
  await confirmed(page, "提交审批");
  await expect(page.getByRole("status")).toContainText("已提交");
});

test("a leader approves what was written", async ({ page, server }) => {
  await enter(page, server, "leader");
  await page.goto(scheme);
  await expect(page.getByText("局函〔2020〕277号五").first()).toBeVisible();
  await axe(page);
  await confirmed(page, "批准");
  await expect(page.getByText("已批准").first()).toBeVisible();
});

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
