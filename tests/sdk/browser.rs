//! The browser's side: Clerk's own scripts, components and hooks in Chromium, on a page of the same origin.

use std::path::{Path, PathBuf};

use axum::{Router, http::header::CONTENT_TYPE, response::Html, routing::get};
use clerk_emulator::{Emulator, Seed};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::package::Packages;

/// By both ways a browser can be known: its cookie, and the dev browser of a development instance.
const KEYS: [&str; 2] = ["pk_test_Y2xlcmsubG9jYWxob3N0JA", "pk_test_aGFwcHktb3R0ZXItMTMuY2xlcmsuYWNjb3VudHMuZGV2JA"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_flow_of_a_browser_works_with_clerks_own_scripts() {
    if !Packages::Browser.are_there() {
        return;
    }
    let bundled = tokio::task::spawn_blocking(|| Packages::Browser.run("bundle", &json!({}))).await.unwrap();
    let script = std::fs::read_to_string(bundled["script"].as_str().unwrap()).unwrap();
    for key in KEYS {
        let (clerk, origin) = serve(key, script.clone()).await;
        let question = json!({
            "origin": origin, "clerk": clerk.base_url(), "executable": chromium().unwrap(), "password": "not-a-secret",
        });
        let report = tokio::task::spawn_blocking(move || Packages::Browser.run("flows", &question)).await.unwrap();
        check(&report, &origin);
        let kinds: Vec<String> =
            clerk.take_events().iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect();
        for kind in ["session.created", "user.created", "organizationInvitation.accepted", "session.removed"] {
            assert!(kinds.iter().any(|own| own == kind), "no {kind} in {kinds:?}");
        }
    }
}

fn check(report: &Value, origin: &str) {
    let standing = |name: &str, organization: Value, role: Value| {
        let own = &report[name];
        assert_eq!((&own["organization"], &own["role"]), (&organization, &role), "{name}: {report:#}");
    };
    assert_eq!((&report["outside"], &report["errors"]), (&json!([]), &json!([])), "{report:#}");
    standing("password", json!("acme"), json!("org:admin"));
    assert_eq!(report["token"], json!({ "azp": origin, "slug": "acme", "version": 2 }));
    standing("personal", Value::Null, Value::Null);
    assert_eq!(report["foreign"], "resource_not_found");
    standing("switched", json!("acme"), json!("org:admin"));
    standing("created", json!("new-co"), json!("org:admin"));
    assert_eq!(report["invited"], json!(["pending", 2, "revoked", 2]));
    assert_eq!(report["full"], "organization_membership_quota_exceeded");
    assert_eq!(report["profile"], "shown");
    standing("ticket", json!("new-co"), json!("org:member"));
    standing("signedUp", Value::Null, Value::Null);
    standing("oneClick", json!("acme"), json!("org:member"));
    assert_eq!(report["powerless"], "missing_organization_permission");
    standing("accepted", json!("new-co"), json!("org:admin"));
    assert_eq!(report["members"], json!(["org:admin", 2]));
    assert_eq!(report["renamed"], json!(["Melanie", { "theme": "dark" }]));
    assert_eq!(report["verified"], json!({ "fva": [0, -1] }));
    assert_eq!(report["signedOut"], 0);
}

/// A local Clerk, and the page beside its front side on one origin; answers the origin.
async fn serve(key: &str, script: String) -> (Emulator, String) {
    let clerk =
        Emulator::builder().seed(Seed::demo()).publishable_key(key).npm(Packages::Browser.modules()).build().unwrap();
    clerk.spawn(TcpListener::bind("127.0.0.1:0").await.unwrap()).await.unwrap();
    let page = format!(
        "<!doctype html><html lang=\"en\" data-key=\"{key}\"><meta charset=\"utf-8\"><title>Conformance</title>\
         <div id=\"root\"></div><script type=\"module\" src=\"/page.js\"></script></html>"
    );
    let router = Router::new()
        .route("/page.js", get(|| async move { ([(CONTENT_TYPE, "text/javascript")], script) }))
        .fallback(get(|| async move { Html(page) }))
        .merge(clerk.frontend_router());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (clerk, origin)
}

/// The browser, where Debian and others put it.
pub fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].map(PathBuf::from);
    named.into_iter().chain(usual).find(|path| Path::exists(path))
}
