//! What stands on the printed pages, read back by poppler.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use common::symbols;
use common::{assert_holds, item, keep, notice, pages, person, printer, quiet, record, text};
use paper::{Choice, Day, Families, Printed, Printer};

#[test]
fn a_blank_record_form_holds_every_field_and_the_three_signatures() {
    let printed = printer().record_forms(&[record()], &mut quiet).unwrap();
    keep("record.pdf", &printed);
    let text = text(&printed);
    let form = record();
    assert_holds(
        &text,
        &["市场主体综合检查", "随机抽查记录表", &form.task_name, &form.task_number, &form.record_number],
    );
    assert_holds(
        &text,
        &[&form.subject_name, &form.subject_code, &form.address, &form.representative, &form.liaison, &form.organ],
    );
    assert_holds(&text, &["孙守正（执法证号03030200123）（组长）", "李致远（执法证号03030200456）"]);
    form.items.iter().for_each(|i| assert_holds(&text, &[&i.name, &i.category]));
    assert_holds(
        &text,
        &["是否检查", "发现问题情况", "处置情况", "核查方式", "检查结果", "后续处置措施", "其他检查事项"],
    );
    assert_holds(&text, &["检查人签名", "审核人：", "公示审批人：", "法定代表人（负责人）签字或者盖章：", "第1页"]);
}

#[test]
fn a_filled_record_form_holds_findings_ticks_and_days() {
    let mut form = record();
    form.subject_term = "经营主体".to_owned();
    form.checked_on = Day::parse("2021-06-10");
    form.completed = Some(false);
    form.items[0].checked = Some(true);
    form.items[0].found = "营业执照未置于住所的醒目位置".to_owned();
    form.items[0].disposal = "当场改正".to_owned();
    form.items[1].checked = Some(false);
    form.results = vec![
        Choice { label: "发现问题已责令改正".to_owned(), ticked: true },
        Choice { label: "未发现问题".to_owned(), ticked: false },
    ];
    form.review_opinion = "事实清楚，同意。".to_owned();
    let printed = printer().record_forms(&[form], &mut quiet).unwrap();
    keep("record-filled.pdf", &printed);
    let text = text(&printed);
    assert_holds(
        &text,
        &["经营主体综合检查", "营业执照未置于住所的醒目位置", "当场改正", "2021年6月10日", "事实清楚，同意。"],
    );
    assert!(!text.contains("通过登记的住所"), "the dictionary given replaces the usual wording");
}

#[test]
fn a_notice_holds_every_field() {
    let printed = printer().notices(&[notice()], &mut quiet).unwrap();
    keep("notice.pdf", &printed);
    let (text, form) = (text(&printed), notice());
    assert_holds(
        &text,
        &[
            &form.number,
            &form.organ,
            &form.subject_name,
            &form.subject_code,
            &form.basis,
            &form.task_name,
            &form.task_number,
        ],
    );
    assert_holds(
        &text,
        &["2021年6月1日至2021年7月31日", "年度抽查工作计划", "本年度第一次", "另有辅助人员1名", "2021年5月24日"],
    );
    assert_holds(
        &text,
        &["秦皇岛市市场监督管理局组织开展秦皇岛市市场监管系统", "由我局实施检查", "检查方式：实地检查。"],
    );
    form.items.iter().chain(&form.materials).for_each(|i| assert_holds(&text, &[i]));
    assert_holds(&text, &["孙守正（执法证号03030200123）", "申请其回避", &form.contact, &form.phone]);
    // What the unit keeps: that the firm has it, how it went, and two names.
    let receipt = &text[text.find("送达回执").unwrap()..];
    assert_holds(receipt, &[&form.number, "已于", "收到", &form.subject_name, "送达方式", "签收人", "送达人"]);
    assert_holds(receipt, &["直接", "邮寄", "电话", "传真", "电子", "其他"]);
}

#[test]
fn markup_in_names_is_printed_as_it_stands() {
    let name = "“#panic(1)” ] [ $x$ *厚* _斜_ `码` \\u{41} <a> @b // 商店";
    let mut form = record();
    form.subject_name = name.to_owned();
    form.items[0].found = "#let x = 1\n= 标题\n- 条目".to_owned();
    let mut letter = notice();
    letter.subject_name = name.to_owned();
    letter.method = "#read(\"/etc/passwd\")".to_owned();
    let printer = printer();
    assert_holds(&text(&printer.record_forms(&[form], &mut quiet).unwrap()), &[name, "#let x = 1= 标题- 条目"]);
    assert_holds(&text(&printer.notices(&[letter], &mut quiet).unwrap()), &[name, "#read(\"/etc/passwd\")"]);
}

