/**
 * Seed 002's scheme (局函〔2020〕277号) from its own words, typed in the browser, to the printed notice that is served:
 * two kinds of firms, 20 % of each, their own items, the notice's own deadlines. Only the days are of today: a window that
 * is over is refused. What the form asks back is part of the story; what a draw keeps secret is `draw.spec.ts`'s.
 */
import type { Locator, Page } from "@playwright/test";
import { codeOf, pagesOf } from "../support/paper.js";
import { printed } from "../support/pictures.js";
import { COLUMNS, cells, creditCode, type Subject } from "../support/register.js";
import { file, imported, invited, matched, sealAsked, todo } from "../support/steps.js";
import { area, axe, confirmed, enter, expect, test } from "../support/test.js";

test.use({ city: "notice" });
test.describe.configure({ mode: "serial", timeout: 60_000 });

const TITLE = "2020年度工业产品生产许可证产品生产企业经营行为“双随机、一公开”抽查工作实施方案";
/** What the task is called after it: the bureau 组织开展 an inspection. */
const NAME = TITLE.replace("工作实施方案", "");
const COUNTY = "130302";
/** The county's bureau as it signs, and whom its notices name, from the demo's agencies. */
const BUREAU = "秦皇岛市海港区市场监督管理局";
const CONTACT = "周清和";
const PHONE = "0335-0000101";

/** The demo city makes no food contact materials: these firms are imported first. Each advertises, too: nobody asks. */
const FOOD: Subject[] = Array.from({ length: 11 }, (_, place) => ({
  name: `秦皇岛食品相关产品${place + 1}号有限公司`,
  code: creditCode(COUNTY, `MA9E3F${String(place).padStart(2, "0")}`),
  agency: COUNTY,
  registered: "2018-03-01",
  tags: "食品相关产品、广告",
}));

/** The small city has no valid licence of the first kind on a day of today, either. Some of these are of both kinds. */
const LICENSED: Subject[] = Array.from({ length: 5 }, (_, place) => ({
  name: `秦皇岛获证企业${place + 1}号有限公司`,
  code: creditCode(COUNTY, `MA9E4F${String(place).padStart(2, "0")}`),
  agency: COUNTY,
  registered: "2018-03-01",
  tags: place < 2 ? "食品相关产品" : "",
}));

/** What a class is checked for, by which law and how, and what its firms have ready: 三（一）1 and 2 of the scheme. */
interface Class {
  items: string[];
  law: string;
  methods: string[];
  materials: string[];
}
const CLASSES: Record<string, Class> = {
  工业产品生产许可证获证企业: {
    items: ["获证资格及条件保持情况"],
    law: "《中华人民共和国工业产品生产许可证管理条例》",
    methods: ["实地核查", "书面检查"],
    materials: ["工业产品生产许可证", "关键设备和检验仪器台账", "出厂检验记录"],
  },
  食品相关产品企业: {
    items: ["生产、销售领域产品质量", "产品标识与进货查验"],
    law: "《中华人民共和国产品质量法》",
    methods: ["实地核查", "抽样检测"],
    materials: ["产品检验报告", "进货查验记录和票据"],
  },
};

/** The day so many days from today, as China counts, `2026-12-10`. */
function dayFromNow(days: number): string {
  return new Date(Date.now() + (days * 24 + 8) * 3_600_000).toISOString().slice(0, 10);
}
const FROM = dayFromNow(9);
const TO = dayFromNow(60);

/** What stands beside a word in the summary of a page. */
function fact(page: Page, word: string): Locator {
  return page.locator("dl.summary > div").filter({ has: page.locator("dt", { hasText: word }) }).locator("dd");
}

/** The county's visits on the page of its share. */
function visits(page: Page): Locator {
  return page.getByRole("region", { name: "入户检查列表" }).locator("tbody tr");
}

/** The last weekday before a day. */
function workday(before: string): string {
  const day = new Date(`${before}T00:00:00Z`);
  do day.setUTCDate(day.getUTCDate() - 1);
  while (day.getUTCDay() % 6 === 0);
  return day.toISOString().slice(0, 10);
}

