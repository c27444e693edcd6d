//! The list of check items: fifteen categories as in seed 000, with items of our own wording and the names of the laws
//! on which such checks rest. Articles are not cited: who adopts a list checks them against the law in force.

use super::CityError;
use sheet::{ColumnKind, ColumnSpec, Value, XlsxWriter};
use std::path::Path;

struct Category {
    name: &'static str,
    kinds: &'static str,
    /// An object with one of these tags is checked for the items, whatever its stratum.
    tags: &'static [&'static str],
    weight: &'static str,
    qualification: &'static str,
    basis: &'static str,
    /// What a firm has ready, separated by semicolons.
    materials: &'static str,
    /// Name and methods of each item.
    items: &'static [(&'static str, &'static str)],
}

const ALL: &str = "企业；农民专业合作社；个体工商户";
const FIRMS: &str = "企业；农民专业合作社";
const GENERAL: &str = "一般检查事项";
const KEY: &str = "重点检查事项";

const CATEGORIES: [Category; 15] = [
    Category {
        name: "登记事项检查",
        kinds: ALL,
        tags: &[],
        weight: GENERAL,
        qualification: "",
        basis: "《中华人民共和国公司法》《中华人民共和国公司登记管理条例》《中华人民共和国合伙企业法》《中华人民共和国个人独资企业法》《中华人民共和国农民专业合作社法》《个体工商户条例》",
        materials: "营业执照正、副本；住所（经营场所）使用证明；章程、股东名册和任职文件",
        items: &[
            ("营业执照使用情况", "现场检查"),
            ("名称使用与登记是否一致", "现场检查、网络检查"),
            ("住所（经营场所）与登记是否一致", "现场检查"),
            ("经营期限是否届满", "书面检查、网络检查"),
            ("法定代表人（负责人）任职情况", "书面检查"),
            ("无须审批的经营项目", "现场检查、书面检查"),
        ],
    },
    Category {
        name: "公示信息检查",
        kinds: ALL,
        tags: &[],
        weight: GENERAL,
        qualification: "",
        basis: "《企业信息公示暂行条例》《企业公示信息抽查暂行办法》《个体工商户年度报告暂行办法》《农民专业合作社年度报告公示暂行办法》",
        materials: "最近一年的年度报告；资产负债表和利润表；股东出资凭证",
        items: &[("年度报告公示信息", "网络检查、书面检查"), ("即时公示信息", "网络检查、书面检查")],
    },
    Category {
        name: "直销行为检查",
        kinds: "企业",
        tags: &["直销"],
        weight: KEY,
        qualification: "",
        basis: "《直销管理条例》《禁止传销条例》",
        materials: "直销经营许可证；直销员推销合同和培训记录；计酬账册",
        items: &[
            ("直销员招募与培训", "现场检查、书面检查"),
            ("直销产品与计酬", "现场检查、书面检查"),
            ("重大变更报备", "书面检查"),
        ],
    },
    Category {
        name: "电子商务经营行为监督检查",
        kinds: ALL,
        tags: &["电子商务平台"],
        weight: GENERAL,
        qualification: "",
        basis: "《中华人民共和国电子商务法》《网络交易监督管理办法》",
        materials: "平台内经营者身份核验记录；平台服务协议和交易规则；网络经营备案信息",
        items: &[
            ("平台内经营者身份核验与登记", "网络检查、书面检查"),
            ("平台服务协议和交易规则公示", "网络检查"),
            ("主体信息亮照亮证", "网络检查"),
        ],
    },
    Category {
        name: "拍卖等重要领域市场规范管理检查",
        kinds: "企业",
        tags: &["拍卖"],
        weight: GENERAL,
        qualification: "",
        basis: "《中华人民共和国拍卖法》《拍卖监督管理办法》",
        materials: "拍卖经营批准证书；拍卖公告、展示记录和成交确认书",
        items: &[("拍卖公告与标的展示", "现场检查、书面检查"), ("拍卖活动备案", "书面检查")],
    },
    Category {
        name: "广告行为检查",
        kinds: ALL,
        tags: &["广告"],
        weight: GENERAL,
        qualification: "",
        basis: "《中华人民共和国广告法》《互联网广告管理暂行办法》",
        materials: "广告业务承接登记和审核档案；发布的广告样件；广告内容的证明文件",
        items: &[
            ("广告经营单位业务承接登记、审核和档案", "现场检查、书面检查"),
            ("广告内容真实性", "网络检查、现场检查"),
        ],
    },
    Category {
        name: "产品质量监督检查",
        kinds: ALL,
        tags: &["电动自行车", "棉花加工"],
        weight: KEY,
        qualification: "",
        basis: "《中华人民共和国产品质量法》《棉花质量监督管理条例》《产品质量监督抽查管理暂行办法》",
        materials: "产品检验报告；进货查验记录和票据",
        items: &[("生产、销售领域产品质量", "现场检查、抽样检测"), ("产品标识与进货查验", "现场检查")],
    },
    Category {
        name: "工业产品生产许可证产品生产企业检查",
        kinds: "企业",
        tags: &["工业产品生产许可证"],
        weight: KEY,
        qualification: "",
        basis: "《中华人民共和国工业产品生产许可证管理条例》《中华人民共和国工业产品生产许可证管理条例实施办法》",
        materials: "工业产品生产许可证；关键设备和检验仪器台账；出厂检验记录",
        items: &[("获证资格及条件保持情况", "现场检查、书面检查"), ("许可证标志和编号使用", "现场检查")],
    },
    Category {
        name: "计量监督检查",
        kinds: ALL,
        tags: &["宣传出版", "文化教育", "市场交易"],
        weight: GENERAL,
        qualification: "",
        basis: "《中华人民共和国计量法》《中华人民共和国计量法实施细则》《集贸市场计量监督管理办法》",
        materials: "计量器具台账；强制检定证书",
        items: &[
            ("法定计量单位使用情况", "现场检查、书面检查"),
            ("强制检定计量器具使用情况", "现场检查"),
            ("商品量计量", "现场检查、抽样检测"),
        ],
    },
    Category {
        name: "认证活动监督检查",
        kinds: FIRMS,
        tags: &["自愿性认证"],
        weight: GENERAL,
        qualification: "",
        basis: "《中华人民共和国认证认可条例》《认证证书和认证标志管理办法》",
        materials: "认证证书；认证标志使用记录；获证后的内部审核记录",
        items: &[("自愿性认证证书和标志使用", "现场检查、网络检查"), ("获证后持续符合情况", "现场检查、书面检查")],
    },
    Category {
        name: "企业标准自我声明监督检查",
        kinds: FIRMS,
        tags: &["企业标准"],
        weight: GENERAL,
        qualification: "",
        basis: "《中华人民共和国标准化法》",
        materials: "执行的企业标准文本；标准自我声明公开记录",
        items: &[("产品和服务标准自我声明公开情况", "网络检查、书面检查")],
    },
    Category {
        name: "检验检测机构检查",
        kinds: "企业",
        tags: &[
            "检验检测-机动车",
            "检验检测-生态环境",
            "检验检测-工程",
            "检验检测-食品",
            "检验检测-煤炭",
            "检验检测-其它",
        ],
        weight: KEY,
        qualification: "检验检测",
        basis: "《中华人民共和国计量法》《检验检测机构资质认定管理办法》《检验检测机构监督管理办法》",
        materials: "资质认定证书和附表；近期检验检测报告和原始记录；仪器设备检定、校准证书",
        items: &[
            ("资质认定条件保持情况", "现场检查、书面检查"),
            ("检验检测报告真实性", "现场检查、书面检查"),
            ("仪器设备检定校准", "现场检查"),
        ],
    },
    Category {
        name: "专利真实性监督检查",
        kinds: ALL,
        tags: &["专利"],
        weight: GENERAL,
        qualification: "",
        basis: "《中华人民共和国专利法》《中华人民共和国专利法实施细则》",
        materials: "专利证书；专利实施许可合同；含有专利宣传的包装和说明书",
        items: &[("产品专利宣传真实性", "现场检查、网络检查"), ("专利证书和许可合同", "书面检查")],
    },
    Category {
        name: "商标使用行为的检查",
        kinds: ALL,
        tags: &["商标使用"],
        weight: GENERAL,
        qualification: "",
        basis: "《中华人民共和国商标法》《中华人民共和国商标法实施条例》《商标印制管理办法》",
        materials: "商标注册证；商标使用许可合同；商标印制委托书和登记台账",
        items: &[
            ("注册商标标志使用", "现场检查、网络检查"),
            ("集体商标、证明商标使用", "书面检查"),
            ("商标印制", "现场检查"),
        ],
    },
    Category {
        name: "商标代理行为的检查",
        kinds: "企业",
        tags: &["商标代理"],
        weight: GENERAL,
        qualification: "",
        basis: "《中华人民共和国商标法》《中华人民共和国商标法实施条例》",
        materials: "商标代理备案证明；代理合同和业务档案",
        items: &[("商标代理机构备案与执业行为", "现场检查、书面检查")],
    },
];

