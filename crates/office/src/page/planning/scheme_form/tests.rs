//! The form, from what is sent to a draft and back.

use app::scheme::{CategoryChoice, Choices, ItemChoice, ItemChoices, ItemListName, LiveCounts, ValueChoice};
use domain::scheme::{SchemeColumn, SeatMethod, SizeRounding, SplitRule, StratumSize};

use super::read::Read;
use super::*;

fn choices() -> Choices {
    let value = |value: &str, objects| ValueChoice { value: value.to_owned(), label: value.to_owned(), objects };
    Choices {
        columns: vec![
            (SchemeColumn::Kind, vec![value("企业", 40), value("个体工商户", 20)]),
            (SchemeColumn::Status, vec![value("存续", 50), value("在营", 5)]),
            (
                SchemeColumn::Tags,
                (0..20).map(|n| value(&format!("标签{n}"), 3)).chain([value("电子商务平台", 7)]).collect(),
            ),
            (SchemeColumn::Industry, vec![value("F5211", 9)]),
        ],
    }
}

fn items() -> ItemChoices {
    let item = |name: &str| ItemChoice {
        code: format!("C-{name}"),
        name: name.to_owned(),
        kinds: vec![],
        tags: vec![],
        objects: 1,
    };
    let category = |name: &str, items: &[&str]| CategoryChoice {
        name: name.to_owned(),
        items: items.iter().map(|name| item(name)).collect(),
        kinds: vec![],
        objects: 1,
    };
    ItemChoices {
        list: Some(ItemListName {
            id: domain::ids::RevisionId::from_parts(0, [0; 10]),
            title: "清单".to_owned(),
            revision: 1,
        }),
        categories: vec![category("登记事项检查", &["营业执照", "住所"]), category("公示信息检查", &["年报"])],
    }
}