/** A visit as the county's list shows it. */
interface Visit {
  number: string;
  name: string;
  code: string;
  classes: string[];
  team: string[];
}

async function visitIn(row: Locator): Promise<Visit> {
  const text = (title: string): Promise<string> => row.locator(`[data-label=${title}]`).innerText();
  const cell = async (title: string): Promise<string> => (await text(title)).trim();
  const [classes, team] = [(await cell("抽查类别")).split("、"), (await cell("检查人员")).split("、")];
  return { number: await cell("编号"), name: await cell("检查对象"), code: await cell("代码"), classes, team };
}

/** `2026-12-10` as paper has it. */
function written(day: string): string {
  return day.replace(/^(\d+)-0?(\d+)-0?(\d+)$/, "$1年$2月$3日");
}

/** What stands at the foot of each page: number of the task and code of the firm, page of pages. */
const FOOT = /\d{18}[0-9A-Z]{18}第\d页共\d页$/;

/** Holds a notice, read without white space, against the visit of which it tells the firm. */
function holds(notice: string, visit: Visit): void {
  const after = (from: string): number => notice.indexOf(from) + from.length;
  const part = (from: string, to: string): string => notice.slice(after(from), notice.indexOf(to));
  const numbered = (text: string): string[] => text.split(/\d+．/).filter(Boolean).sort();
  const all = (of: (one: Class) => string[]): string[] =>
    [...new Set(visit.classes.flatMap((name) => of(CLASSES[name]!)))].sort();
  expect(notice).toContain(`${BUREAU}检查通知书${visit.number}${visit.name}（统一社会信用代码/注册号：${visit.code}）：`);
  expect(notice).toContain(`秦皇岛市市场监督管理局组织开展${NAME}（任务编号：${number}），`);
  expect(notice).toContain("你单位被确定为检查对象，由我局实施检查");
  for (const [name, { law }] of Object.entries(CLASSES)) {
    const said = part("根据", "秦皇岛市市场监督管理局组织开展").includes(law);
    expect(said, `${law} for ${visit.name}`).toBe(visit.classes.includes(name));
  }
  // Its classes' own items and no others: not what its tags would bring.
  expect(numbered(part("一、检查事项", "二、检查时间"))).toEqual(all((one) => one.items));
  expect(notice).toContain(`检查时间：自${written(FROM)}至${written(TO)}。`);
  expect(part("检查方式：", "。检查人员：").split("、").sort()).toEqual(all((one) => one.methods));
  expect(visit.team).toHaveLength(2);
  const named = part("检查人员：", "。检查人员不得少于两人");
  for (const inspector of visit.team) expect(named).toContain(`${inspector}（执法证号`);
  expect(numbered(part("三、需要准备的资料", "四、权利和义务"))).toEqual(all((one) => one.materials));
  expect(notice).toContain(`联系人：${CONTACT}联系电话：${PHONE}`);
  expect(notice).toContain(`${BUREAU}（印章）${written(dayFromNow(0))}`);
  // What the firm signs for and the bureau keeps.
  expect(notice).toContain(`送达回执${visit.number}《检查通知书》已于年月日收到。被检查单位：${visit.name}`);
  expect(notice).toContain("送达方式：直接邮寄电话传真电子其他签收人：送达人：");
}

/** Addresses that later journeys need. */
let scheme = "";
let task = "";
let share = "";
/** The task's number. */
let number = "";

test("firms of both kinds come into the register", async ({ page, server }) => {
  await enter(page, server, "clerk");
  await imported(page, file("获证企业和食品相关产品企业.xlsx", [
    [...COLUMNS, "许可证"],
    ...FOOD.map((firm) => [...cells(firm), ""]),
    ...LICENSED.map((firm, place) => [...cells(firm), `工业产品生产许可证:冀XK02-${place + 1}:2039-06-30`]),
  ]));
});

