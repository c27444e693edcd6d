//! The internal page that shows every component in every state, so that what is changed can be looked at. Its data are
//! examples; it reads nothing and changes nothing. The office mounts it at `/office/components`.

use askama::Template;

use crate::component::{Choice, Crumb, FieldErrors, JobView, Step, StepState, Tab, TimelineEntry, Todo, Tone, Urgency};
use crate::error::Error;
use crate::page::{Area, Html, Page, Seat};
use crate::qr::qr_svg;
use crate::query::ListQuery;
use crate::table::{Cell, Column, Table};

/// The component page.
#[derive(Template)]
#[template(path = "gallery/page.html")]
pub struct Gallery {
    page: Page,
    errors: FieldErrors,
    organs: Vec<Choice>,
    methods: Vec<Choice>,
    list: ListQuery,
    table: Table,
    tabs: Vec<Tab>,
    steps: Vec<Step>,
    running: JobView,
    unknown: JobView,
    done: JobView,
    failed: JobView,
    timeline: Vec<TimelineEntry>,
    todos: Vec<Todo>,
    qr: String,
    icons: Vec<&'static str>,
}

/// Handler of the component page; `page` is the frame of whoever looks.
///
/// # Errors
/// [`crate::Category::Internal`] if the QR code cannot be drawn.
pub async fn gallery(page: Page) -> Result<Html<Gallery>, Error> {
    Ok(Html(Gallery::example(page)?))
}

impl Gallery {
    /// The page with its examples.
    ///
    /// # Errors
    /// [`crate::Category::Internal`] if the QR code cannot be drawn.
    pub fn example(page: Page) -> Result<Self, Error> {
        let list = ListQuery::parse("/office/components", "organ=130302&sort=name&page=5");
        Ok(Self {
            page: page.under([Crumb::to("首页", "/office"), Crumb::here("组件")]),
            errors: errors(),
            organs: vec![
                Choice::new("130302", "海港区"),
                Choice::new("130303", "山海关区"),
                Choice::new("130304", "北戴河区"),
            ],
            methods: methods(),
            table: Table::paged(("抽取结果", "户"), COLUMNS, &list, 3344, rows()),
            list,
            tabs: tabs(),
            steps: steps(),
            running: job("封存底册", 84_000, Some(240_256), None, "正在计算摘要", "约剩 12 秒"),
            unknown: job("读取工作簿", 1200, None, None, "第 2 张表", "正在读取"),
            done: job("生成通知书", 200, Some(200), Some(Tone::Good), "", "已完成：200 份"),
            failed: job(
                "导入检查对象",
                0,
                Some(1204),
                Some(Tone::Bad),
                "",
                "没有完成：有 20 个单元格需要改正，一行也没有写入",
            ),
            timeline: timeline(),
            todos: todos(),
            qr: qr_svg("https://example.invalid/draws/130300-20210508-0001")?,
            icons: vec![
                "house",
                "building-2",
                "dices",
                "stamp",
                "lock",
                "printer",
                "qr-code",
                "smartphone",
                "eye",
                "refresh-cw",
            ],
        })
    }

    /// A word for each tone.
    fn words(tone: Tone) -> &'static str {
        match tone {
            Tone::Plain => "未开始",
            Tone::Info => "进行中",
            Tone::Good => "已完成",
            Tone::Warn => "即将到期",
            Tone::Bad => "已超期",
            Tone::Seal => "已封存",
        }
    }

    /// Who looks at it when nobody is signed in: the example and the tests.
    #[must_use]
    pub fn example_page() -> Page {
        let seat = Seat {
            person: "陈雨".into(),
            post: "信用监管科经办人".into(),
            agency: "秦皇岛市市场监督管理局".into(),
            account: String::new(),
        };
        Page { todos: 3, demo: true, ..Page::office(seat, Area::Home) }
    }
}

fn errors() -> FieldErrors {
    let mut errors = FieldErrors::none();
    errors.push("ratio", "抽取比例要写数字，例如 3 或 0.5");
    errors.push("method", "请选择一种分配方法");
    errors
}

fn methods() -> Vec<Choice> {
    let mut random = Choice::new("random", "随机进位");
    random.help = "每户被抽中的机会完全相同。".into();
    let mut hamilton = Choice::new("hamilton", "最大余额");
    hamilton.help = "各区县户数事先确定，但很小的区县可能一户也抽不到。".into();
    vec![random, hamilton]
}

