//! Development instances of Clerk's own hosts: the browser is known by the query.

use crate::{
    browser::Browser,
    support::{Served, demo},
};

const KEY: &str = "pk_test_aGFwcHktb3R0ZXItMTMuY2xlcmsuYWNjb3VudHMuZGV2JA";

#[tokio::test]
async fn a_dev_browser_needs_no_cookie_and_an_unknown_one_is_told_so() {
    let served = Served::start(demo().publishable_key(KEY)).await;
    let mut browser = Browser::new(&served);
    assert_eq!(browser.get("/v1/client").await.summary(), "401 dev_browser_unauthenticated");
    browser.query = "&__clerk_db_jwt=unknown".to_owned();
    assert_eq!(browser.get("/v1/client").await.summary(), "401 dev_browser_unauthenticated");

    let made = browser.post("/v1/dev_browser", &[]).await;
    let id = made.body["id"].as_str().unwrap().to_owned();
    assert_eq!(made.headers["clerk-db-jwt"].to_str().unwrap(), id);
    browser.query = format!("&__clerk_db_jwt={id}");
    browser.sign_in(&served, "ada").await;
    assert_eq!(browser.cookie("__client"), None);
    assert_eq!(browser.claims(&[]).await["o"]["slg"], "acme");

    let mut other = Browser::new(&served);
    let second = other.post("/v1/dev_browser", &[]).await.body["id"].as_str().unwrap().to_owned();
    other.query = format!("&__clerk_db_jwt={second}");
    assert_eq!(other.get("/v1/me").await.summary(), "401 authentication_invalid");
}
