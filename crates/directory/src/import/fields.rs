//! The fields of each kind of file, with the headings under which bureaus write them, the usual one first.

use domain::import::ImportKind;
use sheet::Field;

const fn must<'a>(key: &'a str, names: &'a [&'a str]) -> Field<'a> {
    Field { key, names, required: true }
}

const fn may<'a>(key: &'a str, names: &'a [&'a str]) -> Field<'a> {
    Field { key, names, required: false }
}

/// The fields of a kind of file, in the order in which the page lists them.
pub(super) const fn fields(kind: ImportKind) -> &'static [Field<'static>] {
    match kind {
        ImportKind::Agency => &AGENCY,
        ImportKind::Subject => &SUBJECT,
        ImportKind::Inspector => &INSPECTOR,
        ImportKind::Item => &ITEM,
    }
}

const AGENCY: [Field<'static>; 9] = [
    must("code", &["机构代码", "单位代码", "登记机关代码", "代码"]),
    must("name", &["机构名称", "单位名称", "机构全称", "名称"]),
    may("short_name", &["机构简称", "单位简称", "简称"]),
    may("parent", &["上级机构代码", "上级单位代码", "上级代码"]),
    must("level", &["层级", "机构层级", "级别"]),
    must("kind", &["机构类型", "单位类型", "类型"]),
    may("division", &["行政区划", "行政区划代码", "区划代码"]),
    may("contact", &["联系人", "检查联系人"]),
    may("phone", &["联系电话", "检查联系电话", "电话"]),
];

const SUBJECT: [Field<'static>; 18] = [
    must(
        "name",
        &["名称", "主体名称", "企业名称", "市场主体名称", "经营主体名称", "检查对象名称", "单位名称", "字号名称"],
    ),
    must(
        "code",
        &[
            "统一社会信用代码/注册号",
            "统一社会信用代码",
            "统一社会信用代码（注册号）",
            "社会信用代码",
            "信用代码",
            "注册号",
            "对象编号",
        ],
    ),
    must("kind", &["主体类别", "主体类型", "市场主体类型", "对象类别", "对象类型", "类别"]),
    may("sub_kind", &["主体小类", "企业类型", "细分类型", "小类"]),
    must("agency", &["登记机关代码", "登记机关编码", "登记机关", "管辖单位"]),
    may("agency_name", &["登记机关名称", "登记机关"]),
    may("division", &["行政区划", "行政区划代码", "住所行政区划", "所属区划"]),
    must("registered_on", &["成立日期", "注册日期", "登记日期", "设立日期"]),
    must("status", &["登记状态", "经营状态", "主体状态", "企业状态", "状态"]),
    may("credit_class", &["信用风险等级", "信用风险分类", "信用风险类别", "风险等级"]),
    may("credit_on", &["风险评定日期", "信用风险评定日期", "评定日期"]),
    may("food_class", &["食品生产经营风险等级", "食品风险等级"]),
    may("food_on", &["食品风险评定日期"]),
    may("industry", &["行业代码", "国民经济行业代码", "行业"]),
    may("address", &["住所", "住所（经营场所）", "经营场所", "地址", "生产经营地址"]),
    may("legal_person", &["法定代表人", "法定代表人（负责人）", "法定代表人/负责人", "负责人", "经营者"]),
    may("tags", &["标签", "专项标签", "专项库标签"]),
    may("licences", &["许可证", "许可信息", "许可证件"]),
];

const INSPECTOR: [Field<'static>; 11] = [
    must("certificate", &["执法证号", "执法证件号", "执法证编号", "证件号码"]),
    must("name", &["姓名", "人员姓名"]),
    must("agency", &["机构代码", "单位代码", "所属机构代码", "所属机构", "所属单位", "工作单位"]),
    may("agency_name", &["所属机构", "所属单位", "工作单位", "机构名称"]),
    may("section", &["科室（所）", "科室", "部门", "所属科室"]),
    may("staff_number", &["单位工号", "工号"]),
    must("certificate_from", &["执法证有效期起", "发证日期", "有效期起"]),
    must("certificate_to", &["执法证有效期至", "有效期至", "有效期止"]),
    may("qualifications", &["资质", "资格", "专业资质"]),
    may("expertise", &["业务专长", "专长"]),
    may("active", &["岗位状态", "是否在岗", "在岗状态"]),
];

const ITEM: [Field<'static>; 13] = [
    must("code", &["事项编码", "事项编号", "编码"]),
    must("category", &["抽查类别", "抽查项目", "类别"]),
    must("name", &["抽查事项", "检查事项", "事项名称"]),
    may("kinds", &["检查对象", "抽查对象", "适用对象"]),
    may("tags", &["适用标签", "标签"]),
    must("weight", &["事项类型", "事项类别", "重点/一般"]),
    must("methods", &["检查方式", "抽查方式"]),
    may("body", &["检查主体", "实施主体"]),
    may("materials", &["需准备的资料", "需要准备的资料", "准备资料", "所需资料", "资料清单"]),
    must("basis", &["检查依据", "抽查依据", "法律依据"]),
    may("qualification", &["人员资质要求", "资质要求"]),
    may("valid_from", &["生效日期", "实施日期"]),
    may("valid_to", &["失效日期", "终止日期"]),
];

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_its_name_on_the_page() {
        for kind in ImportKind::ALL {
            for field in fields(*kind) {
                assert_ne!(text::import::field(*kind, field.key), "其他", "{kind} {}", field.key);
                assert!(!field.names.is_empty());
            }
        }
    }
}