#[test]
fn forty_items_run_over_pages_and_the_head_is_repeated() {
    let mut form = record();
    form.items = (1..=40).map(|n| item("登记事项检查", &format!("第{n:02}号事项的检查"))).collect();
    let printed = printer().record_forms(&[form], &mut quiet).unwrap();
    keep("record-long.pdf", &printed);
    let pages = pages(&printed);
    assert_eq!(pages.len(), printed.pages);
    assert!(pages.len() >= 3, "{}", pages.len());
    for n in 1..=40 {
        assert_holds(&pages.concat(), &[&format!("第{n:02}号事项的检查")]);
    }
    for (n, page) in pages.iter().enumerate() {
        assert_holds(page, &[&format!("第{}页共{}页", n + 1, pages.len()), "130300202105100001"]);
    }
    assert_holds(&pages[0], &["发现问题情况"]);
    assert_holds(&pages[1], &["发现问题情况"]);
}

#[test]
fn each_form_of_a_bundle_counts_its_own_pages() {
    let mut long = record();
    long.items = (1..=60).map(|n| item("", &format!("事项{n}"))).collect();
    let printed = printer().record_forms(&[record(), long, record()], &mut quiet).unwrap();
    let pages = pages(&printed);
    let feet: Vec<String> = pages.iter().map(|p| p[p.rfind('第').unwrap()..].to_owned()).collect();
    let each = |count: usize| (1..=count).map(move |n| format!("第{n}页共{count}页"));
    let single = printer().record_forms(&[record()], &mut quiet).unwrap().pages;
    let middle = pages.len() - 2 * single;
    assert!(middle >= 4, "{middle}");
    assert_eq!(printed.pages_of_form, [single, middle, single]);
    assert_eq!(feet, each(single).chain(each(middle)).chain(each(single)).collect::<Vec<_>>());
}

#[test]
fn long_names_and_long_words_stay_on_the_page() {
    let mut form = record();
    form.subject_name = "秦皇岛经济技术开发区望潮楼国际物流供应链管理服务".repeat(6) + "有限责任公司";
    form.items[0].found = "https://example.cn/".to_owned() + &"x".repeat(300);
    let printed = printer().record_forms(&[form.clone()], &mut quiet).unwrap();
    keep("record-wide.pdf", &printed);
    assert_holds(&text(&printed), &[&form.subject_name, &form.items[0].found]);
}

#[test]
fn rare_characters_of_names_are_printed() {
    let mut form = record();
    form.representative = "㐂龘䶮𠮷".to_owned();
    form.inspectors = vec![person("龑𠮷", "1"), person("䶮㐂", "2")];
    assert_holds(&text(&printer().record_forms(&[form], &mut quiet).unwrap()), &["㐂龘䶮𠮷", "龑𠮷", "䶮㐂"]);
}

#[test]
fn a_notice_of_the_organisers_own_names_it_once_and_quotes_nothing_twice() {
    let mut letter = notice();
    letter.organiser.clone_from(&letter.organ);
    let text = text(&printer().notices(&[letter, notice()], &mut quiet).unwrap());
    assert_holds(&text, &["第十四条，我局组织开展秦皇岛市"]);
    assert_eq!(text.matches("由我局实施检查").count(), 1);
    for hole in ["““", "””", "：。", "：；", "：，"] {
        assert!(!text.contains(hole), "{hole} in {text}");
    }
}

#[test]
fn the_same_input_gives_the_same_bytes_and_no_time() {
    let forms = [record(), record()];
    let first = printer().record_forms(&forms, &mut quiet).unwrap();
    assert_eq!(first, printer().record_forms(&forms, &mut quiet).unwrap());
    let pdf = String::from_utf8_lossy(&first.pdf);
    for mark in ["CreationDate", "ModDate", "xmp:CreateDate", "xmp:ModifyDate", "D:20"] {
        assert!(!pdf.contains(mark), "{mark}");
    }
}

