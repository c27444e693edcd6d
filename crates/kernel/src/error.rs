//! The one error of all use cases: a kind that fronts map to a status, a stable code that `text::problem` turns into
//! "what happened" and "what to do next", and, for internal failures only, the cause that is logged once at the edge.

use std::fmt;

use domain::reach::OutOfReach;
use files::FileError;
use store::{Cause, StoreError};

/// The kinds that fronts tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The input does not fit; see the fields.
    Invalid,
    /// There is no such thing within the caller's scope.
    NotFound,
    /// The thing is not in a state that allows this, or has changed since it was read.
    Conflict,
    /// The post may not do this.
    Denied,
    /// Nobody is signed in.
    Unauthenticated,
    /// Too many attempts or too much at once.
    TooMany,
    /// Busy for the moment, or a fault of disk or database that people can mend; the latter has a cause.
    Unavailable,
    /// A fault of the installation or a bug.
    Internal,
}

/// What is wrong with one field of a form.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FieldError {
    /// Name of the field.
    pub field: &'static str,
    /// Code of `text::problem`.
    pub code: &'static str,
    /// What stands for the `{names}` in its text.
    pub args: Vec<(&'static str, String)>,
}

/// Why a use case refused or failed.
#[derive(Debug)]
pub struct Error {
    /// Kind.
    pub kind: ErrorKind,
    /// Stable code, e.g. `TASK-003`.
    pub code: &'static str,
    /// What stands for the `{names}` in the code's text.
    pub args: Vec<(&'static str, String)>,
    /// For [`ErrorKind::Invalid`]: the fields.
    pub fields: Vec<FieldError>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of a kind with a code of `text::problem`.
    #[must_use]
    pub fn new(kind: ErrorKind, code: &'static str) -> Self {
        Self { kind, code, args: Vec::new(), fields: Vec::new(), source: None }
    }

    /// A state that does not allow the command.
    #[must_use]
    pub fn conflict(code: &'static str) -> Self {
        Self::new(ErrorKind::Conflict, code)
    }

    /// A rule that this post or person is up against.
    #[must_use]
    pub fn denied(code: &'static str) -> Self {
        Self::new(ErrorKind::Denied, code)
    }

    /// Nothing of that name within the scope.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(ErrorKind::NotFound, "CORE-404")
    }

    /// One field is wrong.
    #[must_use]
    pub fn field(field: &'static str, code: &'static str) -> Self {
        Self::invalid(vec![FieldError { field, code, args: Vec::new() }])
    }

