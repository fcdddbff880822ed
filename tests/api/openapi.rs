//! The API document: committed, current, complete, and true of the routes.

use std::collections::BTreeSet;
use std::path::Path;

use axum::http::Method;
use serde_json::{Map, Value, json};

use crate::support::{Answer, Caller};

const REGENERATE: &str =
    "the API has changed; look at the difference and regenerate: cargo run -- openapi > openapi.json";

/// Operations that need no session token, and why.
const PUBLIC: &[&str] = &[
    "GET /",                          // says what this is
    "GET /health",                    // probes have no token
    "GET /livez",                     // probes have no token
    "GET /readyz",                    // probes have no token
    "POST /api/webhooks/clerk",       // the signature is the authentication
    "GET /mail/unsubscribe/{token}",  // the token in a mail is the authentication
    "POST /mail/unsubscribe/{token}", // likewise
];

/// One operation of the document.
pub struct Operation {
    pub method: String,
    pub path: String,
    pub says: Value,
    pub parameters: Vec<Value>,
}

impl Operation {
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub fn is_public(&self) -> bool {
        PUBLIC.contains(&&*self.name())
    }

    /// Sends the operation with every path parameter filled in; the body is an empty object where one is asked for.
    async fn send(&self, caller: &Caller, query: &str) -> Answer {
        let path = self.path.replace("{user_id}", &caller.user_id);
        let path: Vec<&str> = path.split('/').map(|part| if part.starts_with('{') { ID } else { part }).collect();
        let body = self.says.get("requestBody").map(|_| b"{}".to_vec());
        let method = Method::from_bytes(self.method.as_bytes()).unwrap();
        caller.request(method, format!("{}{query}", path.join("/")), body).await
    }
}

const ID: &str = "0193b3a4-0000-7000-8000-000000000000";

fn document() -> Value {
    serde_json::to_value(tenantry::router::document()).unwrap()
}

/// Every operation of the document.
pub fn operations() -> Vec<Operation> {
    let document = document();
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let shared = item["parameters"].as_array().cloned().unwrap_or_default();
        for (method, says) in item.as_object().unwrap().iter().filter(|(member, _)| *member != "parameters") {
            let own = says["parameters"].as_array().cloned().unwrap_or_default();
            let parameters = shared.iter().cloned().chain(own).collect();
            all.push(Operation { method: method.to_uppercase(), path: path.clone(), says: says.clone(), parameters });
        }
    }
    assert!(all.len() >= 20, "only {} operations", all.len());
    all
}

#[test]
fn the_committed_document_is_current() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let committed = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{error}; {REGENERATE}"));
    let current = tenantry::router::document().to_pretty_json().unwrap() + "\n";
    let differs = committed.lines().zip(current.lines()).position(|(one, other)| one != other);
    assert!(committed == current, "openapi.json differs from line {:?} on: {REGENERATE}", differs.map(|line| line + 1));
}

#[test]
fn it_is_openapi_3_1_and_every_reference_leads_somewhere() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."), "{}", document["openapi"]);
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    let mut references = BTreeSet::new();
    collect_references(&document, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        let pointer = reference.strip_prefix('#').expect("references stay within the document");
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

fn collect_references(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            into.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| collect_references(member, into));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, into)),
        _ => {}
    }
}