fn sheet(pairs: &[(&str, &str)]) -> (Sheet, bool) {
    Sheet::posted(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

fn read(pairs: &[(&str, &str)]) -> (Sheet, Read) {
    let (sheet, _) = sheet(pairs);
    let read = sheet.read(&choices(), &items());
    (sheet, read)
}

fn shown(pairs: &[(&str, &str)]) -> Vec<RuleForm> {
    let (sheet, read) = read(pairs);
    rules(&sheet, 's', &read.draft, &LiveCounts::default(), (&choices(), &items()), &read.errors)
}

/// One stratum of the fields given.
fn stratum<'a>(fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let named = |name: &'a str| -> &'a str { Box::leak(format!("s0-{name}").into_boxed_str()) };
    let fields = fields.iter().map(|(name, value)| (named(name), *value));
    [("title", "测试"), ("s0-label", "甲")].into_iter().chain(fields).collect()
}

fn fields(read: &Read) -> Vec<&str> {
    read.errors.iter().map(|(field, _)| field.as_str()).collect()
}

#[test]
fn what_is_typed_and_ticked_becomes_a_draft() {
    let (_, Read { draft, errors }) = read(&[
        ("title", "测试"),
        ("membership", "first"),
        ("x0-label", "非存续"),
        ("x0-c0-column", "status"),
        ("x0-c0-of", "status"),
        ("x0-c0-test", "not_in"),
        ("x0-c0-value", "存续"),
        ("x0-c0-value", "在营"),
        ("s0-code", "E8"),
        ("s0-label", "其它"),
        ("s0-population", "企业"),
        ("s0-items", "登记事项检查"),
        ("s0-items", "年报"),
        ("s0-size", "0.5%"),
        ("s0-rounding", "half_up"),
        ("s0-c0-column", "kind"),
        ("s0-c0-test", "in"),
        ("s0-c0-values", "企业、个体工商户"),
        ("s0-c1-column", ""),
        ("s1-label", ""),
        ("s1-size", ""),
        ("s2-label", "定数"),
        ("s2-size", "20户"),
        ("s2-tagged", "1"),
        ("span-receipt_span", "5"),
        ("span-receipt_span-unit", "working_day"),
        ("span-receipt_span-basis", "局函1号"),
    ]);
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(draft.exclusions[0].conditions[0].values, ["存续", "在营"]);
    assert_eq!(draft.exclusions[0].code, "X1");
    let codes: Vec<_> = draft.strata.iter().map(|rule| rule.code.as_str()).collect();
    assert_eq!(codes, ["E8", "A1"], "the empty row is gone; codes make themselves");
    assert_eq!(draft.strata[0].items, ["登记事项检查", "年报"]);
    assert_eq!(draft.strata[0].conditions[0].values, ["企业", "个体工商户"]);
    let expect = StratumSize::Ratio { ratio: "0.005".to_owned(), rounding: SizeRounding::HalfUp, at_least: None };
    assert_eq!(draft.strata[0].size, expect);
    assert_eq!(draft.strata[1].size, StratumSize::Count(20));
    assert_eq!((draft.strata[0].tagged, draft.strata[1].tagged), (false, true));
    assert_eq!(draft.spans[0].span, domain::deadline::Span::working_days(5));
    // What is kept is shown, and what is shown is kept.
    let again = Sheet::of(&draft).read(&choices(), &items());
    assert!(again.errors.is_empty());
    assert_eq!(again.draft, draft);
}

#[test]
fn every_kind_of_size_is_typed_and_shown_again() {
    let check = |fields: &[(&str, &str)], by: &str, size: &str| {
        let (_, read) = read(&stratum(fields));
        assert!(read.errors.is_empty(), "{size}");
        let shown = Sheet::of(&read.draft);
        assert_eq!((shown.strata[0].get("by"), shown.strata[0].get("size")), (by, size));
    };
    check(&[("size", "3 %")], "", "3%");
    check(&[("size", "20户")], "", "20户");
    check(&[("by", "risk"), ("size", "A 1%，B：3%、未填写 0%")], "risk", "A 1%、B 3%、未填写 0%");
    let (_, read) = read(&stratum(&[("size", "3%"), ("split", "organ"), ("seats", "hamilton"), ("otherwise", "1")]));
    let rule = &read.draft.strata[0];
    assert_eq!(rule.split, Some(SplitRule { by: SchemeColumn::Organ, method: SeatMethod::Hamilton }));
    assert!(rule.otherwise);
}

#[test]
fn each_value_of_a_column_has_a_field_for_its_share() {
    // Chosen after a share for all was typed: it stands in every field to begin with, and nothing is saved by it.
    let chosen = stratum(&[("by", "status"), ("size", "3%")]);
    assert_eq!(fields(&read(&chosen).1), ["s0-size"]);
    let form = &shown(&chosen)[0];
    let offered: Vec<_> =
        form.shares.iter().map(|it| (it.field.as_str(), it.label.as_str(), it.typed.as_str())).collect();
    let second = ("s0-share-1", "在营（5 户）", "3");
    assert_eq!(offered, [("s0-share-0", "存续（50 户）", "3"), second, ("s0-share-2", "未填写", "3")]);
    assert!(form.size_closed && form.size.is_empty() && form.by_label == "登记状态");
    assert!(form.sentence.contains("还没有写抽多少"), "{}", form.sentence);

    let fields_of = |shares: [&'static str; 3]| {
        let named = [("share-by", "status"), ("share-0-of", "存续"), ("share-1-of", "在营"), ("share-2-of", "")];
        let typed = [("share-0", shares[0]), ("share-1", shares[1]), ("share-2", shares[2])];
        stratum(&[&[("by", "status")][..], &named, &typed].concat())
    };
    let filled = fields_of(["1.5", "100％", "0"]);
    let (_, good) = read(&filled);
    assert!(good.errors.is_empty(), "{:?}", good.errors);
    let ratios = match &good.draft.strata[0].size {
        StratumSize::By { column: SchemeColumn::Status, ratios, .. } => ratios.clone(),
        _ => Vec::new(),
    };
    let of = |value: &str| ratios.iter().find(|(known, _)| known == value).map(|(_, ratio)| ratio.as_str());
    assert_eq!((of("存续"), of("在营"), of("")), (Some("0.015"), Some("1"), Some("0")));
    // Kept and shown again; what is left empty is not named.
    let again = Sheet::of(&good.draft);
    let form = &rules(&again, 's', &good.draft, &LiveCounts::default(), (&choices(), &items()), &good.errors)[0];
    assert_eq!(form.shares.iter().map(|it| it.typed.as_str()).collect::<Vec<_>>(), ["1.5", "100", "0"]);
    let (_, some) = read(&fields_of(["2", "", ""]));
    assert!(matches!(&some.draft.strata[0].size, StratumSize::By { ratios, .. } if ratios.len() == 1));

    for wrong in [["2", "很多", ""], ["2", "101", ""], ["", "", ""]] {
        let typed = fields_of(wrong);
        assert_eq!(fields(&read(&typed).1), ["s0-size"], "{wrong:?}");
        assert_eq!(shown(&typed)[0].shares[1].typed, wrong[1], "what was typed stays");
    }
    // Under another column what was typed means nothing.
    let mut other = fields_of(["2", "3", "4"]);
    other.iter_mut().filter(|(name, _)| *name == "s0-by").for_each(|field| field.1 = "kind");
    assert_eq!(fields(&read(&other).1), ["s0-size"]);
    assert_eq!(shown(&other)[0].shares[0].label, "企业（40 户）");
}

#[test]
fn a_number_alone_is_asked_back() {
    let fields_of = |fields: &[(&str, &str)]| read(&stratum(fields)).1;
    let asked = fields_of(&[("size", "20")]);
    assert_eq!(fields(&asked), ["s0-size"]);
    assert!(asked.errors.of("s0-size").contains("20% 还是 20 户"));
    let form = &shown(&stratum(&[("size", "20")]))[0];
    assert!(form.asks_unit && form.open);
    assert_eq!(form.size, "20");
    assert!(form.sentence.contains("“20”（是百分比还是户数，待选择）"), "{}", form.sentence);
    for alone in ["1", "0.5"] {
        let sentence = &shown(&stratum(&[("size", alone)]))[0].sentence;
        assert!(sentence.contains(&format!("“{alone}”（是百分比")), "a ratio is not claimed: {sentence}");
    }
    let percent = fields_of(&[("size", "20"), ("unit", "percent")]);
    assert!(
        matches!(&percent.draft.strata[0].size, StratumSize::Ratio { ratio, .. } if ratio == "0.20" || ratio == "0.2")
    );
    let count = fields_of(&[("size", "20"), ("unit", "count")]);
    assert_eq!(count.draft.strata[0].size, StratumSize::Count(20));
    assert_eq!(fields(&fields_of(&[("by", "risk"), ("size", "A 20")])), ["s0-size"]);
}

#[test]
fn a_value_that_nobody_has_is_asked_back_with_what_is_like_it() {
    let typed = [("c0-column", "tags"), ("c0-of", "tags"), ("c0-test", "has"), ("size", "3%")];
    let wrong: Vec<_> = typed.iter().copied().chain([("c0-values", "电商平台、标签1")]).collect();
    let (_, refused) = read(&stratum(&wrong));
    assert_eq!(fields(&refused), ["s0-c0-values"]);
    assert!(refused.errors.of("s0-c0-values").contains("“电子商务平台”（7 户）"));
    let form = &shown(&stratum(&wrong))[0];
    let offers: Vec<_> = form.conditions[0].offers.iter().map(|offer| (offer.value.as_str(), offer.on)).collect();
    assert_eq!(offers[..2], [("电商平台", false), ("标签1", true)]);
    assert!(offers.contains(&("电子商务平台", false)), "{offers:?}");
    // Ticked, it is meant.
    let meant: Vec<_> = typed.iter().copied().chain([("c0-value", "电商平台")]).collect();
    assert!(read(&stratum(&meant)).1.errors.is_empty());
    // What was ticked for another column means nothing.
    let moved: Vec<_> = meant.iter().map(|pair| if pair.0 == "c0-of" { ("c0-of", "kind") } else { *pair }).collect();
    assert!(read(&stratum(&moved)).1.draft.strata[0].conditions[0].values.is_empty());
    let begins = [("c0-column", "industry"), ("c0-test", "prefix"), ("c0-values", "F52"), ("size", "3%")];
    assert!(read(&stratum(&begins)).1.errors.is_empty());
    let begins = [("c0-column", "industry"), ("c0-test", "prefix"), ("c0-values", "X"), ("size", "3%")];
    assert_eq!(fields(&read(&stratum(&begins)).1), ["s0-c0-values"]);
    // A short list shows everything there is.
    let kind = [("c0-column", "kind"), ("c0-test", "in"), ("c0-values", "企业"), ("size", "3%")];
    let form = &shown(&stratum(&kind))[0].conditions[0];
    assert!(form.closed && form.typed.is_empty());
    assert_eq!(form.offers.iter().map(|offer| offer.on).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn everything_that_cannot_be_read_is_said_at_once_and_kept() {
    let (sheet, refused) = read(&[
        ("title", ""),
        ("window_from", "2021-02-30"),
        ("reserves", "x"),
        ("span-matching_span", "五"),
        ("s0-label", "甲"),
        ("s0-size", "很多"),
        ("s0-least", "两"),
        ("s0-items", "随便写的一项"),
        ("s1-label", "乙"),
        ("s1-size", "x户"),
        ("s1-c0-values", "企业"),
    ]);
    assert_eq!(
        fields(&refused),
        [
            "title",
            "window_from",
            "reserves",
            "span-matching_span",
            "s0-size",
            "s0-least",
            "s0-items",
            "s1-c0-column",
            "s1-size",
        ]
    );
    assert_eq!(sheet.get("window_from"), "2021-02-30");
    let forms = rules(&sheet, 's', &refused.draft, &LiveCounts::default(), (&choices(), &items()), &refused.errors);
    assert_eq!((forms[0].size.as_str(), forms[0].at_least.as_str()), ("很多", "两"));
    assert_eq!(forms[0].unlisted, ["随便写的一项"]);
    assert!(forms[0].sentence.contains("“很多”"), "{}", forms[0].sentence);
}

#[test]
fn problems_are_led_to_their_fields() {
    let (sheet, _) = read(&[("s0-label", "甲"), ("s1-label", "乙"), ("x0-label", "丙"), ("span-matching_span", "5")]);
    let check = |place: &str, field: &str| assert_eq!(sheet.field_at(place), field);
    check("title", "title");
    check("strata", "add-s");
    check("strata[1].conditions[2]", "s1-c2-values");
    check("strata[1].conditions", "s1-c0-column");
    check("exclusions[0].label", "x0-label");
    check("strata[0].size", "s0-size");
    check("strata[0].code", "s0-label");
    check("spans[0]", "span-matching_span");
    check("spans[0].basis", "span-matching_span-basis");
}

#[test]
fn rules_are_added_copied_moved_and_deleted() {
    let typed = [
        ("s0-code", "A1"),
        ("s0-label", "甲"),
        ("s0-size", "很多"),
        ("s1-code", "A2"),
        ("s1-label", "乙"),
        ("x0-label", "丙"),
    ];
    let press = |then: &'static str| {
        let pairs: Vec<_> = typed.iter().copied().chain([("then", then)]).collect();
        let (sheet, changed) = sheet(&pairs);
        let labels: Vec<_> = sheet.strata.iter().map(|row| row.get("label").to_owned()).collect();
        (labels.join(" "), sheet.focus.clone(), changed, sheet)
    };
    let check = |then, labels: &str, focus: &str| {
        let (found, at, changed, _) = press(then);
        assert_eq!((found.as_str(), at.as_str(), changed), (labels, focus, true), "{then}");
    };
    check("copy-s0", "甲 甲（副本） 乙", "s1");
    check("up-s1", "乙 甲", "s0");
    check("up-s0", "甲 乙", "s0");
    check("down-s0", "乙 甲", "s1");
    check("down-s1", "甲 乙", "s1");
    check("remove-s0", "乙", "s0");
    check("add-s", "甲 乙 ", "s2");
    check("condition-s1", "甲 乙", "s1");
    check("remove-x0", "甲 乙", "x0");
    for unknown in ["stay", "done", "", "remove-s9", "remove-sx", "fly-s0", "up-"] {
        assert!(!press(unknown).2, "{unknown}");
    }
    // A copy is a rule of its own, and what could not be read is copied as it was typed.
    let copied = press("copy-s0").3;
    assert_eq!((copied.strata[1].get("code"), copied.strata[1].get("size")), ("", "很多"));
    let codes: Vec<_> = copied.read(&choices(), &items()).draft.strata.into_iter().map(|rule| rule.code).collect();
    assert_eq!(codes, ["A1", "A3", "A2"]);
}

#[test]
fn lists_end_at_their_limits() {
    let many: Vec<(String, String)> =
        (0..SchemeDraft::STRATA_MAX + 1).map(|n| (format!("s{n}-label"), "甲".to_owned())).collect();
    let (full, _) = Sheet::posted(many.iter().cloned().chain([("then".to_owned(), "add-s".to_owned())]).collect());
    assert_eq!(full.strata.len(), SchemeDraft::STRATA_MAX);
    let (copied, _) = Sheet::posted(many.into_iter().chain([("then".to_owned(), "copy-s3".to_owned())]).collect());
    assert_eq!(copied.strata.len(), SchemeDraft::STRATA_MAX);
    let values = (0..SchemeDraft::VALUES_MAX + 9).map(|n| ("s0-c0-value".to_owned(), format!("值{n}")));
    let column = [("s0-c0-column", "tags"), ("s0-c0-of", "tags"), ("s0-c99-column", "tags")];
    let (wide, _) =
        Sheet::posted(column.map(|(n, v)| (n.to_owned(), v.to_owned())).into_iter().chain(values).collect());
    assert_eq!(wide.strata[0].conditions.len(), 1);
    assert_eq!(wide.strata[0].conditions[0].picked.len(), SchemeDraft::VALUES_MAX + 1);
}
