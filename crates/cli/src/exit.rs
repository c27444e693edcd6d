//! Exit codes, and failures that end a command.
//!
//! 0 all well · 1 refused, or a verification does not hold · 2 usage or configuration, a file that cannot be read included ·
//! 3 verified only in part · 4 the surroundings failed (disk, network, database).

use std::fmt::Display;
use std::process::ExitCode;

/// Refused, or does not hold.
pub const REFUSED: u8 = 1;
/// Usage or configuration, also the name of a file that is not there or may not be read.
pub const USAGE: u8 = 2;
/// Verified only in part.
pub const PARTIAL: u8 = 3;
/// Disk, network, database.
pub const ENVIRONMENT: u8 = 4;

/// Result of a command.
pub type Outcome = Result<ExitCode, Failure>;

/// Why a command ended early.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: String,
    next: String,
}

impl Failure {
    /// Wrong arguments or configuration: what is wrong, and what to write instead.
    pub fn usage(message: impl Display, next: impl Display) -> Self {
        Self { code: USAGE, message: message.to_string(), next: next.to_string() }
    }

    /// Refused by a rule.
    pub fn refused(message: impl Display, next: impl Display) -> Self {
        Self { code: REFUSED, message: message.to_string(), next: next.to_string() }
    }

    /// The surroundings failed.
    pub fn environment(message: impl Display) -> Self {
        Self {
            code: ENVIRONMENT,
            message: message.to_string(),
            next: "请检查磁盘空间、网络与数据库后重试；mingcha doctor 可逐项检查。".to_owned(),
        }
    }

    /// The same failure, at this place.
    pub fn at(mut self, place: impl Display) -> Self {
        self.message = format!("{place}：{}", self.message);
        self
    }

    /// The same failure of a command whose 1 is a verdict: nothing was judged, which is 2.
    pub fn unjudged(mut self) -> Self {
        if self.code == REFUSED {
            self.code = USAGE;
        }
        self
    }

    /// What went wrong.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Prints the failure and gives its exit code.
    pub fn report(&self) -> ExitCode {
        crate::say::failure(&self.message, &self.next);
        ExitCode::from(self.code)
    }
}

impl From<app::Error> for Failure {
    fn from(error: app::Error) -> Self {
        if error.kind == app::ErrorKind::Internal {
            // The command line's owner is the administrator: they see the cause.
            return Self::environment(&error);
        }
        if let Some(cause) = error.cause() {
            // What to mend is said in our words; the system's own help whoever searches for them.
            let message = format!("{}（{}；原文：{cause}）", error.message(), error.code);
            return Self { code: ENVIRONMENT, message, next: error.next_step() };
        }
        let fields: Vec<String> =
            error.fields.iter().map(|f| format!("{}：{}", f.field, app::Error::field_message(f))).collect();
        let message = if fields.is_empty() { error.message() } else { fields.join("；") };
        Self { code: REFUSED, message: format!("{message}（{}）", error.code), next: error.next_step() }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::environment(text::protocol::io(&error))
    }
}

/// Ends with the code of a failed environment.
pub fn environment(error: &dyn Display) -> ExitCode {
    Failure::environment(error).report()
}