#[test]
fn every_operation_is_described() {
    let tags: Vec<Value> = document()["tags"].as_array().unwrap().iter().map(|tag| tag["name"].clone()).collect();
    let mut ids = BTreeSet::new();
    for operation in operations() {
        let name = operation.name();
        let id = operation.says["operationId"].as_str().unwrap_or_else(|| panic!("{name} has no operation id"));
        assert!(ids.insert(id.to_owned()), "{id} is the id of two operations; one of them is {name}");
        assert!(operation.says["summary"].as_str().is_some_and(|text| !text.is_empty()), "{name} needs a docstring");
        let named = operation.says["tags"].as_array().is_some_and(|own| own.iter().all(|tag| tags.contains(tag)));
        assert!(named, "{name} needs a tag that openapi.rs describes: {}", operation.says["tags"]);
        let responses = operation.says["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2')), "{name} should say what success looks like");
        assert!(
            operation.is_public() || documents_problems(responses),
            "{name} should document its problems as `default`"
        );
    }
}

fn documents_problems(responses: &Map<String, Value>) -> bool {
    let schema = &responses["default"]["content"]["application/problem+json"]["schema"]["$ref"];
    schema == "#/components/schemas/Problem"
}

#[test]
fn every_place_in_a_path_is_a_parameter() {
    for operation in operations() {
        let named: BTreeSet<&str> = operation
            .parameters
            .iter()
            .filter(|parameter| parameter["in"] == "path")
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        let places: BTreeSet<&str> =
            operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
        assert_eq!(named, places, "{}", operation.name());
    }
}

/// A route that is made elsewhere could be without a guard, and would be missing here.
/// The mount itself, and what makes routes that are given nothing which leads to data: the pages of the dashboard, the answers
/// of a server that is starting, and the metrics. Middleware makes none, but has a name for the type of what comes next.
const WITHOUT_DATA: [&str; 5] = [
    "src/auth/mount.rs",
    "src/dashboard/mod.rs",
    "src/http/around.rs",
    "src/server/front.rs",
    "src/telemetry/exposition.rs",
];

#[test]
fn every_route_is_made_by_the_mount() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("src")];
    let mut made_elsewhere = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if !WITHOUT_DATA.iter().any(|own| path.ends_with(own)) {
                let source = std::fs::read_to_string(&path).unwrap();
                let makes = ["axum::routing", "OpenApiRouter", ".route(", ".route_service(", ".nest_service("];
                made_elsewhere
                    .extend(makes.iter().filter(|how| source.contains(**how)).map(|how| (path.clone(), *how)));
            }
        }
    }
    assert!(made_elsewhere.is_empty(), "take ApiRoutes or PublicRoutes of auth/mount.rs instead: {made_elsewhere:?}");
}

#[test]
fn every_operation_but_the_public_ones_asks_for_a_session_token() {
    let document = document();
    assert_eq!(document["components"]["securitySchemes"]["session_token"]["scheme"], "bearer");
    for operation in operations() {
        let (name, because) = (operation.name(), &operation.says["x-public-because"]);
        if operation.is_public() {
            assert_eq!(operation.says["security"], json!([{}]), "{name} is public");
            assert!(because.as_str().is_some_and(|reason| reason.ends_with('.')), "{name} should say why it is public");
        } else {
            let hint = "mount it as ApiRoutes, or put it on the list of public operations and say why";
            assert_eq!(operation.says["security"], json!([{"session_token": []}]), "{name}: {hint}");
            assert!(because.is_null(), "{name}: {hint}");
        }
    }
}

on_both_databases! {
    async fn every_documented_operation_is_served(app) {
        let admin = app.organization("acme").await.admin();
        for operation in operations() {
            let answer = operation.send(&admin, "").await;
            assert_ne!(answer.summary(), "404 route_not_found", "{} is documented but not routed", operation.name());
            assert_ne!(answer.summary(), "405 method_not_allowed", "{} is documented but not routed", operation.name());
            assert!(answer.status.as_u16() < 500, "{}: {}", operation.name(), answer.summary());
        }
    }

    async fn nobody_gets_401_everywhere_else(app) {
        for operation in operations() {
            let mut nobody = app.nobody();
            nobody.user_id = "user_nobody".into();
            let answer = operation.send(&nobody, "").await;
            match operation.is_public() {
                true => assert_ne!(answer.status, 401, "{}", operation.name()),
                false => assert_eq!(answer.summary(), "401 token_missing", "{}", operation.name()),
            }
        }
    }

    async fn a_parameter_that_is_not_documented_is_refused(app) {
        let admin = app.organization("acme").await.admin();
        for operation in operations().into_iter().filter(|operation| !operation.is_public()) {
            let answer = operation.send(&admin, "?no_such_parameter=1").await;
            let hint = "take a Query, or NoQuery where the address has no parameters";
            assert_eq!(answer.mistakes(), "422 validation_failed no_such_parameter unknown_parameter", "{}: {hint}", operation.name());
        }
    }

    async fn the_served_document_is_the_committed_one(app) {
        let answer = app.nobody().get("/openapi.json").await;
        assert_eq!((answer.summary().as_str(), answer.header("content-type")), ("200", Some("application/json")));
        assert_eq!(answer.json(), document());
    }
}