const COLUMNS: [(&str, f64, ColumnKind); 12] = [
    ("事项编码", 12.0, ColumnKind::Code),
    ("抽查类别", 36.0, ColumnKind::Text),
    ("抽查事项", 44.0, ColumnKind::Text),
    ("检查对象", 36.0, ColumnKind::Text),
    ("适用标签", 40.0, ColumnKind::Text),
    ("事项类型", 14.0, ColumnKind::Text),
    ("检查方式", 24.0, ColumnKind::Text),
    ("检查主体", 26.0, ColumnKind::Text),
    ("检查依据", 72.0, ColumnKind::Text),
    ("人员资质要求", 14.0, ColumnKind::Text),
    ("生效日期", 12.0, ColumnKind::Date),
    ("需准备的资料", 60.0, ColumnKind::Text),
];

/// Writes the workbook and returns how many items it holds.
pub fn write(path: &Path) -> Result<u64, CityError> {
    let mut writer = XlsxWriter::new();
    let columns = COLUMNS.map(|(title, width, kind)| ColumnSpec::new(title, width, kind));
    writer.add_sheet("抽查事项清单", &columns)?;
    let valid_from = chrono::NaiveDate::from_ymd_opt(2020, 1, 1).unwrap_or_default();
    let mut rows = 0;
    for (number, category) in (1_u32..).zip(&CATEGORIES) {
        for (within, (name, methods)) in (1_u32..).zip(category.items) {
            writer.write_row(&[
                Value::from(format!("QHD{number:02}-{within:02}")),
                Value::from(category.name),
                Value::from(*name),
                Value::from(category.kinds),
                Value::from(category.tags.join("；")),
                Value::from(category.weight),
                Value::from(*methods),
                Value::from("县级以上市场监督管理部门"),
                Value::from(category.basis),
                Value::from(category.qualification),
                Value::Date(valid_from),
                Value::from(category.materials),
            ])?;
            rows += 1;
        }
    }
    writer.save(path)?;
    Ok(rows)
}

#[cfg(test)]
/// The categories' names, for comparing strata with them.
pub fn category_names() -> impl Iterator<Item = &'static str> {
    CATEGORIES.iter().map(|category| category.name)
}
