//! Words of the printed forms.

/// 检查通知书 or 随机抽查记录表.
#[must_use]
pub const fn name(notice: bool) -> &'static str {
    if notice { "检查通知书" } else { "检查记录表" }
}

/// What a firm has ready for categories whose items name nothing: one line of a notice.
#[must_use]
pub fn materials_of(categories: &[&str]) -> String {
    format!("与{}有关的证照、合同、票据、台账和记录", categories.join("、"))
}

/// That characters could not be set, beside the name of the firm whose form has them; each as `U+31350`.
#[must_use]
pub fn unset(codes: &[String]) -> String {
    let marks: Vec<String> = codes.iter().map(|code| format!("〔{code}〕")).collect();
    format!("{}是所用字体没有的字，已印出代码，请在原处手写补正；安装含该字的字体后可以重新生成。", marks.join(""))
}

/// That a form is not in the file, beside the name of the firm whose form it is.
#[must_use]
pub fn left_out(message: &str, next: &str) -> String {
    format!("未印出：{message}{next}")
}

/// Words for what the setting of forms refuses, each a clause without a full stop.
pub mod refused {
    /// The Chinese name of a form's field, by the place at which the setting met it (`items[2].found`).
    #[must_use]
    pub fn place(place: &str) -> String {
        let (list, inner) = place
            .split_once('[')
            .map_or((place, ""), |(list, rest)| (list, rest.split_once('.').map_or("", |(_, inner)| inner)));
        let number = place.split_once('[').and_then(|(_, rest)| rest.split_once(']')).and_then(|(n, _)| n.parse().ok());
        let number = number.map_or_else(String::new, |n: usize| format!("第{}行", n + 1));
        match (list, inner) {
            ("inspectors", "certificate") => format!("检查人员{number}的执法证号"),
            ("items", "found") => format!("抽查事项{number}的检查情况"),
            ("items", "disposal") => format!("抽查事项{number}的处理"),
            ("items", "category") => format!("抽查事项{number}的类别"),
            _ => format!("{}{number}", field(list)),
        }
    }

    fn field(name: &str) -> &str {
        match name {
            "number" | "record_number" => "文书编号",
            "organ" => "检查机关",
            "organiser" => "组织单位",
            "subject_name" => "检查对象名称",
            "subject_code" => "检查对象代码",
            "subject_term" => "检查对象的称谓",
            "basis" => "检查依据",
            "task_name" => "任务名称",
            "task_number" => "任务编号",
            "source" => "任务来源",
            "frequency" => "检查频次",
            "items" => "抽查事项",
            "from" => "检查开始日期",
            "to" => "检查结束日期",
            "method" | "methods" => "检查方式",
            "inspectors" => "检查人员",
            "materials" => "需准备的资料",
            "contact" | "liaison" => "联系人",
            "phone" | "representative_phone" | "liaison_phone" => "联系电话",
            "issued_on" => "签发日期",
            "address" => "住所（经营场所）",
            "representative" => "法定代表人（负责人）",
            "checked_on" => "检查日期",
            "completed_on" => "办结日期",
            "spare_rows" => "空行",
            "results" => "检查结果",
            "follow_ups" => "后续处理",
            "forms" => "文书",
            "font files" => "字体文件",
            other => other,
        }
    }

    /// A face is missing: what it is for, the families that would do, and where was searched.
    #[must_use]
    pub fn font(used_for: &str, wanted: &[String], folders: &[String]) -> String {
        format!("缺少{used_for}用的字体，在{}中没有找到{}的任何一种", folders.join("、"), wanted.join("、"))
    }

    /// A group of characters that the fonts cannot join.
    #[must_use]
    pub fn group(character: char) -> String {
        format!("从 {} 起的几个字，所用字体不能排在一起", crate::written::code(character))
    }

    /// A field without content.
    #[must_use]
    pub fn empty(place: &str) -> String {
        format!("“{}”没有内容", self::place(place))
    }

    /// A character that acts on the line instead of standing in it.
    #[must_use]
    pub fn character(place: &str, character: char) -> String {
        format!("“{}”中有控制字符（{}）", self::place(place), crate::written::code(character))
    }

    /// More than a limit.
    #[must_use]
    pub fn too_much(place: &str, count: usize, max: usize) -> String {
        format!("“{}”的数量或字数是{count}，最多{max}", self::place(place))
    }

    /// A day that no calendar has.
    #[must_use]
    pub fn day(place: &str) -> String {
        format!("“{}”不是日历上的一天", self::place(place))
    }

    /// Nothing to print.
    pub const NONE: &str = "没有要印的文书";

    /// The address behind the QR code.
    pub const URL: &str = "二维码的网址须以 https:// 或 http:// 开头，不超过500字节，请系统管理员核对平台的对外地址";

    /// A font file that was there and is not any more.
    #[must_use]
    pub fn unreadable(path: &str) -> String {
        format!("字体文件 {path} 读不出来，请恢复它后重启")
    }

    /// A defect of ours.
    #[must_use]
    pub fn defect(detail: &str) -> String {
        format!("文书排版出错，请联系开发单位（{detail}）")
    }
}
