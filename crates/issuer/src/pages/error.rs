//! The page for what went wrong: status, title, a sentence, and a reference into the log.

use std::sync::Arc;

use askama::Template;
use axum::Json;
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use super::words::{Say, say};
use super::{Frame, Look};
use crate::Issuer;
use crate::audit::Source;
use crate::db::DbError;

/// What a person is told when a page cannot be shown. The reason goes to the log only.
#[derive(Clone, Debug)]
pub(crate) struct PageError {
    status: StatusCode,
    /// The title; its `.sentence` says what to do.
    title: Say,
    retry_after_seconds: Option<i64>,
    reason: Option<Arc<anyhow::Error>>,
    /// Whether a script of ours reads it, in place of the person.
    json: bool,
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    frame: &'a Frame,
    title: &'a str,
    sentence: &'a str,
    reference: &'a str,
}

impl PageError {
    pub(crate) fn new(status: StatusCode, title: impl Into<Say>) -> Self {
        Self {
            status,
            title: title.into(),
            retry_after_seconds: None,
            reason: None,
            json: false,
        }
    }

    pub(crate) fn bad_request(title: impl Into<Say>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, title)
    }

    /// Our own fault.
    pub(crate) fn internal(reason: impl Into<anyhow::Error>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "error-internal").because(reason)
    }

    /// Too much at once, or a part of us is away.
    pub(crate) fn unavailable(retry_after_seconds: i64) -> Self {
        let mut this = Self::new(StatusCode::SERVICE_UNAVAILABLE, "error-unavailable");
        this.retry_after_seconds = Some(retry_after_seconds);
        this
    }

    pub(crate) fn too_many(retry_after_seconds: i64) -> Self {
        let title = say("error-too-many").with_wait(retry_after_seconds);
        let mut this = Self::new(StatusCode::TOO_MANY_REQUESTS, title);
        this.retry_after_seconds = Some(retry_after_seconds);
        this
    }

    pub(crate) fn because(mut self, reason: impl Into<anyhow::Error>) -> Self {
        self.reason = Some(Arc::new(reason.into()));
        self
    }

    pub(crate) fn into_json(mut self) -> Self {
        self.json = true;
        self
    }

    pub(super) fn render(&self, issuer: &Issuer, look: Look, source: &Source) -> Response {
        let reason = self.reason.as_ref().map(|reason| format!("{reason:#}"));
        let reason = reason.as_deref().unwrap_or(self.title.key());
        let status = self.status.as_u16();
        if self.status.is_server_error() {
            tracing::error!(status, reason, reference = source.trace_id, "page refused");
        } else {
            tracing::info!(status, reason, reference = source.trace_id, "page refused");
        }
        let title = look.language.text(&self.title);
        let sentence = look.language.text(&self.title.clone().part("sentence"));
        let mut response = if self.json {
            let told = serde_json::json!({ "error": title, "sentence": sentence });
            (self.status, Json(told)).into_response()
        } else {
            let page = ErrorPage {
                frame: &Frame {
                    operator: issuer.settings.operator_name.clone(),
                    brand: Arc::clone(&issuer.brand),
                    csrf: String::new(),
                    connects: false,
                    path: String::new(),
                    here: String::new(),
                    cookie: None,
                    look,
                },
                title: &title,
                sentence: &sentence,
                reference: &source.trace_id,
            };
            let html = page.render().unwrap_or_else(|_| title.clone());
            (self.status, Html(html)).into_response()
        };
        if let Some(seconds) = self.retry_after_seconds {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<DbError> for PageError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unavailable(_) => Self::unavailable(2).because(error),
            DbError::Conflict | DbError::Inconsistent { .. } | DbError::Failed(_) => {
                Self::internal(error)
            }
        }
    }
}

/// The status only: [`super::dress`] renders the page, because it knows the operator.
impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
