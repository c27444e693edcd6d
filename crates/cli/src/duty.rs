//! What a process of an installation is there for: pages, jobs, the seal of the log. An outside machine shows pages only.

use clap::ValueEnum;
use serde::Deserialize;

use crate::exit::Failure;

/// One duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Duty {
    /// 页面
    Web,
    /// 后台作业
    Jobs,
    /// 日志封存
    Sealer,
}

/// The duties of one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duties {
    /// Answers requests.
    pub web: bool,
    /// Works on jobs.
    pub jobs: bool,
    /// Seals the log.
    pub sealer: bool,
}

impl Duties {
    /// What was chosen; without a choice an outside process shows pages, any other does everything.
    ///
    /// # Errors
    /// Usage, if nothing was chosen, or something that an outside process must not do: it would need the files and secrets
    /// of the inside, and would put what it prints on the outer machine.
    pub fn of(outside: bool, chosen: Option<&[Duty]>) -> Result<Self, Failure> {
        let Some(chosen) = chosen else {
            return Ok(Self { web: true, jobs: !outside, sealer: !outside });
        };
        let has = |duty| chosen.contains(&duty);
        let duties = Self { web: has(Duty::Web), jobs: has(Duty::Jobs), sealer: has(Duty::Sealer) };
        if chosen.is_empty() {
            return Err(Failure::usage(
                "duties 是空的，这个进程无事可做",
                "请写明 web、jobs、sealer 中的一项或几项；不写则全部承担。",
            ));
        }
        if outside && duties != (Self { web: true, jobs: false, sealer: false }) {
            return Err(Failure::usage(
                "只提供公众页面的进程（--front public）不办理后台作业，也不封存日志",
                "请去掉 --duties（以及配置文件中的 duties），或改用 --front office。",
            ));
        }
        Ok(duties)
    }

    /// In words.
    pub fn words(self) -> String {
        let all = [(self.web, "页面"), (self.jobs, "后台作业"), (self.sealer, "日志封存")];
        all.iter().filter(|(does, _)| *does).map(|(_, words)| *words).collect::<Vec<_>>().join("、")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_outside_process_shows_pages_only() {
        let check = |outside, chosen: Option<&[Duty]>, expect: Option<&str>| {
            let duties = Duties::of(outside, chosen);
            assert_eq!(duties.ok().map(Duties::words).as_deref(), expect, "{outside} {chosen:?}");
        };
        check(false, None, Some("页面、后台作业、日志封存"));
        check(true, None, Some("页面"));
        check(false, Some(&[Duty::Jobs]), Some("后台作业"));
        check(false, Some(&[Duty::Sealer, Duty::Web]), Some("页面、日志封存"));
        check(true, Some(&[Duty::Web]), Some("页面"));
        check(true, Some(&[Duty::Web, Duty::Jobs]), None);
        check(true, Some(&[Duty::Sealer]), None);
        check(false, Some(&[]), None);
    }
}
