//! Who may call, what travels how, and the files of Clerk's packages.

use reqwest::{Client, Method};

use crate::{
    browser::Browser,
    support::{Served, demo},
};

#[tokio::test]
async fn pages_of_other_origins_may_not_call() {
    let served = Served::start(demo().allow_origin("http://app.example.com")).await;
    let mut browser = Browser::new(&served);
    browser.origin = Some("http://evil.example".to_owned());
    let refused = browser.post("/v1/client/sign_ins", &[("identifier", "ada@example.com")]).await;
    assert_eq!(refused.summary(), "403 origin_invalid");
    browser.origin = Some("http://app.example.com".to_owned());
    let allowed = browser.post("/v1/client/sign_ins", &[("identifier", "ada@example.com")]).await;
    assert_eq!(allowed.headers["access-control-allow-credentials"], "true");
    assert_eq!(allowed.headers["access-control-expose-headers"], "Clerk-Db-Jwt, X-Country, Retry-After");

    let asked = |host: &'static str| {
        let url = format!("{}/__clerk/v1/environment", served.base);
        async move { Client::new().get(url).header("host", host).send().await.unwrap().status().as_u16() }
    };
    assert_eq!(asked("localhost:8001").await, 200);
    assert_eq!(asked("rebound.example").await, 403, "a public name may lead here and be anybody's");
    let asks = Client::new().request(Method::OPTIONS, format!("{}/__clerk/v1/client", served.base));
    let asks = asks.header("origin", "http://app.example.com").send().await.unwrap();
    assert_eq!((asks.status().as_u16(), &asks.headers()["vary"]), (204, &"Origin".parse().unwrap()));
}

#[tokio::test]
async fn errors_have_clerks_shape_wherever_they_come_from() {
    let served = Served::demo().await;
    let browser = Browser::new(&served);
    assert_eq!(browser.get("/v1/nothing").await.summary(), "404 resource_not_found");
    assert_eq!(browser.send("DELETE", "/v1/environment", &[]).await.summary(), "404 resource_not_found");
    let json = Client::new().post(format!("{}/v1/client/sign_ins", browser.base));
    let json = json.header("content-type", "application/json").body("{}").send().await.unwrap();
    assert_eq!(json.status().as_u16(), 415);
    assert!(json.text().await.unwrap().contains("unsupported_content_type"));
}

#[tokio::test]
async fn the_backend_api_is_not_under_the_prefix_nor_the_frontend_api_beside_it() {
    let served = Served::demo().await;
    let get = async |path: &str| {
        let request = Client::new().get(format!("{}{path}", served.base)).bearer_auth(&served.key);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!((get("/v1/users").await, get("/__clerk/v1/users").await), (200, 404));
    assert_eq!((get("/v1/environment").await, get("/__clerk/v1/environment").await), (404, 200));
    assert_eq!(get("/__clerk/.well-known/jwks.json").await, 200);
}

#[tokio::test]
async fn the_packages_files_come_from_the_folder_and_from_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let dist = folder.path().join("@clerk/clerk-js/dist");
    std::fs::create_dir_all(&dist).unwrap();
    std::fs::write(dist.join("clerk.browser.js"), "// a script").unwrap();
    std::fs::write(folder.path().join("@clerk/clerk-js/package.json"), "{}").unwrap();
    let served = Served::start(demo().npm(folder.path())).await;
    let get = async |path: &str| Client::new().get(format!("{}/__clerk/npm/{path}", served.base)).send().await.unwrap();
    for version in ["6", "6.34.1"] {
        let file = get(&format!("@clerk/clerk-js@{version}/dist/clerk.browser.js")).await;
        assert_eq!(file.headers()["content-type"], "text/javascript; charset=utf-8");
        assert_eq!(file.text().await.unwrap(), "// a script");
    }
    for bad in [
        "@clerk/clerk-js@6/dist/%2e%2e%2fpackage.json",
        "@clerk/clerk-js@6/dist/none.js",
        "@clerk/ui@1/dist/ui.browser.js",
        "@clerk/backend@3/dist/index.js",
    ] {
        let answer = get(bad).await;
        assert_eq!(answer.status().as_u16(), 404, "{bad}");
        assert!(answer.text().await.unwrap().contains("--npm"), "{bad}");
    }
}

#[tokio::test]
async fn only_a_fault_that_names_it_hits_the_frontend_api() {
    let served = Served::demo().await;
    let browser = Browser::new(&served);
    served.emulator.fail(clerk_emulator::Fault::unavailable());
    assert_eq!(browser.get("/v1/environment").await.status, 200);
    served.emulator.fail(clerk_emulator::Fault::unavailable().under("/__clerk/v1/environment").times(1));
    let url = format!("{}/v1/environment", browser.base);
    assert_eq!(Client::new().get(&url).send().await.unwrap().status().as_u16(), 503);
    assert_eq!(browser.get("/v1/environment").await.status, 200);
}
