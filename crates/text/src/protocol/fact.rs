//! What the steps of a verification find. The names of steps and verdicts are those of `verifiers/verify.py` and
//! `verifiers/verify.html`, and a test holds them together.

/// Steps (`bundle::StepName`).
pub const STEPS: &[(&str, &str)] = &[
    ("files", "文件"),
    ("commitment", "承诺"),
    ("announced", "公布的承诺"),
    ("roll-document", "底册说明"),
    ("scheme", "方案"),
    ("sizes", "应抽数"),
    ("reveals", "揭示"),
    ("beacon", "信标"),
    ("roll", "底册"),
    ("populations", "各层行数"),
    ("result", "结果"),
    ("proofs", "包含证明"),
    ("signatures", "签名"),
    ("addenda", "增补"),
    ("receipt", "回执"),
];

/// Verdicts (`bundle::Verdict`).
pub const VERDICTS: &[(&str, &str)] = &[("ok", "成立"), ("failed", "不成立"), ("partial", "部分")];

/// What became of a commitment.
pub const ENDINGS: &[(&str, &str)] = &[("result", "有结果"), ("failure", "已失败"), ("open", "尚无下文")];

/// Findings (`bundle::Fact`).
pub const FACTS: &[(&str, &str)] = &[
    ("files", "{files} 个文件，底册为 {roll}"),
    ("files-without-roll", "{files} 个文件，没有底册"),
    ("commitment", "摘要 {digest}，第 {attempt} 次，{parties} 方"),
    ("digest", "摘要 {digest}，与公布的一致"),
    ("roll-document", "{rows} 行，与承诺一致"),
    ("scheme", "{exclusions} 条排除，{strata} 层，与承诺一致"),
    ("sizes", "应抽 {total}，与承诺一致，由各层行数推得"),
    ("roll", "{rows} 行，次序无误，标识不重复；树根由每一行重新算得：{root}"),
    ("no-roll", "没有底册文件：各层行数、应抽数、排除和有无遗漏无法核验"),
    ("populations", "排除 {excluded}，层外 {outside}，各层行数与应抽数都由底册重新算得"),
    ("reveals", "种子 {seed}，无人缺席"),
    ("reveals-absent", "种子 {seed}，缺席：{absent}"),
    ("beacon-digits", "{beacon} {round}：数字合乎声明的形式；请与官方公告核对"),
    ("beacon-signed", "{beacon} 第 {round} 轮：签名出自这条链，时刻为 {at}"),
    ("beacon-timed", "{beacon} 第 {round} 轮：数值是签名的摘要，时刻无误；这条链的签名连同前一轮，因此签名没有核验"),
    ("beacon-unknown", "{beacon} 第 {round} 轮：数值是签名的摘要；本版本不知道这条链的公钥，因此签名和时刻没有核验"),
    ("result", "抽中 {drawn}，共 {cells} 格，重新算得的结果逐字节相同"),
    ("result-without-roll", "种子、各格、应抽数、票值及其次序成立；没有底册，无法知道有没有遗漏更小的票值"),
    ("proofs", "{rows} 行在底册之中"),
    ("proofs-listed", "{rows} 行在底册之中，抽中与否和结果一致"),
    ("signatures", "{witnesses} 名见证人中有 {attested} 名签署了承诺；请核对以下公钥各是谁的：{signed}"),
    ("no-addenda", "没有增补"),
    ("addenda", "替换 {addenda} 户，补入 {brought} 户，依次相连，最后一份的摘要 {digest}"),
    ("receipt", "{objects} 户，所据结果的摘要 {result}"),
    ("receipt-reveals", "方案、应抽数和底册与承诺一致，种子 {seed}"),
    ("object-excluded", "{id} 在底册第 {row} 行（共 {rows} 行），票值 {ticket}；按排除规则 {exclusion} 未参加抽取"),
    ("object-outside", "{id} 在底册第 {row} 行（共 {rows} 行），票值 {ticket}；不属于任何一层"),
    (
        "object",
        "{id} 在底册第 {row} 行（共 {rows} 行），票值 {ticket}；抽中的格：{drawn}；未抽中的格：{passed}（格 应抽数/行数）",
    ),
];
