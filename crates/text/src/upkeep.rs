//! What backup, restore and the doctor say.

use std::fmt::Display;

/// Rows of the database are copied.
pub const ROWS: &str = "数据";
/// Files are copied.
pub const FILES: &str = "文件";
/// What was restored is read back.
pub const COMPARING: &str = "比对";
/// Which process has a folder, before it has said so.
pub const UNKNOWN: &str = "未知";

/// What is found and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What is there.
    pub found: String,
    /// What to do; empty if nothing.
    pub mend: String,
}

/// A finding that needs nothing.
#[must_use]
pub fn fine(found: impl Into<String>) -> Finding {
    Finding { found: found.into(), mend: String::new() }
}

fn finding(found: impl Into<String>, mend: impl Into<String>) -> Finding {
    Finding { found: found.into(), mend: mend.into() }
}

/// How a check of the doctor ended, by its code.
#[must_use]
pub fn verdict(code: &str) -> &str {
    match code {
        "ok" => "正常",
        "mended" => "已处理",
        "warning" => "提醒",
        "fault" => "故障",
        "skipped" => "未检查",
        other => other,
    }
}

/// What a check of the doctor looks at, by its code.
#[must_use]
pub fn check(code: &str) -> &str {
    match code {
        "home" => "安装文件夹",
        "database" => "数据库",
        "schema" => "数据库结构",
        "guards" => "防改动的触发器与权限",
        "files" => "文件齐全",
        "orphans" => "无人引用的文件",
        "log" => "事件日志与时钟",
        "rows" => "数据与事件日志一致",
        "jobs" => "停滞的作业",
        "calendar" => "工作日历",
        "rules" => "规则参数",
        "fonts" => "文书字体",
        "certificate" => "TLS 证书",
        "address" => "对外地址",
        other => other,
    }
}

/// The check could not be made because an earlier one failed.
#[must_use]
pub fn skipped() -> Finding {
    fine("须先处理上面的故障。")
}

/// The check itself failed.
#[must_use]
pub fn check_failed(error: &dyn Display) -> Finding {
    finding(format!("检查没有完成：{error}"), "请排除所示故障后再检查一次；无法排除时请从备份恢复（mingcha restore）。")
}

/// There is no home folder.
#[must_use]
pub fn home_missing(path: &dyn Display) -> Finding {
    finding(format!("没有文件夹 {path}。"), "请用 --home 指定安装文件夹；新的安装用 mingcha migrate 建立。")
}

/// A restore was interrupted.
#[must_use]
pub fn home_unfinished() -> Finding {
    finding("恢复没有完成，此安装不能使用。", "请重新运行同一条 mingcha restore 命令，它会从头再来。")
}

/// Other people may look into the home folder.
#[must_use]
pub fn home_open(mode: u32) -> Finding {
    finding(
        format!("安装文件夹的权限是 {mode:o}，其他用户可以查看其中的密钥和个人信息。"),
        "请运行 mingcha doctor --mend，或 chmod 700 该文件夹。",
    )
}

/// Little space is left.
#[must_use]
pub fn home_full(free_mib: u64, wanted_mib: u64) -> Finding {
    finding(format!("磁盘只剩 {free_mib} MiB，少于 {wanted_mib} MiB。"), "请清理磁盘或扩容；旧的备份可移到别处。")
}

/// The home folder is as it should be.
#[must_use]
pub fn home_fine(free_gib: u64) -> Finding {
    fine(format!("仅所有者可以访问；磁盘剩余 {free_gib} GiB。"))
}

/// The permissions were put right.
#[must_use]
pub fn home_mended() -> Finding {
    fine("已改为仅所有者可以访问。")
}

/// The database cannot be opened.
#[must_use]
pub fn database_closed(error: &dyn Display) -> Finding {
    finding(
        format!("数据库打不开：{error}"),
        "请核对 --database 与网络；SQLite 文件损坏的，请从最近的备份恢复（mingcha restore）。",
    )
}

/// A refusal that has words of its own.
#[must_use]
pub fn refused(message: String, next: String) -> Finding {
    Finding { found: message, mend: next }
}

