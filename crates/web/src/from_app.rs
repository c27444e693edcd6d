//! Translates what use cases refuse into what fronts show. The words come from `app` (and so from `text`); only the
//! status is decided here, by the category.

use app::{Error as AppError, ErrorKind};

use crate::component::{FieldErrors, Moment};
use crate::error::{Category, Error};

impl From<ErrorKind> for Category {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Invalid => Self::Invalid,
            ErrorKind::NotFound => Self::NotFound,
            ErrorKind::Conflict => Self::Conflict,
            ErrorKind::Denied => Self::Denied,
            ErrorKind::Unauthenticated => Self::Unauthenticated,
            ErrorKind::TooMany => Self::TooMany,
            ErrorKind::Unavailable => Self::Unavailable,
            ErrorKind::Internal => Self::Internal,
        }
    }
}

impl From<AppError> for Error {
    fn from(error: AppError) -> Self {
        let fields = FieldErrors::from(&error);
        let refused = Self::new(error.kind.into()).saying(error.code, error.message(), error.next_step()).with_fields(fields);
        if error.kind == ErrorKind::Internal { refused.because(error) } else { refused }
    }
}

impl From<&AppError> for FieldErrors {
    fn from(error: &AppError) -> Self {
        error.fields.iter().map(|field| (field.field.to_owned(), AppError::field_message(field))).collect()
    }
}

impl Moment for domain::Instant {
    fn unix_ms(&self) -> i64 {
        domain::Instant::unix_ms(*self)
    }
}
