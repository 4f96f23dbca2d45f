//! What went wrong in, a problem document (RFC 9457) or an error page out. Causes are logged and not told to clients.

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::Html;
use axum::response::IntoResponse;
use axum::response::Response;
use serde_json::json;

use crate::index::IndexError;
use crate::store::StoreError;

/// What a client is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ApiError {
    status: StatusCode,
    detail: String,
}

impl ApiError {
    /// What was asked for is not there.
    pub(super) fn not_found(what: &str) -> ApiError {
        ApiError {
            status: StatusCode::NOT_FOUND,
            detail: what.to_owned(),
        }
    }

    /// The request says something that cannot be; the detail tells what to change.
    pub(super) fn bad_request(detail: impl Into<String>) -> ApiError {
        ApiError {
            status: StatusCode::BAD_REQUEST,
            detail: detail.into(),
        }
    }

    /// The sound of a call cannot be given.
    pub(super) fn no_sound(detail: impl Into<String>) -> ApiError {
        ApiError {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            detail: detail.into(),
        }
    }

    /// Something failed here; the cause is logged.
    pub(super) fn internal(error: &(dyn std::error::Error + 'static)) -> ApiError {
        tracing::error!(error, "a request failed: {error}");
        ApiError {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            detail: "服务器处理这个请求时出错，详情见日志".to_owned(),
        }
    }

    /// Returns what the client is told.
    pub(super) fn detail(&self) -> &str {
        &self.detail
    }

    fn unavailable(detail: &str) -> ApiError {
        ApiError {
            status: StatusCode::SERVICE_UNAVAILABLE,
            detail: detail.to_owned(),
        }
    }

    fn title(&self) -> &'static str {
        match self.status {
            StatusCode::NOT_FOUND => "没有找到",
            StatusCode::BAD_REQUEST => "请求有误",
            StatusCode::UNPROCESSABLE_ENTITY => "录音无法播放",
            StatusCode::SERVICE_UNAVAILABLE => "暂时不可用",
            _ => "服务器出错",
        }
    }
}

impl From<IndexError> for ApiError {
    fn from(error: IndexError) -> ApiError {
        match error {
            IndexError::Query(reason) => ApiError::bad_request(reason),
            IndexError::Damaged(_) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the index cannot be used: {error}"
                );
                ApiError::unavailable("索引损坏，请运行 huisheng rebuild index")
            }
            IndexError::Locked | IndexError::Write(_) => ApiError::internal(&error),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> ApiError {
        match error {
            StoreError::Busy => ApiError::unavailable("数据库正忙，请稍后再试"),
            other => ApiError::internal(&other),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = json!({
            "type": "about:blank",
            "title": self.title(),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        let headers = [(CONTENT_TYPE, "application/problem+json")];
        (self.status, headers, body.to_string()).into_response()
    }
}

/// The same as a page.
#[derive(Debug)]
pub(super) struct PageError(ApiError);

impl<E: Into<ApiError>> From<E> for PageError {
    fn from(error: E) -> PageError {
        PageError(error.into())
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let PageError(error) = self;
        let page = ErrorPage {
            status: error.status.as_u16(),
            title: error.title(),
            detail: &error.detail,
        };
        match page.render() {
            Ok(html) => (error.status, Html(html)).into_response(),
            Err(_) => error.into_response(),
        }
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    status: u16,
    title: &'a str,
    detail: &'a str,
}

impl ErrorPage<'_> {
    fn tab(&self) -> &'static str {
        ""
    }
}

/// Renders a page.
pub(super) fn page(template: &impl Template) -> Result<Html<String>, PageError> {
    let html = template
        .render()
        .map_err(|error| PageError(ApiError::internal(&error)))?;
    Ok(Html(html))
}