test("a clerk writes the scheme by choosing, and is asked back", async ({ page, server }) => {
  await enter(page, server, "clerk");
  await area(page, "抽查方案").click();
  await page.getByRole("link", { name: "起草方案" }).click();
  await page.getByLabel("方案名称").fill(TITLE);
  await page.getByRole("button", { name: "下一步" }).click();
  await expect(page.getByText("新的类别")).toBeVisible();
  await axe(page);
  scheme = new URL(page.url()).pathname.replace(/\/edit$/, "");

  await page.getByLabel(/^制定依据/).fill("《2020年度“双随机、一公开”抽查工作计划》（局函〔2020〕277号）");
  // “对于不同任务中重复抽取的检查对象，检查其涉及相关任务的全部检查内容。”
  await page.getByLabel("归类方式", { exact: true }).selectOption({ label: "分别归入各类别" });
  await page.getByLabel(/^检查开始日期/).fill(FROM);
  await page.getByLabel(/^检查结束日期/).fill(TO);
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
  const states = page.locator("#s0-c1-values ~ .found");
  for (const state of ["存续", "在营"]) await states.getByRole("checkbox", { name: new RegExp(`^${state}（`) }).check();
  await page.locator("#s0-size").fill("20");
  await first.getByText("只选其中几项：工业产品生产许可证产品生产企业检查").click();
  await first.getByRole("checkbox", { name: /^获证资格及条件保持情况/ }).check();
  // “对不同检查对象区别检查内容”: nothing but the class's own.
  await first.getByRole("checkbox", { name: /^抽中的主体带有标签时/ }).uncheck();
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
  await expect(page.getByRole("alert")).toContainText("是不是“食品相关产品”（13 户）？");
  await axe(page);
  await second.getByLabel("食品相关产品（13 户）").first().check();
  await page.getByRole("button", { name: "保存并统计" }).click();
  // 20 % of thirteen, rounded up.
  await expect(page.locator("#s1")).toContainText("食品相关产品企业");
  await expect(page.locator("#s1")).toContainText("13 户，抽取 3 户");
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
  await todo(page, TITLE).getByRole("link", { name: "去审批" }).click();
  await expect(page.getByText("局函〔2020〕277号五").first()).toBeVisible();
  await expect(page.getByText(`${FROM} 至 ${TO}`)).toBeVisible();
  await axe(page);
  await confirmed(page, "批准");
  await expect(page.getByText("已批准").first()).toBeVisible();
});

test("the task takes days and contact from the scheme, and two people seal it", async ({ page, server, browser }) => {
  await enter(page, server, "clerk");
  await todo(page, TITLE).getByRole("link", { name: "去建立任务" }).click();
  await expect(page.getByLabel(/^任务名称/)).toHaveValue(NAME);
  await expect(page.getByLabel("检查开始日期")).toHaveValue(FROM);
  await expect(page.getByLabel("检查结束日期")).toHaveValue(TO);
  await expect(page.getByLabel("联系人和电话")).toHaveValue("信用监管科 0335-0000000");
  await axe(page);
  await page.getByRole("button", { name: "建立任务" }).click();
  await expect(page.getByRole("heading", { level: 1, name: NAME })).toBeVisible();
  task = new URL(page.url()).pathname;
  number = (await fact(page, "任务编号").innerText()).trim();

  const desk = await browser.newContext();
  const leader = await desk.newPage();
  await enter(leader, server, "leader");
  await todo(leader, number).getByRole("link", { name: "去审批" }).click();
  await confirmed(leader, "批准任务");
  await page.goto("/office");
  await todo(page, number).getByRole("link", { name: "去冻结" }).click();
  await sealAsked(page, async () => {
    await expect(page.getByText("必须处理")).toHaveCount(0);
    await expect(page.getByRole("row", { name: /食品相关产品企业/ }).getByRole("cell").last()).toHaveText("3");
    await axe(page);
  });
  await leader.goto("/office");
  await todo(leader, number).getByRole("link", { name: "去核对并批准" }).click();
  await confirmed(leader, "批准封存");
  await expect(leader.getByRole("status")).toContainText("已封存");
  await desk.close();
});

