//! The pages for people: one click, and the webhooks that were sent.

use clerk_emulator::DeliveryStatus;
use reqwest::{Client, Method};

use crate::{
    browser::Browser,
    support::{Served, demo, eventually},
};

#[tokio::test]
async fn one_click_signs_in_whoever_it_names_wherever_it_says() {
    let served = Served::start(demo().home("/app/")).await;
    let browser = Browser::signed_in(&served, "ada").await;
    let page = browser.get("/").await.body.as_str().unwrap().to_owned();
    for text in ["Sam Tanaka", "sam@example.com", "Rival Carpentry", "org:viewer", "424242", "not-a-secret"] {
        assert!(page.contains(text), "{text}");
    }
    assert!(!page.contains("<script"));
    let clicked = browser.get("/sign-in/sam?organization=rival").await;
    let location = clicked.headers["location"].to_str().unwrap();
    let ticket = location.strip_prefix(&format!("{}/app/?__clerk_ticket=", served.base)).unwrap();
    assert!(browser.get("/v1/me").await.status == 401, "it signs out first");
    browser.post("/v1/client/sign_ins", &[("strategy", "ticket"), ("ticket", ticket)]).await.response();
    assert_eq!(browser.claims(&[]).await["o"]["slg"], "rival");

    let nowhere = browser.get("/sign-in/sam?organization=none&redirect=/other").await;
    let location = nowhere.headers["location"].to_str().unwrap();
    let ticket = location.strip_prefix(&format!("{}/other?__clerk_ticket=", served.base)).unwrap();
    browser.post("/v1/client/sign_ins", &[("strategy", "ticket"), ("ticket", ticket)]).await.response();
    assert_eq!(browser.claims(&[]).await.get("o"), None);
    for bad in ["//evil.example", "https%3A%2F%2Fevil.example"] {
        let refused = browser.get(&format!("/sign-in/sam?redirect={bad}")).await;
        assert_eq!(refused.summary(), "422 form_param_value_invalid redirect");
    }
}

#[tokio::test]
async fn pages_of_other_sites_cannot_click() {
    let served = Served::demo().await;
    for (method, path) in [(Method::GET, "/sign-in/ada"), (Method::POST, "/events/msg_x/redeliver")] {
        let request = Client::new().request(method, format!("{}/__clerk{path}", served.base));
        let answer = request.header("sec-fetch-site", "cross-site").send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 403, "{path}");
    }
}

#[tokio::test]
async fn the_events_page_shows_attempts_and_answers_and_sends_again() {
    let served = Served::demo().await;
    let receiver = Served::demo().await;
    // An endpoint that refuses, in words.
    let url = format!("{}/v1/nothing", receiver.base);
    served.emulator.add_webhook_endpoint(url, &served.emulator.webhook_secret()).unwrap();
    served.emulator.create_session(&served.id_of("ada")).unwrap();
    let attempted = |count: usize| {
        let emulator = served.emulator.clone();
        move || emulator.deliveries().into_iter().find(|delivery| delivery.attempts.len() >= count)
    };
    let delivery = eventually(attempted(1)).await;
    assert_ne!(delivery.status, DeliveryStatus::Delivered);
    let browser = Browser::new(&served);
    let page = browser.get("/events").await.body.as_str().unwrap().to_owned();
    for text in ["session.created", "401", "authorization_header_format_invalid", &delivery.id] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let one = browser.get(&format!("/events/{}", delivery.id)).await.body.as_str().unwrap().to_owned();
    assert!(one.contains("&quot;type&quot;: &quot;session.created&quot;"), "{one}");
    let again = browser.post(&format!("/events/{}/redeliver", delivery.id), &[]).await;
    assert_eq!((again.status, again.headers["location"].to_str().unwrap()), (303, "/__clerk/events"));
    eventually(attempted(2)).await;
    assert_eq!(browser.get("/events/msg_none").await.status, 404);
}