/// There is no database file.
#[must_use]
pub fn database_missing(path: &dyn Display) -> Finding {
    finding(format!("没有数据库文件 {path}。"), "请核对 --home；新的安装用 mingcha migrate 建立。")
}

/// SQLite is whole.
#[must_use]
pub fn sqlite_fine() -> Finding {
    fine("SQLite，页面、索引与外键均完整。")
}

/// PostgreSQL suits.
#[must_use]
pub fn postgres_fine() -> Finding {
    fine("PostgreSQL，版本、编码与排序规则均符合要求。")
}

/// A damaged page or index.
#[must_use]
pub fn damaged(detail: &str) -> Finding {
    finding(format!("数据库文件已损坏：{detail}"), "请停止服务，保留该文件，从最近的备份恢复（mingcha restore）。")
}

/// A row without its parent.
#[must_use]
pub fn dangling(table: &str, parent: &str) -> Finding {
    finding(
        format!("{table} 中有记录指向不存在的 {parent}。"),
        "数据被程序之外的手段改动过，请从最近的备份恢复（mingcha restore）。",
    )
}

/// The server is too old.
#[must_use]
pub fn old_server(version: i64, min: i64) -> Finding {
    finding(format!("PostgreSQL 版本为 {version}。"), format!("请升级到 {min} 或更高版本。"))
}

/// Text is not kept as UTF-8.
#[must_use]
pub fn encoding(name: &str) -> Finding {
    finding(format!("数据库编码为 {name}。"), "请备份后恢复到以 UTF8 编码新建的数据库。")
}

/// A column sorts by a language.
#[must_use]
pub fn collation(table: &str) -> Finding {
    finding(
        format!("{table} 中有文本列不是 C 排序，列表次序会与别处不同。"),
        "请备份后恢复到新的数据库；不要手工建表。",
    )
}

/// Steps of the schema wait.
#[must_use]
pub fn schema_old(steps: &[&str]) -> Finding {
    finding(
        format!("数据库结构需要更新：{}。", steps.join("、")),
        "请先用旧版本备份（mingcha backup），再运行 mingcha migrate。",
    )
}

/// No steps wait.
#[must_use]
pub fn schema_fine(steps: usize) -> Finding {
    fine(format!("{steps} 步均已完成。"))
}

/// All files are there.
#[must_use]
pub fn files_fine(count: usize) -> Finding {
    fine(format!("{count} 个文件齐全，内容与摘要一致。"))
}

/// Files are missing or changed.
#[must_use]
pub fn files_bad(missing: &[String], changed: &[String]) -> Finding {
    let mut found = String::new();
    if let Some(first) = missing.first() {
        found.push_str(&format!("缺少 {} 个文件，例如 {first}。", missing.len()));
    }
    if let Some(first) = changed.first() {
        found.push_str(&format!("{} 个文件的内容已被改动，例如 {first}。", changed.len()));
    }
    finding(found, "请从备份的 files 文件夹中取回同名文件，放到安装文件夹 files 下以前两位命名的文件夹中。")
}

/// Files that nobody names.
#[must_use]
pub fn orphans(old: usize, young: usize, leftovers: usize) -> Finding {
    finding(
        format!("{old} 个文件超过一天无记录引用，{leftovers} 个上传残留；另有 {young} 个不足一天的，暂不处理。"),
        "不影响使用，只占磁盘；运行 mingcha doctor --mend 清除。",
    )
}

/// None of them.
#[must_use]
pub fn orphans_none() -> Finding {
    fine("没有无人引用的文件。")
}

/// They were removed.
#[must_use]
pub fn orphans_mended(count: usize) -> Finding {
    fine(format!("已清除 {count} 个无人引用的文件。"))
}

/// The log holds.
#[must_use]
pub fn log_fine(events: u64, sealed: u64) -> Finding {
    fine(format!("{events} 条事件，已封存 {sealed} 条，逐条核验无误。"))
}

/// The log does not hold.
#[must_use]
pub fn log_bad(first: &str, count: usize) -> Finding {
    finding(
        format!("发现 {count} 处不符，其一：{first}"),
        "请保留现场，勿再写入；运行 mingcha audit verify 查看全部，并与留存在外的树根比对。",
    )
}