    /// Several fields are wrong.
    #[must_use]
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        let mut error = Self::new(ErrorKind::Invalid, "CORE-422");
        error.args.push(("count", fields.len().to_string()));
        error.fields = fields;
        error
    }

    /// A fault; the cause is for the log, the user sees a request id. Where it is a disk that is full, read-only or closed to
    /// us, at whatever depth, it is called so: every writer of files ends here.
    #[must_use]
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let source = source.into();
        if let Some(cause) = cause_within(source.as_ref()) {
            return Self::unusable(cause, source);
        }
        let mut error = Self::new(ErrorKind::Internal, "CORE-500");
        error.source = Some(source);
        error
    }

    /// A disk or a database that cannot be used; the cause is for the log, the user reads what to mend.
    #[must_use]
    fn unusable(cause: Cause, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let code = match cause {
            Cause::Full => "STOR-001",
            Cause::ReadOnly => "STOR-002",
            Cause::Unreachable => "STOR-003",
            Cause::Permission => "STOR-004",
            Cause::Disk => "STOR-005",
            Cause::NoDatabase => "STOR-007",
            Cause::Login => "STOR-008",
            Cause::Crowded => "STOR-010",
        };
        Self { source: Some(source.into()), ..Self::new(ErrorKind::Unavailable, code) }
    }

    /// A failure of the file system at a place: a disk that is full, read-only or closed to us is called so, all else is
    /// a fault.
    #[must_use]
    pub fn at_path(path: &std::path::Path, error: &std::io::Error) -> Self {
        let source = format!("{}: {error}", path.display());
        match cause_of(error) {
            Some(cause) => Self::unusable(cause, source),
            None => Self::internal(source),
        }
    }

    /// Whether the fault lies with disk or database, so that the same may succeed once they are mended.
    #[must_use]
    pub fn is_of_the_store(&self) -> bool {
        self.kind == ErrorKind::Unavailable
    }

    /// Names a value in the text: `.with("number", "1303002021001")`. With one field error the value goes to that field
    /// as well.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        let value = value.to_string();
        if let [field] = self.fields.as_mut_slice() {
            field.args.push((name, value.clone()));
        }
        self.args.push((name, value));
        self
    }

    /// What happened, in the user's words.
    #[must_use]
    pub fn message(&self) -> String {
        text::problem::message(self.code, &self.args)
    }

    /// What to do next, in the user's words.
    #[must_use]
    pub fn next_step(&self) -> String {
        text::problem::next_step(self.code, &self.args)
    }

    /// Message and next step of a field.
    #[must_use]
    pub fn field_message(field: &FieldError) -> String {
        text::problem::message(field.code, &field.args)
    }

    /// Where a value of a row is not what its column holds: which column, and what is wrong with it. Checks of rows say so and go on.
    #[must_use]
    pub fn unreadable(&self) -> Option<String> {
        match self.source.as_ref()?.downcast_ref::<StoreError>()? {
            StoreError::Corrupt { column, detail } => Some(format!("{column}: {detail}")),
            _ => None,
        }
    }

    /// The cause of a failure of the installation, for the log.
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn std::error::Error + Send + Sync)> {
        self.source.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message())?;
        for field in &self.fields {
            write!(f, "; {}: {}", field.field, Self::field_message(field))?;
        }
        if let Some(source) = &self.source {
            write!(f, " ({source})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::not_found(),
            StoreError::Stale => Self::conflict("CORE-409"),
            StoreError::NulInText => Self::new(ErrorKind::Invalid, "CORE-105"),
            StoreError::Busy => Self::new(ErrorKind::Unavailable, "CORE-503"),
            StoreError::Unusable { cause, .. } => Self::unusable(cause, error),
            StoreError::Newer(step) => Self::conflict("STOR-006").with("step", step),
            StoreError::Uncertain(_) => {
                Self { source: Some(error.into()), ..Self::new(ErrorKind::Unavailable, "STOR-009") }
            }
            StoreError::Duplicate(_) | StoreError::Undone | StoreError::Corrupt { .. } | StoreError::Backend(_) => {
                Self::internal(error)
            }
        }
    }
}

impl From<OutOfReach> for Error {
    /// What lies outside the scope is not there, for whoever asks.
    fn from(error: OutOfReach) -> Self {
        match error {
            OutOfReach::Root => Self::field("parent", "AGCY-004"),
            OutOfReach::Found | OutOfReach::Parent | OutOfReach::Place => Self::not_found(),
        }
    }
}

impl From<FileError> for Error {
    fn from(error: FileError) -> Self {
        Self::internal(error)
    }
}

/// The cause that people can mend, of an error or of what lies beneath it.
fn cause_within(error: &(dyn std::error::Error + 'static)) -> Option<Cause> {
    let mut next = Some(error);
    while let Some(error) = next {
        let io = error.downcast_ref::<std::io::Error>();
        if let Some(cause) = io.and_then(cause_of) {
            return Some(cause);
        }
        next = match io.and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

/// The causes that people can mend; none for all else.
fn cause_of(error: &std::io::Error) -> Option<Cause> {
    use std::io::ErrorKind as Io;
    match error.kind() {
        Io::StorageFull | Io::QuotaExceeded => Some(Cause::Full),
        Io::ReadOnlyFilesystem => Some(Cause::ReadOnly),
        Io::PermissionDenied => Some(Cause::Permission),
        _ => None,
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}

impl From<store::dump::DumpError> for Error {
    fn from(error: store::dump::DumpError) -> Self {
        use store::dump::DumpError;
        match error {
            DumpError::Store(error) => error.into(),
            DumpError::Sink(error) => Self::internal(error),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn a_disk_that_people_can_mend_is_named_wherever_it_was_met() {
        let check = |error: Error, code: &str| {
            assert_eq!((error.code, error.cause().is_some()), (code, true), "{error}");
        };
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        check(Error::internal(full()), "STOR-001");
        check(Error::internal(io::Error::other(full())), "STOR-001");
        check(FileError::Io { path: "x".into(), source: full() }.into(), "STOR-001");
        check(Error::at_path("x".as_ref(), &full()), "STOR-001");
        check(store::dump::DumpError::Sink(io::ErrorKind::ReadOnlyFilesystem.into()).into(), "STOR-002");
        check(Error::internal(io::Error::from(io::ErrorKind::PermissionDenied)), "STOR-004");
        check(Error::internal(io::Error::from(io::ErrorKind::NotFound)), "CORE-500");
        check(Error::internal("a full disk"), "CORE-500");
    }
}