test("two witnesses draw with the platform, and the list is dispatched", async ({ page, server, browser }) => {
  await enter(page, server, "clerk");
  await todo(page, number).getByRole("link", { name: "去摇号" }).click();
  const phones = [await invited(page, browser, "派驻纪检监察组"), await invited(page, browser, "企业代表")];
  for (const phone of phones) await phone.commit("局函〔2020〕277号");
  await confirmed(page, "公布承诺");
  for (const phone of phones) {
    await phone.mayReveal();
    await phone.reveal();
  }
  for (const phone of phones) {
    await phone.sees("抽取完成");
    await phone.close();
  }
  await page.goto("/office");
  await todo(page, number).getByRole("link", { name: "去派发" }).click();
  await axe(page);
  await confirmed(page, "派发");
  const line = page.getByRole("region", { name: "各单位进度" }).getByRole("row", { name: /海港区/ });
  await expect(line).toContainText("未签收");
  share = (await line.getByRole("link").getAttribute("href"))!;
});

test("the county receives, moves a day, and matches with its leader", async ({ page, server, browser }) => {
  await enter(page, server, `clerk-${COUNTY}`);
  await todo(page, number).getByRole("link", { name: "去签收" }).click();
  await expect(page).toHaveURL(new RegExp(`${share}$`));
  await page.getByRole("button", { name: "签收" }).click();
  await expect(page.getByRole("status")).toContainText("已签收");
  // 获取名单后5个工作日内: what the scheme says, not what the rules say.
  await expect(page.getByText("局函〔2020〕277号五").first()).toBeVisible();
  const first = visits(page).first();
  await first.getByRole("checkbox").check();
  await page.getByLabel("改到").fill(workday(TO));
  await page.getByRole("button", { name: "改期" }).click();
  await expect(visits(page).filter({ hasText: workday(TO) })).toHaveCount(1);
  await axe(page);

  await page.getByRole("link", { name: "随机匹配", exact: true }).click();
  await page.getByRole("button", { name: "准备匹配" }).click();
  await expect(page.getByRole("status")).toContainText("请第二人参加");
  const desk = await browser.newContext();
  const leader = await desk.newPage();
  await enter(leader, server, `leader-${COUNTY}`);
  await todo(leader, number).getByRole("link", { name: "去参加" }).click();
  await matched(page, leader, "海港区");
  await desk.close();
});

test("the county prints the notices that it hands out, and a firm reads its own", async ({ page, server, browser }) => {
  await enter(page, server, `clerk-${COUNTY}`);
  await page.goto(share);
  const drawn = await Promise.all((await visits(page).all()).map(visitIn));
  expect(new Set(drawn.flatMap((visit) => visit.classes))).toEqual(new Set(Object.keys(CLASSES)));
  expect(drawn.length).toBeGreaterThanOrEqual(3);
  await page.getByRole("button", { name: "生成全部检查通知书" }).click();
  await page.getByRole("link", { name: "查看结果" }).first().click();
  const made = page.getByRole("link", { name: /检查通知书.*\.pdf/ });
  const pdf = await (await page.request.get((await made.getAttribute("href"))!)).body();
  printed("notice", pdf);
  const pages = pagesOf(pdf);
  for (const visit of drawn) {
    // Sheets of its own for each firm: what is signed for is torn off. A firm of several classes may need a second one.
    const own = pages.filter((one) => one.includes(visit.code));
    expect(own.length, visit.name).toBeGreaterThanOrEqual(1);
    expect(own.filter((one) => drawn.some((other) => other !== visit && one.includes(other.code)))).toEqual([]);
    holds(own.map((one) => one.replace(FOOT, "")).join(""), visit);
    const at = pages.indexOf(own.find((one) => one.includes("扫码看抽查公告"))!);
    expect(codeOf(pdf, at + 1)).toBe(`${server.url}/announcements/${number}`);
  }
  await expect(visits(page).filter({ hasText: "文书已备" })).toHaveCount(drawn.length);
  await axe(page);

  const firm = await browser.newContext();
  const phone = await firm.newPage();
  expect((await phone.goto(codeOf(pdf, 1)))?.status()).toBe(200);
  await expect(phone.getByText(NAME).first()).toBeVisible();
  await axe(phone);
  await firm.close();
});
