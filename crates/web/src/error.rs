//! One table from the kind of a refusal to its status, and the error that handlers return. It carries what the user
//! reads (what happened, what to do next); the cause of an internal failure goes to the log only.

use std::borrow::Cow;
use std::fmt;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::component::FieldErrors;
use crate::typed::Again;

/// Kinds of refusals and failures that a front tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// The input does not fit.
    Invalid,
    /// There is no such thing for this post.
    NotFound,
    /// The state does not allow it, or it has changed meanwhile.
    Conflict,
    /// This post may not do it.
    Denied,
    /// Nobody is signed in.
    Unauthenticated,
    /// Too many attempts, or too much at once.
    TooMany,
    /// Busy for the moment.
    Unavailable,
    /// A fault of ours.
    Internal,
}

impl Category {
    /// Every category, for tests and tables.
    pub const ALL: [Self; 8] = [
        Self::Invalid,
        Self::NotFound,
        Self::Conflict,
        Self::Denied,
        Self::Unauthenticated,
        Self::TooMany,
        Self::Unavailable,
        Self::Internal,
    ];

    /// Status, default code, title and default next step: the one table both renderers read.
    const fn row(self) -> (StatusCode, &'static str, &'static str, &'static str) {
        match self {
            Self::Invalid => {
                (StatusCode::UNPROCESSABLE_ENTITY, "WEB-422", "填写的内容有问题", "请按提示改正后再提交一次。")
            }
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "WEB-404",
                "没有找到这个页面或记录",
                "请检查地址；也可能它不在您岗位的数据范围内。",
            ),
            Self::Conflict => {
                (StatusCode::CONFLICT, "WEB-409", "现在不能这样做", "状态可能已经变了，请按最新的情况办理。")
            }
            Self::Denied => {
                (StatusCode::FORBIDDEN, "WEB-403", "您的岗位不能这样做", "如果工作需要，请联系本单位管理员调整岗位。")
            }
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, "WEB-401", "请先登录", "登录后会回到您要去的页面。"),
            Self::TooMany => {
                (StatusCode::TOO_MANY_REQUESTS, "WEB-429", "太频繁了，或一次太多", "请稍等一会儿再试，或分几次提交。")
            }
            Self::Unavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, "WEB-503", "系统正忙", "请过几秒钟再试；已填写的内容请不要关闭。")
            }
            Self::Internal => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "WEB-500",
                "系统出了问题",
                "我们已经记录。请把下面的编号告诉管理员。",
            ),
        }
    }

    /// The status of the answer.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        self.row().0
    }
}

/// What a handler returns when it does not return a page.
#[derive(Debug)]
pub struct Error {
    /// Kind.
    pub category: Category,
    /// Stable code, e.g. `DRAW-014`.
    pub code: Cow<'static, str>,
    /// What happened, in the user's words.
    pub message: String,
    /// What to do next, in the user's words.
    pub next_step: String,
    /// For [`Category::Invalid`]: what is wrong with which field.
    pub fields: FieldErrors,
    /// What few errors have, apart, so that a result of a handler stays small.
    more: Box<More>,
}

#[derive(Debug, Default)]
struct More {
    /// Another status of the same family where the protocol knows one (413, 415).
    status: Option<StatusCode>,
    /// The form that can be corrected and sent again, where no handler saw it.
    again: Option<Box<Again>>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error with the words of its category.
    #[must_use]
    pub fn new(category: Category) -> Self {
        let (_, code, message, next_step) = category.row();
        Self {
            category,
            code: Cow::Borrowed(code),
            message: message.to_owned(),
            next_step: next_step.to_owned(),
            fields: FieldErrors::default(),
            more: Box::default(),
        }
    }

    /// No such page or record.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Category::NotFound)
    }

    /// Nobody is signed in; a page request is sent to the sign-in page and comes back.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(Category::Unauthenticated)
    }

    /// A fault; `source` is logged once, the user sees a request id.
    #[must_use]
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(Category::Internal).because(source)
    }

    /// Says it with a code and words of one's own.
    #[must_use]
    pub fn saying(
        mut self,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
        next_step: impl Into<String>,
    ) -> Self {
        self.code = code.into();
        self.message = message.into();
        self.next_step = next_step.into();
        self
    }

    /// Names the fields.
    #[must_use]
    pub fn with_fields(mut self, fields: FieldErrors) -> Self {
        self.fields = fields;
        self
    }

    /// Keeps the cause for the log.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.more.source = Some(source.into());
        self
    }

    /// Answers with a status more exact than the category's.
    #[must_use]
    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.more.status = Some(status);
        self
    }

    /// Offers the form again, with what was typed.
    #[must_use]
    pub(crate) fn with_again(mut self, again: Again) -> Self {
        self.more.again = Some(Box::new(again));
        self
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.more.status.unwrap_or(self.category.status())
    }

    /// The cause, for the log.
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn std::error::Error + Send + Sync)> {
        self.more.source.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.code, self.message, self.next_step)
    }
}

impl std::error::Error for Error {}

impl From<askama::Error> for Error {
    fn from(error: askama::Error) -> Self {
        Self::internal(error)
    }
}

/// What is to be shown, carried to [`crate::harden::harden`], which knows whether a page or a document is wanted.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) category: Category,
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) next_step: String,
    pub(crate) fields: FieldErrors,
    pub(crate) again: Option<Box<Again>>,
}

impl IntoResponse for Error {
    /// The plain form. The layers of [`crate::harden::harden`] replace it by the page or the problem document; it is only
    /// seen where a router was not hardened, and then still says what happened.
    fn into_response(self) -> Response {
        let status = self.status();
        if self.category == Category::Internal || self.cause().is_some() {
            let cause = self.cause().map(chain).unwrap_or_default();
            tracing::error!(code = %self.code, cause, "a request failed inside");
        }
        let text = format!("{}\n{}\n", self.message, self.next_step);
        let mut response = (status, text).into_response();
        response.extensions_mut().insert(Shown {
            category: self.category,
            code: self.code.into_owned(),
            message: self.message,
            next_step: self.next_step,
            fields: self.fields,
            again: self.more.again,
        });
        response
    }
}

/// A cause and what lies beneath it, in one line.
fn chain(error: &(dyn std::error::Error + Send + Sync)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
