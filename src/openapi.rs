//! The API document: title, tags, the security scheme, and how it is served.

mod requests;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn};
use utoipa::Modify;
use utoipa::OpenApi as _;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{OpenApi, Ref, RefOr};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::auth::SESSION_TOKEN;
use crate::error::Problem;

/// The parts of the document that are no operation.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Tenantry",
        description = "A multi-tenant API for Clerk organizations. The tenant of a request is the active organization of its session token.\n\nErrors are problem documents (RFC 9457): branch on `code`, show `detail`.\n\nWhere requests are limited, every answer says how its caller stands: `RateLimit-Limit`, `RateLimit-Remaining`, `RateLimit-Reset`. Writing, reading and searching are counted apart, for each person in each organization and for the organization as a whole.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "tasks", description = "What an organization has to do"),
        (name = "comments", description = "What people say about a task"),
        (name = "people", description = "The caller, their organizations, and the members of the active one"),
        (name = "billing", description = "What the active organization pays for, and what that allows"),
        (name = "events", description = "What changes, as it changes"),
        (name = "records", description = "Who did what in the organization"),
        (name = "webhooks", description = "What Clerk tells us"),
        (name = "service", description = "What the server is and how it is"),
    ),
    components(responses(TooManyRequests)),
    modifiers(&SessionToken),
    security(("session_token" = [])),
)]
struct Document;

/// How a limit answers, whatever the operation.
#[derive(utoipa::ToResponse)]
#[response(
    description = "`rate_limited`: too much in a short time; nothing was done",
    content_type = "application/problem+json",
    headers(
        ("Retry-After" = u32, description = "Seconds until the next request may be sent"),
        ("RateLimit-Limit" = u32, description = "Requests that may be sent at once"),
        ("RateLimit-Remaining" = u32, description = "How many of them may still be sent now"),
        ("RateLimit-Reset" = u32, description = "Seconds until all of them may be again"),
    ),
)]
#[expect(dead_code, reason = "describes an answer that the limits write")]
struct TooManyRequests(Problem);

struct SessionToken;

impl Modify for SessionToken {
    fn modify(&self, document: &mut OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("A Clerk session token."))
            .build();
        document.components.get_or_insert_default().add_security_scheme(SESSION_TOKEN, SecurityScheme::Http(scheme));
    }
}

/// Says of every operation what holds of all of them: what may be sent to it and, where it has problems, that it may be
/// refused by a limit.
pub fn describe_operations(document: &mut OpenApi) {
    let operations = document.paths.paths.values_mut().flat_map(|item| {
        [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten()
    });
    for operation in operations {
        requests::describe(operation);
        if operation.responses.responses.contains_key("default") {
            let limited = Ref::from_response_name("TooManyRequests");
            operation.responses.responses.insert("429".into(), RefOr::Ref(limited));
        }
    }
}

/// The document without its operations.
pub fn document() -> OpenApi {
    Document::openapi()
}

/// Serves the document at `/openapi.json` and a page that explains it at `/docs/`. Neither needs any other host.
pub fn pages<S: Clone + Send + Sync + 'static>(document: OpenApi) -> Router<S> {
    // Otherwise the page asks the validator of another host for its opinion.
    let alone = Config::default().validator_url("none");
    let page = SwaggerUi::new("/docs").config(alone).url("/openapi.json", document);
    Router::new().merge(page).layer(from_fn(own_scripts))
}

/// The page runs its own scripts and styles, and nobody else's.
async fn own_scripts(request: Request, next: Next) -> axum::response::Response {
    let mut response = next.run(request).await;
    let policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}