/// The rows that people are told facts from are as the log says.
#[must_use]
pub fn rows_fine(slices: u64, rows: u64, last: Option<&str>) -> Finding {
    let last = last.map_or_else(|| "定时比对还没有走完一遍".to_owned(), |last| format!("定时比对最早的一份在 {last}"));
    fine(format!("{slices} 份数据、{rows} 行与写入时的事件一致；{last}。"))
}

/// They are not.
#[must_use]
pub fn rows_bad(first: &str, count: usize) -> Finding {
    finding(
        format!("发现 {count} 处不符，其一：{first}"),
        "有人绕过系统改动了数据。请保留现场，运行 mingcha audit verify 查看全部；以证明包和事件日志为准，从备份恢复（mingcha restore）。",
    )
}

/// SQLite's triggers are all there.
#[must_use]
pub fn triggers_fine(count: usize) -> Finding {
    fine(format!("{count} 个触发器都在，文字与本版一致。"))
}

/// PostgreSQL's roles can do what they should and no more.
#[must_use]
pub fn privileges_fine(as_owner: bool) -> Finding {
    if as_owner {
        fine("没有角色多出权限。本次以表的所有者连接，所有者不受权限限制；服务建议以应用角色运行（见手册第 6 章）。")
    } else {
        fine("本次连接的角色和其他角色都不能改动只可追加的表。")
    }
}

/// A trigger is gone.
#[must_use]
pub fn trigger_missing(trigger: &str) -> String {
    format!("缺少触发器 {trigger}")
}

/// A trigger has another text.
#[must_use]
pub fn trigger_changed(trigger: &str) -> String {
    format!("触发器 {trigger} 的内容被改动")
}

/// A trigger that is none of ours.
#[must_use]
pub fn trigger_foreign(trigger: &str, table: &str) -> String {
    format!("表 {table} 上有不属于本系统的触发器 {trigger}")
}

/// A role may do too much.
#[must_use]
pub fn privilege(role: &str, privilege: &str, table: &str) -> String {
    format!("角色 {role} 对表 {table} 有不应有的 {privilege} 权限")
}

/// Triggers or privileges are not as they should be.
#[must_use]
pub fn guards_bad(named: &[String], sqlite: bool) -> Finding {
    let mend = if sqlite {
        "请先用 mingcha audit verify 核对数据有没有被改动；再运行 mingcha doctor --mend 重建触发器。不属于本系统的触发器请查明来历后删除。"
    } else {
        "请先用 mingcha audit verify 核对数据有没有被改动；再以所有者运行 mingcha migrate --grant-to 应用角色，重新授权。不属于本系统的角色和触发器请查明来历后收回。"
    };
    finding(format!("{}。", named.join("；")), mend)
}

/// The triggers were made anew.
#[must_use]
pub fn triggers_mended(count: usize, named: &[String]) -> Finding {
    finding(
        format!("重建了 {count} 个触发器。原来的情况：{}。", named.join("；")),
        "请用 mingcha audit verify 核对触发器缺失期间数据有没有被改动。",
    )
}

/// An event lies in the future.
#[must_use]
pub fn clock_behind(newest: &str) -> Finding {
    finding(
        format!("最新的事件发生在 {newest}，晚于本机时间，本机时钟可能慢了。"),
        "请校准本机时钟（NTP）；期限与封存时间都取自它。",
    )
}

/// No job is stuck.
#[must_use]
pub fn jobs_fine() -> Finding {
    fine("没有停滞的作业。")
}

/// Jobs are stuck.
#[must_use]
pub fn jobs_stuck(titles: &[String]) -> Finding {
    finding(
        format!("{} 个作业停滞：{}。", titles.len(), titles.join("、")),
        "请启动 mingcha serve，停滞的作业会自动从头再来；仍然停滞的，请在作业页面取消后重新发起。",
    )
}

/// The calendar reaches far enough.
#[must_use]
pub fn calendar_fine(year: i32) -> Finding {
    fine(format!("节假日数据到 {year} 年。"))
}

