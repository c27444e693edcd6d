//! Words of the templates that a clerk fills in for an import: sheets, and for each column what is expected and an example.
//!
//! The limits that the sentences name are `domain`'s; a test of `directory` imports every example.

use domain::import::ImportKind;

/// Sheet that explains the columns; it is never read as data.
pub const GUIDE_SHEET: &str = "填表说明";

/// Headings of that sheet.
pub const GUIDE_TITLES: [&str; 5] = ["列名", "是否必填", "填写要求", "可填的值", "示例（虚构）"];

/// Behind the heading of a column that must be filled; the import reads the heading as if it were not there.
pub const REQUIRED_MARK: &str = "*";

/// Whether somebody is on duty.
pub const ON_DUTY: [&str; 2] = ["在岗", "离岗"];

/// The sheet to be filled, and the beginning of the file's name.
#[must_use]
pub const fn sheet(kind: ImportKind) -> &'static str {
    match kind {
        ImportKind::Agency => "机构",
        ImportKind::Subject => "检查对象",
        ImportKind::Inspector => "执法检查人员",
        ImportKind::Item => "随机抽查事项清单",
    }
}

/// Name of the file without its ending.
#[must_use]
pub fn file_stem(kind: ImportKind) -> String {
    format!("{}-导入模板", sheet(kind))
}

/// Whether a column must be filled.
#[must_use]
pub const fn required(required: bool) -> &'static str {
    if required { "必填" } else { "可以不填" }
}

/// What is expected in a column, and an example of invented data. `None` for a field that has no words yet.
#[must_use]
pub fn guide(kind: ImportKind, key: &str) -> Option<(&'static str, &'static str)> {
    match kind {
        ImportKind::Agency => agency(key),
        ImportKind::Subject => subject(key),
        ImportKind::Inspector => inspector(key),
        ImportKind::Item => item(key),
    }
}

fn agency(key: &str) -> Option<(&'static str, &'static str)> {
    Some(match key {
        "code" => (
            "1至16位大写字母或数字，中间可以有短横线，不与别的机构重复；有行政区划的机构用六位区划代码，功能区分局和所可以自编。",
            "130302S09",
        ),
        "name" => ("机构全称，最多60个字，文书落款用。", "示例路市场监督管理所"),
        "short_name" => ("页面和表格上用的简称；不填的用全称。", "示例路所"),
        "parent" => (
            "上级机构的代码，须在本文件中或已经在平台中，并在您的管辖范围内；只有安装者在命令行建立最上一级时留空。再次导入不能改变上下级关系。",
            "130302",
        ),
        "level" => ("机构所在的层级。", "所级"),
        "kind" => ("机构的类型。", "市场监督管理所"),
        "division" => ("六位行政区划代码；功能区分局和它的所留空。", "130302"),
        "contact" => ("印在本单位的检查通知书上，供被检查单位联系，最多30个字。", "示例联系人"),
        "phone" => ("联系人的电话，可有数字、横线、括号、“转”和分隔符，最多40个字符。", "0335-1234567转801"),
        _ => return None,
    })
}