const COLUMNS: &[Column] = &[
    Column::text("name", "名称").head(),
    Column::code("code", "统一社会信用代码").label("代码"),
    Column::text("organ", "登记机关"),
    Column::number("risk", "风险分"),
    Column::text("state", "状态").unsorted(),
];

fn rows() -> Vec<Vec<Cell>> {
    let row = |name: &str, code: &str, organ: &str, risk, tone| {
        let state = Cell::chip(tone, Gallery::words(tone));
        vec![Cell::link(name, "#lists"), Cell::text(code), Cell::text(organ), Cell::number(risk), state]
    };
    vec![
        row("秦皇岛云帆渔具有限公司", "91130302MA00000016", "海港区", 712, Tone::Good),
        row("山海关老城根面馆", "92130303MA0000012X", "山海关区", 88, Tone::Info),
        row("北戴河听涛民宿服务有限公司", "91130304MA00000333", "北戴河区", 430, Tone::Bad),
        row("昌黎县碣石葡萄种植农民专业合作社联合社（示范社）", "93130322MA00000417", "昌黎县", 5, Tone::Plain),
        row("青龙满族自治县祖山板栗加工厂", "91130321MA0000055G", "青龙满族自治县", 1024, Tone::Warn),
    ]
}

fn tabs() -> Vec<Tab> {
    let tab = |label: &str, count, here| Tab { label: label.into(), href: "#lists".into(), count, here };
    vec![
        tab("检查对象", Some(240_256), true),
        tab("执法检查人员", Some(438), false),
        tab("抽查事项", Some(15), false),
        tab("导入记录", None, false),
    ]
}

fn steps() -> Vec<Step> {
    let labels = ["制定", "封存底册", "承诺", "摇号", "派发", "匹配", "检查", "录入", "审核", "公示", "后续", "归档"];
    let step = |(index, label): (usize, &&str)| Step {
        label: (*label).to_owned(),
        state: match index {
            0 | 1 => StepState::Done,
            2 => StepState::Current,
            3 => StepState::Late,
            4 => StepState::Failed,
            5 => StepState::Waiting,
            _ => StepState::Closed,
        },
        owner: if index == 2 { "信用监管科 陈雨".into() } else { String::new() },
        deadline: match index {
            2 => "还剩 3 个工作日".into(),
            3 => "超期 2 个工作日".into(),
            _ => String::new(),
        },
        waits_for: if index == 2 { "等待纪检监察组提交承诺".into() } else { String::new() },
        href: if index < 3 { "#x".into() } else { String::new() },
    };
    labels.iter().enumerate().map(step).collect()
}

fn job(title: &str, done: u64, total: Option<u64>, ended: Option<Tone>, phase: &str, words: &str) -> JobView {
    let next = if ended == Some(Tone::Bad) { "请下载问题清单，改正后重新上传。" } else { "" };
    JobView {
        next: next.to_owned(),
        json_url: "/office/jobs/example.json".into(),
        title: title.into(),
        done,
        total,
        phase: phase.into(),
        words: words.into(),
        // The examples stand still: nothing answers under their address.
        ended: ended.or(Some(Tone::Info)),
    }
}

fn timeline() -> Vec<TimelineEntry> {
    let entry = |at: &str, title: &str, detail: &str, tone| TimelineEntry {
        at: at.into(),
        title: title.into(),
        detail: detail.into(),
        tone,
        href: String::new(),
    };
    vec![
        entry("2021-05-08 09:00:07", "底册已封存", "陈雨（信用监管科经办人）申请，李岚（分管局长）批准", Tone::Good),
        entry("2021-05-08 09:40:12", "纪检监察组的公开被拒绝", "与承诺不一致，可在 10:00 前再试", Tone::Bad),
        entry("2021-05-08 10:00:00", "摇号完成", "3,344 户，见证人 2 名", Tone::Good),
    ]
}

fn todos() -> Vec<Todo> {
    let todo = |urgency, title: &str, context: &str, due: &str, action: &str| Todo {
        urgency,
        title: title.into(),
        context: context.into(),
        due: due.into(),
        href: "#x".into(),
        action: action.into(),
    };
    vec![
        todo(
            Urgency::Overdue,
            "接收派发：海港区 1,204 户",
            "2021 年内部联合抽查",
            "超期 2 个工作日（应于 2021-05-06）",
            "去接收",
        ),
        todo(Urgency::Today, "批准封存：2021 年内部联合抽查", "陈雨申请，240,256 行", "今天 17:30 前", "去批准"),
        todo(Urgency::Soon, "为 310 户匹配执法检查人员", "山海关区，在岗 42 人", "还剩 3 个工作日", "去匹配"),
    ]
}
