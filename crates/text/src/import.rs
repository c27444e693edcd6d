//! Words of imports: fields, what is wrong with a cell, job titles, the workbook with the problems.

use domain::import::ImportKind;

use crate::Label;

/// What is wrong with a cell: its stable code, a few words for counting, and the sentence. `{0}` and `{1}` stand for data.
struct Reason {
    code: &'static str,
    short: &'static str,
    sentence: &'static str,
}

const fn r(code: &'static str, short: &'static str, sentence: &'static str) -> Reason {
    Reason { code, short, sentence }
}

/// Every code that `app::directory` gives to a cell.
const REASONS: &[Reason] = &[
    r("required", "必填项为空", "此项必须填写。"),
    r("too_long", "超过字数上限", "有{0}个字，最多{1}个字，请缩短。"),
    r("formula", "疑似公式", "以公式符号开头，可能被表格软件执行，请改为普通文字。"),
    r("nul", "含空字符", "{0}"),
    r("control", "含控制字符", "{0}"),
    r("invisible", "含隐形字符", "{0}"),
    r("direction", "含改变书写方向的标记", "{0}"),
    r("private_use", "含自造字", "{0}"),
    r("unassigned", "含未编码的字", "{0}"),
    r("garbled", "含乱码", "{0}"),
    r("line_break", "含换行", "{0}"),
    r("error_value", "公式错误值", "单元格是公式的错误值“{0}”，请填写实际内容。"),
    r("merged", "数据区有合并单元格", "此格被合并到其他单元格中，没有内容，请取消合并并逐行填写。"),
    r("full_width", "全角字符", "含有全角字符，请改为半角，即“{0}”。"),
    r("lost_digits", "长数字已失真", "代码被表格软件存成了数字，末尾几位已丢失，请将该列设为文本后重新填写。"),
    r("code_missing", "缺少代码", "未填写统一社会信用代码或注册号，请补填。"),
    r("code_length", "代码位数不对", "{0}"),
    r("code_letter", "代码含有不应有的字符", "{0}"),
    r("code_lower_case", "代码含小写字母", "{0}"),
    r("code_kind", "代码前两位有误", "{0}"),
    r("code_division", "代码中的区划有误", "{0}"),
    r("organisation_check", "主体标识码校验不符", "{0}"),
    r("code_check", "信用代码校验码不符", "{0}"),
    r("registration_check", "注册号校验码不符", "{0}"),
    r("key_form", "对象编号不合规则", "{0}"),
    r("code_not_expected", "代码与类别不符", "{0}"),
    r("duplicate", "文件内重复", "与第{0}行重复，请只保留一行。"),
    r(
        "registered_elsewhere",
        "由其他机关登记",
        "该对象在名录库中由“{0}”登记，不在您的管辖范围内，请与该单位联系迁移。",
    ),
    r(
        "listed_elsewhere",
        "由其他机关管理",
        "该执法证号在名录库中属于“{0}”的人员，不在您的管辖范围内，请与该单位联系调动。",
    ),
    r("kind_unknown", "类别无法识别", "无法识别的类别，请填写：{0}。"),
    r("status_unknown", "登记状态无法识别", "无法识别的登记状态，请填写：{0}。"),
    r("agency_unknown", "机构不存在", "机构列表中没有“{0}”，请核对代码，或先由系统管理员添加该机构。"),
    r("agency_ambiguous", "机构名称不唯一", "有多个机构叫“{0}”，请填写机构代码。"),
    r("agency_mismatch", "机构名称与代码不符", "代码{0}的机构是“{1}”，请核对。"),
    r("agency_outside", "不在管辖范围", "“{0}”不在您的管辖范围内，请由该单位或其上级导入。"),
    r("division_unknown", "行政区划不存在", "{0}"),
    r("date_form", "日期无法识别", "日期无法识别，请按“2021-05-08”的格式填写。"),
    r("date_no_such_day", "没有这一天", "日历上没有这一天，请核对。"),
    r("date_out_of_range", "年份不合理", "年份不在1900年至2199年之间，请核对。"),
    r("date_future", "日期晚于今天", "日期晚于今天，请核对。"),
    r("backwards", "截止日早于起始日", "截止日早于起始日，请核对有效期。"),
    r("risk_unknown", "风险等级无法识别", "没有这一等级，请填写 A、B、C、D（信用风险另可填写 E）。"),
    r("risk_undated", "缺少评定日期", "填写了风险等级，但没有评定日期，请补填。"),
    r("industry_form", "行业代码有误", "{0}"),
    r("tag_form", "标签有误", "{0}"),
    r("too_many_tags", "标签过多", "有{0}个标签，最多{1}个。"),
    r(
        "licence_form",
        "许可证格式有误",
        "“{0}”不是“种类:编号:有效期至”的形式；长期有效的第三项留空，失效的可再加“:注销”“:吊销”或“:暂停”，多个许可证用分号分开。",
    ),
    r("too_many_licences", "许可证过多", "有{0}个许可证，最多{1}个。"),
    r("qualification_form", "资质格式有误", "“{0}”不是“名称:有效期至”的形式；长期有效的留空，多个资质用分号分开。"),
    r("certificate_form", "执法证号有误", "执法证号应为1至{0}位字母、数字或短横线，请核对。"),
    r("login_unknown", "没有这个账号", "本单位及下属单位没有登录名为“{0}”的有效账号，请核对或先由系统管理员开通。"),
    r("login_taken", "账号已登记给他人", "账号“{0}”已登记给执法证号为{1}的人员，一个账号只对应一个人，请核对。"),
    r("answer_unknown", "是否项无法识别", "无法识别，请填写“在岗”或“离岗”。"),
    r("item_form", "事项填写有误", "{0}"),
    r("weight_unknown", "事项类型无法识别", "无法识别，请填写“重点检查事项”或“一般检查事项”。"),
    r("method_unknown", "检查方式无法识别", "无法识别“{0}”，请填写：{1}。"),
    r("agency_form", "机构填写有误", "{0}"),
    r("level_unknown", "层级无法识别", "无法识别，请填写省、市、县或所。"),
    r("phone_form", "联系电话有误", "联系电话只能有数字、横线、括号、“转”和分隔符，例如 0335-1234567转801，请核对。"),
    r("too_many_materials", "需准备的资料过多", "有{0}项资料，最多{1}项，请合并。"),
    r("material_too_long", "一项资料过长", "“{0}”超过{1}个字，请缩短，或用分号分成几项。"),
    r("parent_unknown", "上级机构不存在", "机构列表和本文件中都没有代码为“{0}”的上级机构，请核对。"),
    r(
        "root_by_owner",
        "缺少上级机构",
        "上级机构代码不能为空：最上一级机构只能由平台的安装者在命令行建立，请填写上级机构的代码。",
    ),
    r("root_taken", "最上一级机构已有", "平台的最上一级机构是“{0}”，一个平台只有一个，请填写上级机构的代码。"),
    r(
        "root_twice",
        "有两个最上一级机构",
        "文件中已有另一个没有上级的机构，一个平台的最上一级只有一个，请填写上级机构的代码。",
    ),
    r(
        "agency_depth",
        "机构层次过多或成环",
        "从最上一级数到该机构超过{0}级，或者几个机构互为上级，请核对上级机构代码。",
    ),
    r(
        "inspector_moved",
        "人员的单位不能用导入更改",
        "此人现在属于“{0}”。在单位之间调动须经双方同意，请在“人员调动”中办理；这里请填写现在的单位。",
    ),
    r("agency_moved", "机构的上级不能改", "该机构现在的上级是“{0}”，导入不能改变上下级关系，请联系系统管理员。"),
];

