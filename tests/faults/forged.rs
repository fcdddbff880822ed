//! A flood of forged tokens while honest callers go on.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::answer::Answer;
use crate::database::Database;
use crate::world::{Person, Server, World};

const FORGERS: usize = 8;
const FORGED_EACH: usize = 400;
const HONEST: usize = 4;

/// A good token under another key id, or with another signature: never twice the same.
fn forged(good: &str, number: usize) -> String {
    let mut parts = good.split('.');
    let (header, claims) = (parts.next().unwrap(), parts.next().unwrap());
    let signature = BASE64_URL_SAFE_NO_PAD.encode(format!("{number:0256}"));
    if number.is_multiple_of(2) {
        return format!("{header}.{claims}.{signature}");
    }
    let mut header: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    header["kid"] = json!(format!("ins_{number}"));
    format!("{}.{claims}.{signature}", BASE64_URL_SAFE_NO_PAD.encode(header.to_string()))
}

/// How often each answer came.
type Answers = BTreeMap<String, usize>;

async fn forge(world: Arc<World>, base: String, good: Person, forger: usize) -> Answers {
    let mut answers = Answers::new();
    for number in 0..FORGED_EACH {
        let token = forged(&good.token, forger * FORGED_EACH + number);
        let who = Person { token, ..good.clone() };
        let answer = world.request(&base, &who, Method::GET, "/api/tasks").send().await.unwrap();
        let answer = Answer::read(answer).await.unwrap();
        *answers.entry(answer.summary()).or_default() += 1;
    }
    answers
}

/// Reads until the flood is over, and says how long each answer took.
async fn honest(
    world: Arc<World>,
    base: String,
    who: Person,
    over: tokio::sync::watch::Receiver<bool>,
) -> Vec<Duration> {
    let mut took = Vec::new();
    while !*over.borrow() {
        let began = Instant::now();
        let answer = world.request(&base, &who, Method::GET, "/api/tasks?limit=1").send().await.unwrap();
        let answer = Answer::read(answer).await.unwrap();
        assert_eq!(answer.summary(), "200", "an honest caller");
        took.push(began.elapsed());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    took
}

/// Runs the flood beside honest callers; gives what the forgers were told, and what the flood cost the key endpoint.
async fn flood(world: &Arc<World>, server: &Server) -> Answers {
    let acme = world.admin("Acme");
    let (over, _) = tokio::sync::watch::channel(false);
    let mut callers = JoinSet::new();
    for _ in 0..HONEST {
        let who = world.editor(&acme.organization);
        assert_eq!(world.get(server, &who, "/api/tasks").await.summary(), "200");
        callers.spawn(honest(world.clone(), server.base.clone(), who, over.subscribe()));
    }
    world.clerk.take_requests();
    let began = Instant::now();
    let mut forgers = JoinSet::new();
    for forger in 0..FORGERS {
        forgers.spawn(forge(world.clone(), server.base.clone(), acme.clone(), forger));
    }
    let mut told = Answers::new();
    for answers in forgers.join_all().await {
        answers.into_iter().for_each(|(answer, times)| *told.entry(answer).or_default() += times);
    }
    over.send_replace(true);
    let fetches = world.clerk.take_requests().iter().filter(|seen| seen.path.ends_with("jwks.json")).count();
    let allowed = 1 + usize::try_from(began.elapsed().as_secs() / 10).unwrap();
    assert!(fetches <= allowed, "{fetches} fetches of keys in {:?}", began.elapsed());
    let mut took: Vec<Duration> = callers.join_all().await.into_iter().flatten().collect();
    took.sort();
    let (middle, late) = (took[took.len() / 2], took[took.len() * 99 / 100]);
    println!(
        "{told:?} in {:?}; {fetches} fetches; honest: {} at {middle:?}, p99 {late:?}",
        began.elapsed(),
        took.len()
    );
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forged_tokens_are_refused_and_honest_callers_are_served() {
    let (world, scratch) = (Arc::new(World::new().await), Database::Sqlite.scratch().await);
    let server = world.serve(scratch.config.url.expose(), &[]).await;
    let told = flood(&world, &server).await;
    assert_eq!(told, Answers::from([("401 token_invalid".to_owned(), FORGERS * FORGED_EACH)]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_limits_forgers_are_told_to_wait_and_honest_callers_beside_them_are_not() {
    let (world, scratch) = (Arc::new(World::new().await), Database::Sqlite.scratch().await);
    let server = world.serve(scratch.config.url.expose(), &[("RATE_LIMIT_READ", "110")]).await;
    let told = flood(&world, &server).await;
    assert_eq!(told.keys().collect::<Vec<_>>(), ["401 token_invalid", "429 rate_limited"], "{told:?}");
    assert!(told["429 rate_limited"] > 0, "{told:?}");
}