fn subject(key: &str) -> Option<(&'static str, &'static str)> {
    Some(match key {
        "name" => ("营业执照上的全称，最多120个字。", "示例商贸有限公司"),
        "code" => (
            "18位统一社会信用代码或15位注册号，逐位校验；产品、项目、行为填本单位编的对象编号（最多55位字母、数字、点、短横线）。\
             文件中不能重复。",
            "91130302MA07X1073G",
        ),
        "kind" => ("检查对象的类别。", "企业"),
        "sub_kind" => ("更细的类别，如“有限责任公司”。", "有限责任公司"),
        "agency" => ("登记机关的代码或全称，须是平台中已有的机构，并在您的管辖范围内；派发以它为准。", "130302"),
        "agency_name" => ("只用来与代码核对；填写的须与该代码的机构名称一致，可以不填。", ""),
        "division" => ("六位行政区划代码。", "130302"),
        "registered_on" => ("日期，写成2021-05-08的格式；不能晚于今天。产品、项目、行为可以不填。", "2015-03-09"),
        "status" => ("登记状态。", "存续"),
        "credit_class" => ("企业信用风险分类的等级；填写的须同时填写评定日期。", "B"),
        "credit_on" => ("评定信用风险等级的日期，不能晚于今天。", "2021-04-01"),
        "food_class" => ("食品生产经营风险等级；填写的须同时填写评定日期。", "A"),
        "food_on" => ("评定食品风险等级的日期，不能晚于今天。", "2021-04-01"),
        "industry" => ("国民经济行业代码：一个大写字母A至T，可接2至4位数字。", "F5212"),
        "address" => ("住所或经营场所，最多200个字，写在一行内。", "海港区示例路1号"),
        "legal_person" => ("法定代表人、负责人或经营者的姓名。", "王示例"),
        "tags" => ("专项标签，多个用顿号分开，最多64个，每个最多32个字；没有的留空。", "广告、商标使用"),
        "licences" => (
            "“种类:编号:有效期至”，多个用分号分开；长期有效的第三项留空；已失效的再加“:暂停”“:吊销”或“:注销”。",
            "食品经营许可证:JY11303020000001:2030-12-31",
        ),
        _ => return None,
    })
}

fn inspector(key: &str) -> Option<(&'static str, &'static str)> {
    Some(match key {
        "certificate" => ("执法证的证号，1至32位字母、数字或短横线；同一证号视为同一人。", "03030009901"),
        "name" => ("姓名，最多40个字。", "赵示例"),
        "agency" => {
            ("所在机构的代码或全称，须是平台中已有的机构，并在您的管辖范围内；人员只被匹配到本单位的检查。", "130302")
        }
        "agency_name" => ("只用来与代码核对；填写的须与该代码的机构名称一致，可以不填。", ""),
        "section" => ("所在的科室或所。", "信用监管股"),
        "staff_number" => ("本单位的工号。", "0099"),
        "certificate_from" => ("执法证生效的日期，写成2021-05-08的格式。", "2020-01-01"),
        "certificate_to" => ("执法证失效的日期；匹配时须在检查日有效。", "2030-12-31"),
        "qualifications" => ("“名称:有效期至”，多个用分号分开；长期有效的冒号后留空。", "检验检测:2030-12-31；计量:"),
        "expertise" => ("业务专长，最多200个字。", "广告"),
        "active" => ("是否在岗；离岗的不再被匹配。不填的保持原状，新增的视为在岗。", "在岗"),
        "login" => ("本人的平台账号，须已开通；一个账号只对应一个人。空着的保持原有登记。", ""),
        _ => return None,
    })
}

fn item(key: &str) -> Option<(&'static str, &'static str)> {
    Some(match key {
        "code" => ("1至32位字母、数字、点、短横线或下划线，清单中不能重复。", "QHD99-01"),
        "category" => ("抽查类别，最多120个字。", "登记事项检查"),
        "name" => ("抽查事项的名称，最多120个字。", "营业执照（登记证）规范使用情况的检查"),
        "kinds" => ("事项适用于哪些类别的对象，多个用顿号分开；不填的适用于各类。", "企业、个体工商户"),
        "tags" => ("带有其中一个标签的对象都检查此事项，多个用顿号分开；不填的只按抽查工作方案。", ""),
        "weight" => ("事项的类型。", "一般检查事项"),
        "methods" => ("检查方式，多个用顿号分开。", "实地核查、书面检查"),
        "body" => ("实施检查的机关。", "县级以上市场监督管理部门"),
        "materials" => (
            "请被检查单位准备的资料，印在检查通知书上；多项用分号分开，最多10项，每项最多100个字。",
            "营业执照正、副本；住所使用证明",
        ),
        "basis" => ("法律、法规、规章的名称和条款，最多4000个字，写在一行内。", "《示例条例》第一条"),
        "qualification" => ("检查人员须有的资质，多个用顿号分开；填写后，至少一名检查人员须有此资质。", ""),
        "valid_from" => ("事项生效的日期，写成2021-05-08的格式；不填的自导入之日起。", "2020-01-01"),
        "valid_to" => ("事项失效的日期；长期有效的留空。", ""),
        _ => return None,
    })
}