fn find(code: &str) -> Option<&'static Reason> {
    REASONS.iter().find(|reason| reason.code == code)
}

/// The sentence for a cell.
#[must_use]
pub fn reason(code: &str, data: &[String]) -> String {
    let Some(reason) = find(code) else { return code.to_owned() };
    let mut sentence = reason.sentence.to_owned();
    for (index, value) in data.iter().enumerate() {
        sentence = sentence.replace(&format!("{{{index}}}"), value);
    }
    sentence
}

/// A few words for the table that counts the kinds.
#[must_use]
pub fn short(code: &str) -> &str {
    find(code).map_or(code, |reason| reason.short)
}

/// Whether a code is known; for the test that looks for codes in `app`.
#[must_use]
pub fn is_known(code: &str) -> bool {
    find(code).is_some()
}

/// The name of a field on the page where columns are assigned.
#[must_use]
pub fn field(kind: ImportKind, key: &str) -> &'static str {
    match (kind, key) {
        (ImportKind::Subject, "name") => "名称",
        (ImportKind::Subject, "code") => "统一社会信用代码或注册号",
        (ImportKind::Subject, "kind") => "主体类别",
        (_, "sub_kind") => "主体小类",
        (ImportKind::Subject, "agency") => "登记机关（代码或名称）",
        (ImportKind::Subject, "agency_name") => "登记机关名称（用于核对）",
        (_, "registered_on") => "成立日期",
        (_, "status") => "登记状态",
        (_, "credit_class") => "信用风险等级",
        (_, "credit_on") => "信用风险评定日期",
        (_, "food_class") => "食品生产经营风险等级",
        (_, "food_on") => "食品风险评定日期",
        (_, "industry") => "行业代码",
        (_, "address") => "住所（经营场所）",
        (_, "legal_person") => "法定代表人（负责人）",
        (_, "phone") => "联系电话",
        (ImportKind::Subject, "tags") => "标签",
        (_, "licences") => "许可证",
        (_, "certificate") => "执法证号",
        (_, "certificate_from") => "执法证有效期起",
        (_, "certificate_to") => "执法证有效期至",
        (_, "staff_number") => "单位工号",
        (_, "login") => "登录名",
        (ImportKind::Inspector, "name") => "姓名",
        (ImportKind::Inspector, "agency") => "所属机构（代码或名称）",
        (ImportKind::Inspector, "agency_name") => "所属机构名称（用于核对）",
        (_, "section") => "科室（所）",
        (_, "qualifications") => "资质",
        (_, "expertise") => "业务专长",
        (_, "active") => "岗位状态",
        (ImportKind::Item, "code") => "事项编码",
        (_, "category") => "抽查类别",
        (ImportKind::Item, "name") => "抽查事项",
        (_, "kinds") => "检查对象",
        (ImportKind::Item, "tags") => "适用标签",
        (_, "weight") => "事项类型",
        (_, "methods") => "检查方式",
        (_, "body") => "检查主体",
        (_, "materials") => "需准备的资料",
        (ImportKind::Agency, "contact") => "联系人",
        (_, "basis") => "检查依据",
        (_, "qualification") => "人员资质要求",
        (_, "valid_from") => "生效日期",
        (_, "valid_to") => "失效日期",
        (ImportKind::Agency, "code") => "机构代码",
        (ImportKind::Agency, "name") => "机构名称",
        (_, "short_name") => "机构简称",
        (_, "parent") => "上级机构代码",
        (_, "level") => "层级",
        (ImportKind::Agency, "kind") => "机构类型",
        (_, "division") => "行政区划",
        _ => "其他",
    }
}

