//! The dashboard's pages, as they are served when nothing was built and where something was.

use crate::support::{Database, TestApp};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_is_told_which_clerk_there_is_and_every_address_leads_to_it() {
    let app = TestApp::start(Database::Sqlite).await;
    let nobody = app.nobody();
    let settings = nobody.get("/app/config.json").await;
    assert_eq!(settings.json(), serde_json::json!({"publishable_key": null, "proxy_url": null, "local": false}));
    assert_eq!(settings.header("cache-control"), Some("no-cache"));
    let built = tenantry::dashboard::is_built();
    for address in ["/app/", "/app/members", "/app/board?task=1", "/app/index.html"] {
        let page = nobody.get(address).await;
        assert_eq!(page.summary(), if built { "200" } else { "404" }, "{address}");
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"), "{address}");
        assert_eq!(page.header("cache-control"), Some("no-cache"), "{address}");
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{address}: {policy}");
        let text = String::from_utf8_lossy(&page.body).into_owned();
        assert_eq!(text.contains("npm run build"), !built, "{text}");
    }
    assert_eq!(nobody.get("/app/assets/of-an-older-page.js").await.summary(), "404 route_not_found");
    assert_eq!(
        nobody.get("/app/../Cargo.toml").await.status.as_u16() / 100,
        if built { 2 } else { 4 },
        "the page, or nothing"
    );
    assert_eq!(nobody.get("/app").await.header("location"), Some("/app/"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_never_changes_under_its_name_is_kept_for_ever() {
    let Ok(assets) = std::fs::read_dir("dashboard/dist/assets") else { return };
    let app = TestApp::start(Database::Sqlite).await;
    for asset in assets {
        let name = asset.unwrap().file_name().into_string().unwrap();
        let answer = app.nobody().get(format!("/app/assets/{name}")).await;
        assert_eq!(answer.summary(), "200", "{name}");
        assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"), "{name}");
        let expected = if name.ends_with(".css") { "text/css" } else { "text/javascript" };
        assert!(
            answer.header("content-type").unwrap().starts_with(expected),
            "{name}: {:?}",
            answer.header("content-type")
        );
    }
}
