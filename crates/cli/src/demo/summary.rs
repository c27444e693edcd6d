//! What the demo made and how long each step took: for a person as tables, for programs as JSON.

use serde::Serialize;

/// The summary.
#[derive(Debug, Default, Serialize)]
pub struct Summary {
    /// `full` or `small`.
    pub scale: &'static str,
    /// `SQLite` or `PostgreSQL`.
    pub database: String,
    /// The draw's randomness and time were fixed: never official.
    pub rehearsal: bool,
    /// Number of the played task.
    pub task: String,
    /// Digest of its commitment, as it is announced.
    pub commitment: String,
    /// Its seed.
    pub seed: String,
    /// Rows of the frozen roll.
    pub roll_rows: u64,
    /// By stratum.
    pub strata: Vec<StratumLine>,
    /// Drawn in all.
    pub drawn: u64,
    /// By unit.
    pub units: Vec<UnitLine>,
    /// Record forms printed.
    pub forms: u64,
    /// Notices printed.
    pub notices: u64,
    /// Events in the log, all sealed and verified.
    pub events: u64,
    /// Number of the task that is left for the newcomer.
    pub current_task: String,
    /// Files of the installation that are worth looking at.
    pub files: Vec<(String, String)>,
    /// Who can sign in.
    pub accounts: serde_json::Value,
    /// Seconds of each step.
    pub steps: Vec<(String, f64)>,
    /// Seconds in all.
    pub seconds: f64,
}

/// A stratum.
#[derive(Debug, Serialize)]
pub struct StratumLine {
    /// Code.
    pub code: String,
    /// Label.
    pub label: String,
    /// Members.
    pub base: u64,
    /// Members that the scenario states.
    pub base_expected: u64,
    /// Drawn.
    pub drawn: u64,
    /// Drawn that the scenario states.
    pub drawn_expected: u64,
}

/// A unit.
#[derive(Debug, Serialize)]
pub struct UnitLine {
    /// Registrar key.
    pub code: String,
    /// Name for tables.
    pub name: String,
    /// Visits.
    pub visits: u64,
    /// Inspectors who could be matched.
    pub inspectors: u64,
    /// Least visits of one of them.
    pub load_min: u64,
    /// Most.
    pub load_max: u64,
}

impl Summary {
    /// What does not come out as the scenario states it; empty if all does.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for s in &self.strata {
            if s.base != s.base_expected || s.drawn != s.drawn_expected {
                faults.push(format!(
                    "{}：基数 {}（应为 {}），抽取 {}（应为 {}）",
                    s.code, s.base, s.base_expected, s.drawn, s.drawn_expected
                ));
            }
        }
        let visits: u64 = self.units.iter().map(|u| u.visits).sum();
        if visits != self.drawn {
            faults.push(format!("各单位户数合计 {visits}，与抽取数 {} 不符", self.drawn));
        }
        for unit in self.units.iter().filter(|u| u.load_max > u.load_min + 1) {
            faults.push(format!("{}：人均户数相差超过 1（{}–{}）", unit.name, unit.load_min, unit.load_max));
        }
        faults
    }

    /// Prints the tables.
    pub fn print(&self) {
        println!(
            "任务 {}  {}  {}",
            self.task,
            self.database,
            if self.rehearsal { "演练（结果不作正式使用）" } else { "随机数现场产生" }
        );
        println!("底册 {} 行  承诺 {}", self.roll_rows, self.commitment);
        println!("\n类别\t基数\t抽取\t名称");
        for s in &self.strata {
            println!("{}\t{}\t{}\t{}", s.code, s.base, s.drawn, s.label);
        }
        println!("合计\t{}\t{}", self.strata.iter().map(|s| s.base).sum::<u64>(), self.drawn);
        println!("\n单位\t户数\t人员\t每人户数");
        for u in &self.units {
            println!("{}\t{}\t{}\t{}–{}", u.name, u.visits, u.inspectors, u.load_min, u.load_max);
        }
        println!("\n检查记录表 {} 份，检查通知书 {} 份；事件 {} 条，日志已核验", self.forms, self.notices, self.events);
        for (name, path) in &self.files {
            println!("{name}\t{path}");
        }
        println!("\n步骤\t秒");
        for (name, seconds) in &self.steps {
            println!("{name}\t{seconds:.2}");
        }
        println!("合计\t{:.2}", self.seconds);
        println!("\n另有任务 {} 停在半途：请以 clerk 登录，从首页的待办开始。", self.current_task);
    }
}
