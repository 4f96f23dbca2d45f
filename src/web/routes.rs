//! Every address that is served, and what goes with each answer.

use axum::Router;

use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::Uri;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::MethodRouter;
use axum::routing::get;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::web::State;
use crate::web::api;
use crate::web::assets;
use crate::web::health;
use crate::web::pages;
use crate::web::problem::ApiError;
use crate::web::problem::PageError;

/// No request needs more.
const MAX_BODY: usize = 64 << 10;

/// Everything comes from here, and nothing is run but the one script.
const POLICY: &str = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'; require-trusted-types-for 'script'";

/// Returns the addresses for programs; the OpenAPI document describes each of them.
pub(super) fn described() -> Vec<(&'static str, MethodRouter<State>)> {
    vec![
        ("/api/v1/search", get(api::search)),
        ("/api/v1/calls/{id}", get(api::call)),
        ("/api/v1/calls/{id}/audio", get(api::audio)),
        ("/api/v1/calls/{id}/links", get(api::links)),
        ("/api/v1/clusters", get(api::clusters)),
        ("/api/v1/clusters/{id}", get(api::cluster)),
        ("/api/v1/alerts", get(api::alerts)),
        ("/api/openapi.json", get(api::openapi)),
        ("/healthz", get(health::alive)),
        ("/readyz", get(health::ready)),
        ("/metrics", get(health::metrics)),
    ]
}

fn for_people() -> Vec<(&'static str, MethodRouter<State>)> {
    vec![
        ("/", get(pages::search)),
        ("/calls/{id}", get(pages::call)),
        ("/clusters", get(pages::clusters)),
        ("/clusters/{id}", get(pages::cluster)),
        ("/assets/{name}", get(assets::get)),
    ]
}

/// Builds the service.
pub(super) fn router(state: State) -> Router {
    let mut router = Router::new();
    for (path, handler) in described().into_iter().chain(for_people()) {
        router = router.route(path, handler);
    }
    let always = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
    };
    router
        .fallback(nowhere)
        .with_state(state)
        .layer(RequestBodyLimitLayer::new(MAX_BODY))
        .layer(always(header::CONTENT_SECURITY_POLICY, POLICY))
        .layer(always(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(always(header::X_FRAME_OPTIONS, "DENY"))
        .layer(always(header::REFERRER_POLICY, "no-referrer"))
}

async fn nowhere(uri: Uri) -> Response {
    let error = ApiError::not_found("没有这个地址");
    if uri.path().starts_with("/api/") {
        return error.into_response();
    }
    PageError::from(error).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_openapi_document_describes_every_address_for_programs_and_no_other() {
        let document: serde_json::Value = serde_json::from_str(api::OPENAPI).unwrap();
        let described_there: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
        let mut served: Vec<&str> = described().iter().map(|(path, _)| *path).collect();
        served.sort_unstable();
        assert_eq!(described_there, served);
        for (path, operations) in document["paths"].as_object().unwrap() {
            let get = &operations["get"];
            assert!(
                get["summary"].is_string() && get["responses"]["200"].is_object(),
                "{path}"
            );
            let named = get["parameters"]
                .as_array()
                .is_some_and(|all| all.iter().any(|one| one["in"] == "path"));
            assert_eq!(named, path.contains('{'), "{path}");
        }
    }

    #[test]
    fn every_reference_of_the_openapi_document_leads_somewhere() {
        let document: serde_json::Value = serde_json::from_str(api::OPENAPI).unwrap();
        let references: Vec<&str> = api::OPENAPI.split("\"$ref\": \"#").skip(1).collect();
        assert!(!references.is_empty());
        for reference in references {
            let pointer = reference.split('"').next().unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
    }
}
