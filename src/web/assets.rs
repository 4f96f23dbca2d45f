//! The style sheet, the script and the icon of the pages, embedded.

use axum::extract::Path;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;

use crate::web::problem::ApiError;
use crate::web::problem::PageError;

/// Name, media type and content.
const FILES: [(&str, &str, &str); 3] = [
    ("style.css", "text/css; charset=utf-8", include_str!("assets/style.css")),
    (
        "page.js",
        "text/javascript; charset=utf-8",
        include_str!("assets/page.js"),
    ),
    ("icon.svg", "image/svg+xml", include_str!("assets/icon.svg")),
];

/// Gives one of the files.
pub(super) async fn get(Path(name): Path<String>) -> Result<Response, PageError> {
    let file = FILES.iter().find(|(known, _, _)| *known == name);
    let Some((_, kind, content)) = file else {
        return Err(ApiError::not_found("没有这个文件").into());
    };
    let headers = [(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, "no-cache")];
    Ok((headers, *content).into_response())
}
