//! axum's extractors with our refusals: a request that cannot be read is answered with words, not with a line of English.

use axum::extract::rejection::{FormRejection, JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::error::{Category, Error};
use crate::typed::LookedAt;

/// A form of a page.
#[derive(Clone, Copy, Debug, Default)]
pub struct Form<T>(pub T);

/// A JSON body.
#[derive(Clone, Copy, Debug, Default)]
pub struct Json<T>(pub T);

/// The variable parts of the address. What does not parse is not found: no page has such an address.
#[derive(Clone, Copy, Debug, Default)]
pub struct Path<T>(pub T);

/// The query of the address, typed. For lists see [`crate::query::ListQuery`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Form<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        looked_at(&request)?;
        match axum::extract::Form::from_request(request, state).await {
            Ok(axum::extract::Form(value)) => Ok(Self(value)),
            Err(FormRejection::BytesRejection(cause)) => Err(unread(cause.status(), cause.body_text())),
            Err(cause) => Err(unread(cause.status(), cause.body_text())),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        looked_at(&request)?;
        match axum::Json::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(JsonRejection::MissingJsonContentType(cause)) => {
                Err(unread(StatusCode::UNSUPPORTED_MEDIA_TYPE, cause.body_text()))
            }
            Err(cause) => Err(unread(cause.status(), cause.body_text())),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(cause @ PathRejection::MissingPathParams(_)) => Err(Error::internal(cause)),
            Err(_) => Err(Error::not_found()),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let read: Result<_, QueryRejection> = axum::extract::Query::from_request_parts(parts, state).await;
        match read {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(cause) => Err(unread(StatusCode::BAD_REQUEST, cause.body_text())),
        }
    }
}

/// Refuses a body that [`crate::typed`] did not look through, whatever it says it is.
fn looked_at(request: &Request) -> Result<(), Error> {
    let mark = request.extensions().get::<LookedAt>();
    mark.map(|_| ()).ok_or_else(|| unread(StatusCode::UNSUPPORTED_MEDIA_TYPE, String::new()))
}

/// A request that our own pages would not send; the detail helps whoever wrote the program that sent it.
pub(crate) fn unread(status: StatusCode, detail: String) -> Error {
    let error = match status {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Error::new(Category::TooMany).saying("WEB-413", "提交的内容太大", "请拆成几次提交，或压缩附件。")
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Error::new(Category::Invalid).saying("WEB-415", "提交的格式不对", "程序请以 application/json 提交。")
        }
        _ => Error::new(Category::Invalid).saying(
            "WEB-400",
            "提交的内容读不出来",
            format!("请回到原来的页面再提交一次。（{detail}）"),
        ),
    };
    error.with_status(status)
}