/// The name of a field where a change of it is shown.
#[must_use]
pub fn changed_field(kind: ImportKind, key: &str) -> &str {
    match (kind, key) {
        (ImportKind::Subject, _) => crate::directory::subject_field(key),
        (ImportKind::Inspector, "agency") => "所属机构",
        (ImportKind::Inspector, "account_confirmed") => "账号确认",
        (_, "published") => "发布状态",
        _ => field(kind, key),
    }
}

/// What becomes of what stood there before a file was written.
#[must_use]
pub const fn kept(kind: ImportKind) -> &'static str {
    match kind {
        ImportKind::Subject | ImportKind::Inspector => "变更前的内容保留为历史版本。",
        ImportKind::Item => "原来的清单保留为以前的版本。",
        ImportKind::Agency => "机构只保留现在的名称和联系方式。",
    }
}

/// What the list of changes is called.
pub const CHANGES_TITLE: &str = "将发生的变化";

/// Name of the file that lists what an import would change, and of its sheet.
pub const CHANGES_FILE: &str = "导入变化";

/// Its headings.
pub const CHANGES_COLUMNS: [&str; 7] = ["文件行", "变化", "名称", "代码", "变更的内容", "原内容", "新内容"];

/// What is new, in a few words: those that there are.
#[must_use]
pub fn summary(words: impl IntoIterator<Item = String>) -> String {
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("；")
}

/// Whether somebody is on duty, or since when no longer.
#[must_use]
pub fn on_duty(left: Option<chrono::NaiveDate>) -> String {
    match left {
        None => "在岗".to_owned(),
        Some(day) => format!("离岗（{}起）", crate::day(day)),
    }
}

/// A risk class and the day on which it was assessed.
#[must_use]
pub fn dated_class(level: domain::subject::RiskLevel, day: chrono::NaiveDate) -> String {
    format!("{}（{}评定）", level.label(), crate::day(day))
}