/// The machine may have any other font, as LibreOffice's OpenSymbol, which has a sign for what the named ones lack.
#[test]
fn other_fonts_of_the_machine_change_nothing() {
    let printed = |with_symbols: bool, families: Families| {
        let dir = common::named_fonts();
        if with_symbols {
            std::fs::write(dir.path().join("a-symbols.ttf"), symbols::font("Any Symbols", &['\u{E001}', '\u{10D0}']))
                .unwrap();
        }
        let printer = Printer::with_families(&[dir.path().to_owned()], families).unwrap();
        let mut form = record();
        form.subject_name = "\u{10D0}号\u{E001}商店".to_owned();
        let mut letter = notice();
        letter.subject_name.clone_from(&form.subject_name);
        (printer.record_forms(&[form], &mut quiet).unwrap(), printer.notices(&[letter], &mut quiet).unwrap())
    };
    let characters = |printed: &Printed| printed.unset.iter().map(|unset| unset.character).collect::<Vec<_>>();
    let alone = printed(false, Families::default());
    assert_eq!(printed(true, Families::default()), alone);
    assert_eq!(characters(&alone.0), ['\u{10D0}', '\u{E001}']);
    // The same font does print what it has once it is named, but for the letter that means another sign in every font.
    let named = Families { rare: vec!["Any Symbols".to_owned()], ..Families::default() };
    let with = printed(true, named);
    assert_ne!(with, alone);
    assert_eq!(characters(&with.0), ['\u{E001}']);
}

#[test]
fn one_rare_character_stops_neither_its_form_nor_the_others() {
    let mut rare = record();
    rare.subject_name = "海港区\u{E001}记饭店".to_owned();
    rare.items[2].found = "商号\u{2FFFE}\u{E001}".to_owned();
    let printed = printer().record_forms(&[record(), rare, record()], &mut quiet).unwrap();
    keep("record-unset.pdf", &printed);
    let seen: Vec<_> = printed.unset.iter().map(|u| (u.form, u.place.as_str(), u.character)).collect();
    assert_eq!(
        seen,
        [(1, "items[2].found", '\u{2FFFE}'), (1, "items[2].found", '\u{E001}'), (1, "subject_name", '\u{E001}')]
    );
    assert_eq!(printed.left_out, []);
    let text = text(&printed);
    assert_holds(&text, &["海港区〔U+E001〕记饭店", "商号〔U+2FFFE〕〔U+E001〕"]);
    assert_holds(&text, &["注：〔U+2FFFE〕、〔U+E001〕是所用字体没有的字，由经办人在原处手写补正。"]);
    assert_eq!(text.matches("注：〔U+").count(), 1, "the other forms say nothing of it");
    let mut letter = notice();
    letter.subject_name = "海港区\u{31350}记饭店".to_owned();
    letter.organ = "\u{E001}".to_owned();
    let printed = printer().notices(&[letter], &mut quiet).unwrap();
    keep("notice-unset.pdf", &printed);
    assert!(printed.unset.iter().any(|unset| unset.place == "organ"), "a title is looked at too");
}

#[test]
fn a_variant_of_a_character_is_printed_as_the_font_can() {
    let mut form = record();
    // The same character with a variation selector that the font may not know.
    form.representative = "葛\u{E0100}葛\u{E01EF}芦\u{FE00}".to_owned();
    let printed = printer().record_forms(&[form], &mut quiet).unwrap();
    assert_eq!(printed.unset, []);
    assert_holds(&text(&printed), &["葛"]);
}

/// The forms of a large unit in one file, and the process must not keep them afterwards.
#[test]
fn two_hundred_forms_make_one_file() {
    let forms: Vec<_> = (0..200)
        .map(|n| {
            let mut form = record();
            form.record_number = format!("1303022021{n:04}");
            form.subject_name = format!("海港区虚构{n}号商行");
            form.address = format!("秦皇岛市海港区虚构里{n}号");
            form.url = format!("https://mingcha.example.cn/r/{n:04}");
            form
        })
        .collect();
    let printer = printer();
    let started = std::time::Instant::now();
    let mut seen = Vec::new();
    let printed = printer.record_forms(&forms, &mut |done, all| seen.push((done, all))).unwrap();
    let seconds = started.elapsed().as_secs_f64();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap().trim().trim_end_matches(" kB");
    let peak_mib = peak.parse::<u64>().unwrap() / 1024;
    eprintln!(
        "200 forms: {seconds:.1} s, {} pages, {} KiB, peak {peak_mib} MiB",
        printed.pages,
        printed.pdf.len() / 1024
    );
    assert!(peak_mib < 500, "{peak_mib} MiB: typst's memory of what it set must be dropped on the way");
    assert_eq!(seen, (1..=200).map(|n| (n, 200)).collect::<Vec<_>>());
    assert!(seconds < 60.0, "{seconds} s");
    let text = text(&printed);
    forms.iter().for_each(|f| assert_holds(&text, &[&f.record_number]));
}
