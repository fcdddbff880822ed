//! Clerk away, over its limits, or refusing: a run waits, gives up in words, and a later one goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Response, StatusCode};
use http_body_util::BodyExt as _;
use tenantry::clerk::Api;
use tenantry::clerk::api::ApiConfig;
use tenantry::reconcile::reconcile;
use tokio::net::TcpListener;

use super::clerk::clerk;
use super::{Options, Pace, Told, api, api_at, comparing, mirror, repairing};
use crate::support::{TestApp, new_user};

/// The local Clerk behind a front that answers some questions itself, by their number; says how many there were.
async fn front(
    app: &TestApp,
    refuse: impl Fn(usize) -> Option<u16> + Send + Sync + 'static,
) -> (String, Arc<AtomicUsize>) {
    let (asked, refuse) = (Arc::new(AtomicUsize::new(0)), Arc::new(refuse));
    let (count, base) = (asked.clone(), app.clerk.base_url());
    let answer = move |request: Request| {
        let (number, base, refuse) = (count.fetch_add(1, Ordering::SeqCst), base.clone(), refuse.clone());
        async move {
            if let Some(status) = refuse(number) {
                let body = r#"{"errors":[{"code":"too_many_requests","message":"","long_message":""}]}"#;
                return Response::builder().status(status).header("retry-after", "1").body(Body::from(body)).unwrap();
            }
            let (parts, body) = request.into_parts();
            let mut onwards = reqwest::Client::new().request(parts.method, format!("{base}{}", parts.uri));
            for (name, value) in parts.headers.iter().filter(|(name, _)| *name != "host") {
                onwards = onwards.header(name, value);
            }
            let answer = onwards.body(body.collect().await.unwrap().to_bytes()).send().await.unwrap();
            let status = StatusCode::from_u16(answer.status().as_u16()).unwrap();
            Response::builder().status(status).body(Body::from(answer.bytes().await.unwrap())).unwrap()
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, axum::Router::new().fallback(answer)).into_future());
    (url, asked)
}

async fn try_run(app: &TestApp, api: &Api, options: &Options) -> Result<u64, String> {
    let outcome = reconcile(&app.db, api, &app.revocations, options, &mut Told::default()).await;
    outcome.map(|summary| summary.repaired).map_err(|error| format!("{error:#}"))
}

on_both_databases! {
    async fn refusals_that_pass_are_outwaited(app) {
        app.organization("acme").await;
        new_user(&app, "newcomer");
        app.clerk.take_events();
        let (url, _) = front(&app, |number| [None, Some(429), Some(503), Some(500)][number % 4]).await;
        assert_eq!(try_run(&app, &api_at(&app, url), &repairing()).await, Ok(1));
        assert_eq!(mirror(&app).await, clerk(&app).await);
    }

    async fn the_wait_that_clerk_asks_for_is_kept(app) {
        app.organization("acme").await;
        let unhurried = |longest_wait| Options { pace: Pace { hurry: 1, longest_wait, ..comparing().pace }, ..comparing() };
        let (url, _) = front(&app, |number| (number == 1).then_some(429)).await;
        let began = Instant::now();
        assert_eq!(try_run(&app, &api_at(&app, url), &unhurried(Duration::from_secs(2))).await, Ok(0));
        assert!(began.elapsed() >= Duration::from_secs(1));
        let (url, asked) = front(&app, |number| (number == 1).then_some(429)).await;
        let ended = try_run(&app, &api_at(&app, url), &unhurried(Duration::from_millis(10))).await;
        assert!(ended.unwrap_err().contains("429") && asked.load(Ordering::SeqCst) == 2, "a longer wait ends the run");
    }

    async fn interrupted_anywhere_it_goes_on_where_it_ended(app) {
        for slug in ["one", "two", "three"] {
            app.organization(slug).await.member("org:member").await;
        }
        for (index, slug) in ["one", "two", "three"].into_iter().enumerate() {
            let organization = app.organization(slug).await;
            let user = new_user(&app, &format!("lost{index}"));
            app.clerk.add_member(&organization.id, &user, "org:member").unwrap();
        }
        app.clerk.take_events();
        let impatient = |from: Option<String>| Options { pace: Pace { tries: 1, ..repairing().pace }, from, ..repairing() };
        let (mut from, mut runs, mut repaired) = (None, 0, 0);
        while mirror(&app).await != clerk(&app).await {
            // Each gets one question further than the last.
            let (url, _) = front(&app, move |number| (number > runs).then_some(503)).await;
            match try_run(&app, &api_at(&app, url), &impatient(from.clone())).await {
                Ok(rest) => repaired += rest,
                Err(why) => {
                    assert!(why.contains("Clerk is away"), "{why}");
                    let named = why.split("--from ").nth(1).and_then(|rest| rest.split(':').next());
                    from = named.map(str::to_owned).or(from);
                }
            }
            runs += 1;
            assert!(runs < 30, "it never ends");
        }
        assert!(runs > 3 && from.is_some(), "it was not interrupted");
        assert!(repaired <= 6, "what was done was not done again");
    }

    async fn a_key_that_clerk_does_not_take_is_said_in_words_at_once(app) {
        app.organization("acme").await;
        let wrong = Api::new(ApiConfig::new(app.clerk.base_url(), Some("sk_test_plainlyfake".into()))).unwrap();
        let why = try_run(&app, &wrong, &repairing()).await.unwrap_err();
        assert!(why.contains("CLERK_SECRET_KEY") && why.contains("401"), "{why}");
        let none = Api::new(ApiConfig::new(app.clerk.base_url(), None)).unwrap();
        assert!(try_run(&app, &none, &comparing()).await.unwrap_err().contains("CLERK_SECRET_KEY is not set"));
        let before = mirror(&app).await;
        assert_eq!(before, clerk(&app).await, "nothing was removed");
    }

    async fn what_clerk_denies_is_not_asked_again(app) {
        let (url, asked) = front(&app, |_| Some(403)).await;
        let why = try_run(&app, &api_at(&app, url), &repairing()).await.unwrap_err();
        assert!(why.contains("403") && asked.load(Ordering::SeqCst) == 1, "{why}");
    }

    async fn an_organization_to_go_on_from_must_exist(app) {
        app.organization("acme").await;
        let why = try_run(&app, &api(&app), &Options { from: Some("org_nowhere".into()), ..repairing() }).await;
        assert!(why.unwrap_err().contains("org_nowhere"));
    }

    async fn clerk_is_asked_no_faster_than_told(app) {
        app.organization("acme").await;
        let (url, asked) = front(&app, |_| None).await;
        let slowly = Options { pace: Pace { between: Duration::from_millis(20), ..comparing().pace }, ..comparing() };
        let began = Instant::now();
        try_run(&app, &api_at(&app, url), &slowly).await.unwrap();
        let questions = asked.load(Ordering::SeqCst);
        assert!(questions >= 4 && began.elapsed() >= Duration::from_millis(20) * (questions as u32 - 1), "{questions}");
    }
}