/// A code that the table of divisions does not have.
#[must_use]
pub fn no_such_division(code: &str) -> String {
    format!("行政区划代码“{code}”不存在。")
}

/// Where to look one up.
#[must_use]
pub const fn look_up_division() -> &'static str {
    "请按最新的县级以上行政区划代码核对。"
}

/// What a limit of `sheet` is about.
#[must_use]
pub fn limit(name: &str) -> &'static str {
    match name {
        "file_bytes_max" => "文件字节数",
        "unpacked_bytes_max" => "解压后的字节数",
        "zip_ratio_max" => "压缩比",
        "zip_entries_max" => "压缩包内的文件数",
        "claimed_cells_max" => "声明的单元格数",
        "merges_max" => "合并单元格数",
        "rows_max" => "行数",
        "columns_max" => "列数",
        "cell_characters_max" => "单个单元格的字数",
        _ => "大小",
    }
}

/// A place in a file, in brackets: the sheet where it is known, and the row unless it is 0.
#[must_use]
pub fn place(sheet: &str, row: u32) -> String {
    match (sheet.is_empty(), row) {
        (true, 0) => String::new(),
        (true, row) => format!("（第{row}行）"),
        (false, 0) => format!("（工作表“{sheet}”）"),
        (false, row) => format!("（工作表“{sheet}”第{row}行）"),
    }
}

/// As [`place`], where only the last sound row is known.
#[must_use]
pub fn behind(sheet: &str, row: u32) -> String {
    match (sheet.is_empty(), row) {
        (true, _) => String::new(),
        (false, 0) => format!("（工作表“{sheet}”的开头）"),
        (false, row) => format!("（工作表“{sheet}”，第{row}行之后）"),
    }
}

/// Some texts will not stand on the forms as they were written: how many, and what becomes of them.
#[must_use]
pub fn unprinted(count: &u64) -> String {
    format!("有{}处文字含有文书字体印不出的字", crate::thousands(*count))
}

/// What to do about it.
pub const UNPRINTED_NEXT: &str = "可以照常导入；印制文书时，该字的位置印出它的编码，例如〔U+31350〕，须由人补写。请核对是否填错，或请系统管理员安装生僻字字体。";

/// Title of the job of a dry run.
#[must_use]
pub fn dry_run_title(kind: ImportKind, file: &str) -> String {
    format!("试导入{}：{file}", kind.label())
}

/// Title of the job that makes the rows the directory's.
#[must_use]
pub fn commit_title(kind: ImportKind, file: &str) -> String {
    format!("导入{}：{file}", kind.label())
}

/// Name of the workbook with the problems of a file.
#[must_use]
pub fn problems_file(file: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    format!("{stem}-问题清单.xlsx")
}

/// Sheet with the marked table, sheet with the list, heading of the reasons, headings of the list.
pub const WORKBOOK: (&str, &str, &str, [&str; 6]) =
    ("原表（问题已标红）", "问题清单", "问题说明", ["工作表", "行", "列", "列名", "原值", "问题说明"]);

/// Title of an agency's item list.
#[must_use]
pub fn item_list_title(agency: &str) -> String {
    format!("{agency}随机抽查事项清单")
}

/// The kinds, states or methods that a list may name, joined.
#[must_use]
pub fn labels<T: Label + Copy>(all: &[T]) -> String {
    all.iter().map(|value| value.label()).collect::<Vec<_>>().join("、")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_sentences_whole() {
        let mut codes: Vec<_> = REASONS.iter().map(|reason| reason.code).collect();
        codes.sort_unstable();
        assert!(codes.windows(2).all(|pair| pair.first() != pair.last()));
        for reason in REASONS {
            assert!(reason.sentence == "{0}" || reason.sentence.ends_with('。'), "{}", reason.code);
        }
    }

    /// Agencies have no table of former states, so no page says that they have.
    #[test]
    fn what_is_kept_is_said_of_each_kind() {
        for kind in ImportKind::ALL {
            assert!(kept(*kind).ends_with('。'), "{kind}");
        }
        assert!(kept(ImportKind::Inspector).contains("历史版本") && !kept(ImportKind::Agency).contains("历史版本"));
    }

    #[test]
    fn data_goes_into_the_sentence() {
        assert_eq!(reason("duplicate", &["5".to_owned()]), "与第5行重复，请只保留一行。");
        assert_eq!(reason("no such code", &[]), "no such code");
        assert_eq!(problems_file("名录.xlsx"), "名录-问题清单.xlsx");
    }
}
