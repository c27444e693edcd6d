//! Translates what use cases refuse into what fronts show. The words come from `app` (and so from `text`); only the
//! status is decided here, by the category.

use app::{Error as AppError, ErrorKind};

use crate::component::{FieldErrors, Moment};
use crate::error::{Category, Error};
use crate::query::{FileFormat, ListQuery};
use crate::table::Column;

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
        let refused =
            Self::new(error.kind.into()).saying(error.code, error.message(), error.next_step()).with_fields(fields);
        if error.cause().is_some() { refused.because(error) } else { refused }
    }
}

impl From<&AppError> for FieldErrors {
    fn from(error: &AppError) -> Self {
        error.fields.iter().map(|field| (field.field.to_owned(), AppError::field_message(field))).collect()
    }
}

impl ListQuery {
    /// The rows that are asked for: those of the page, or for a file all, and one more than it may hold.
    #[must_use]
    pub fn window(&self, columns: &'static [Column]) -> app::Window {
        let sort = self.sort_of(columns).and_then(|(index, down)| Some((columns.get(index)?.key, down)));
        let window = match self.file {
            Some(_) => app::Window::first(app::export::ROWS_MAX.saturating_add(1)),
            None => app::Window::page(self.page - 1, self.per_page),
        };
        window.sorted(sort)
    }
}

impl From<FileFormat> for app::export::Format {
    fn from(format: FileFormat) -> Self {
        match format {
            FileFormat::Xlsx => Self::Xlsx,
            FileFormat::Csv => Self::Csv,
        }
    }
}

impl Moment for domain::Instant {
    fn unix_ms(&self) -> i64 {
        domain::Instant::unix_ms(*self)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    #[test]
    fn every_kind_keeps_its_meaning() {
        let check = |kind, status: u16| {
            let error = Error::from(AppError::new(kind, "CORE-409"));
            assert_eq!((error.status(), error.code.as_ref()), (StatusCode::from_u16(status).unwrap(), "CORE-409"));
        };
        check(ErrorKind::Invalid, 422);
        check(ErrorKind::NotFound, 404);
        check(ErrorKind::Conflict, 409);
        check(ErrorKind::Denied, 403);
        check(ErrorKind::Unauthenticated, 401);
        check(ErrorKind::TooMany, 429);
        check(ErrorKind::Unavailable, 503);
        check(ErrorKind::Internal, 500);
    }

    #[test]
    fn the_cause_of_a_fault_goes_to_the_log_and_fields_to_the_form() {
        let fault = Error::from(AppError::internal("the disk is full"));
        assert!(fault.cause().unwrap().to_string().contains("the disk is full"));
        assert!(!fault.message.contains("disk"));
        let invalid = Error::from(AppError::field("name", "CORE-422"));
        assert!(!invalid.fields.of("name").is_empty());
        assert!(invalid.cause().is_none());
    }
}
