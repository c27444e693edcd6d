//! Words of the public pages that code chooses: states, headings of the exported list, what each step of `mingcha verify`
//! means, and a share in percent.

/// The commitment is published.
pub const COMMITTED: &str = "承诺已公布";
/// Drawn.
pub const DRAWN: &str = "已抽取";
/// The latest attempt failed.
pub const FAILED: &str = "本次摇号未成";
/// What the pages are called while the installation has no agency.
pub const NO_BUREAU: &str = "双随机抽查公示";

/// Headings of the exported list, in its order.
pub const DRAWN_HEADINGS: [&str; 7] =
    ["序号", "统一社会信用代码/注册号", "名称", "检查单位", "类别代码", "抽查类别", "票值"];
/// Name of the exported sheet.
pub const DRAWN_SHEET: &str = "抽取名单";

/// The steps of `mingcha verify` in their order: its word, what is checked, what it means if it does not hold.
pub const VERIFY_STEPS: [(&str, &str, &str); 11] = [
    ("files", "证明包里的文件齐全，没有多余文件", "证明包不完整，或被人加了东西"),
    ("commitment", "承诺文件符合协议格式", "承诺文件被改动"),
    ("announced", "承诺文件的摘要与公告中的承诺摘要一致", "证明包不是公告所说的那一次摇号"),
    ("scheme", "抽查规则与承诺时封存的一致", "规则在承诺之后被改过"),
    ("roll-document", "底册说明与承诺时封存的一致", "底册在承诺之后被换过"),
    ("sizes", "各类的户数和应抽户数与承诺时封存的一致", "抽取数量在承诺之后被改过"),
    ("roll", "逐行重算底册，得到的摘要与封存的一致", "底册中有一户或一个字被增删、改动"),
    ("populations", "按规则从底册重新划分类别，户数逐一相符", "有的主体被划错类别或被漏掉"),
    ("reveals", "每一方揭示的数与其事先的承诺相符，并由此算出种子", "有人在承诺之后换了数"),
    ("beacon", "使用公共随机源时，其数值和证明成立（本次未使用的不检查）", "公共随机源的数值不实"),
    ("result", "用种子为每一户重新算票、排序，得到的名单与公布的名单一致", "名单不是按规则算出来的"),
];

/// How many of how many, in percent with up to two digits after the point; `—` of nothing.
#[must_use]
pub fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "—".to_owned();
    }
    let hundredths = (u128::from(part) * 10_000 + u128::from(whole) / 2) / u128::from(whole);
    let (percent, rest) = (hundredths / 100, hundredths % 100);
    match rest {
        0 => format!("{percent}%"),
        rest if rest % 10 == 0 => format!("{percent}.{}%", rest / 10),
        rest => format!("{percent}.{rest:02}%"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn shares() {
        let check = |part, whole, expect: &str| assert_eq!(share(part, whole), expect, "{part}/{whole}");
        check(0, 0, "—");
        check(0, 5, "0%");
        check(5, 5, "100%");
        check(1, 2, "50%");
        check(1, 8, "12.5%");
        check(3, 97, "3.09%");
        check(1, 1000, "0.1%");
        check(1, 3, "33.33%");
        check(2, 3, "66.67%");
        check(u64::MAX, u64::MAX, "100%");
    }
}
