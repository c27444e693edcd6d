//! The one error of all use cases: a kind that fronts map to a status, a stable code that `text::problem` turns into
//! "what happened" and "what to do next", and, for internal failures only, the cause that is logged once at the edge.

use std::fmt;

use domain::reach::OutOfReach;
use store::StoreError;

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
    /// Busy for the moment.
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

    /// A fault; the cause is for the log, the user sees a request id.
    #[must_use]
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let mut error = Self::new(ErrorKind::Internal, "CORE-500");
        error.source = Some(source.into());
        error
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

    /// The cause of an internal failure, for the log.
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
            StoreError::Duplicate(_) | StoreError::Corrupt { .. } | StoreError::Backend(_) => Self::internal(error),
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

impl From<files::FileError> for Error {
    fn from(error: files::FileError) -> Self {
        Self::internal(error)
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