/// The calendar ends too early.
#[must_use]
pub fn calendar_short(year: i32) -> Finding {
    finding(
        format!("没有 {year} 年的节假日数据，跨入该年的期限只能暂定。"),
        "国务院办公厅发布放假安排后，请由系统管理员在“工作日历”页面添加该年。",
    )
}

/// Every setting of a rule counts.
#[must_use]
pub fn rules_fine() -> Finding {
    fine("各级设置的规则参数均有效。")
}

/// Settings of rules that this version does not have.
#[must_use]
pub fn rules_unknown(names: &str) -> Finding {
    finding(
        format!("有本版本没有的规则的设置，不起作用：{names}。"),
        "旧版本取消的规则留下的，无须处理；不是的，请核对程序版本是否低于设置它的版本。",
    )
}

/// Settings with values that their rules do not take: whatever needs the rules fails.
#[must_use]
pub fn rules_bad(names: &str) -> Finding {
    finding(
        format!("规则参数的值不合要求，用到它的页面会出错：{names}。"),
        "请系统管理员在“管理”→“规则参数”中重新设置或取消；页面打不开的，请从备份恢复或联系技术支持。",
    )
}

/// All fonts are there.
#[must_use]
pub fn fonts_fine() -> Finding {
    fine("文书所需字体齐全，常用字与姓名用字均可印出。")
}

/// Characters that names often have cannot be printed.
#[must_use]
pub fn fonts_lack(characters: &[char]) -> Finding {
    let list: Vec<String> = characters.iter().map(|c| format!("U+{:04X}", u32::from(*c))).collect();
    finding(
        format!("文书所用字体缺少常见的姓名用字：{}", list.join("、")),
        "请安装 fonts-noto-cjk；更生僻的字另装 fonts-hanazono 或 fonts-babelstone-han。",
    )
}

/// A font is missing.
#[must_use]
pub fn fonts_missing(detail: &dyn Display) -> Finding {
    finding(
        format!("文书不能印制：{detail}。"),
        "请安装中文字体（例如 fonts-noto-cjk），或在 mingcha.toml 中用 fonts 指定字体文件夹。",
    )
}

/// There is no certificate, because none is needed yet.
#[must_use]
pub fn certificate_none() -> Finding {
    fine("尚无证书；监听本机以外的地址时会自动建立。")
}

/// The certificate suits.
#[must_use]
pub fn certificate_fine(until: &str, names: &str) -> Finding {
    fine(format!("有效至 {until}，用于 {names}。"))
}

/// It cannot be read or does not fit its key.
#[must_use]
pub fn certificate_bad(detail: &dyn Display) -> Finding {
    finding(
        format!("证书或私钥不能使用：{detail}"),
        "请更换相互匹配的 PEM 证书与私钥；自建证书可删去 tls/server.pem 后重新启动。",
    )
}

/// It is not valid now or soon will not be.
#[must_use]
pub fn certificate_dates(from: &str, until: &str) -> Finding {
    finding(format!("证书有效期为 {from} 至 {until}。"), "请更换证书；自建证书可删去 tls/server.pem 后重新启动。")
}

/// The address in QR codes leads every other machine to itself.
#[must_use]
pub fn address_local(url: &str) -> Finding {
    finding(
        format!("二维码和链接中的地址是 {url}，只有本机打得开，见证人的手机打不开。"),
        "加 --listen 0.0.0.0:8443 --public-url https://本机在局域网中的地址:8443 启动（ip addr 可查地址），或把 listen 和 public_url 写入 mingcha.toml。",
    )
}

/// The address in QR codes may be opened from elsewhere.
#[must_use]
pub fn address_fine(url: &str) -> Finding {
    fine(format!("二维码和链接中的地址是 {url}。"))
}

/// It does not hold the name of the public address.
#[must_use]
pub fn certificate_name(name: &str, names: &str) -> Finding {
    finding(
        format!("证书不含对外地址 {name}，只含 {names}。"),
        "请把该名称写入 mingcha.toml 的 names 后重新启动，或更换证书。",
    )
}
