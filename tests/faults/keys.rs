//! A key endpoint that lies to a running program: callers whose key is known go on, and a true answer cures it.
//!
//! Its absence for a day, its refusals and its pace are tested with a clock that is moved, in `tests/tokens`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use clerk_emulator::Rotation;
use futures_util::stream;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::database::Database;
use crate::large::peak_memory;
use crate::tools::until;
use crate::world::World;

/// What the endpoint answers.
#[derive(Debug, Clone)]
enum Reply {
    Keys(Value),
    Page,
    Empty,
    Endless,
    Dripping,
}

#[derive(Debug)]
struct Endpoint {
    reply: Mutex<Reply>,
    asked: AtomicUsize,
    /// Blocks of the endless answer that were taken.
    blocks: AtomicUsize,
}

const BLOCK: usize = 64 * 1024;

async fn answer(State(endpoint): State<Arc<Endpoint>>) -> Response {
    endpoint.asked.fetch_add(1, Ordering::SeqCst);
    let reply = endpoint.reply.lock().unwrap().clone();
    let json = [("content-type", "application/json")];
    match reply {
        Reply::Keys(keys) => axum::Json(keys).into_response(),
        Reply::Page => Html("<!doctype html><title>Sign in to this network</title>").into_response(),
        Reply::Empty => json.into_response(),
        Reply::Endless => {
            let blocks = stream::repeat_with(move || {
                endpoint.blocks.fetch_add(1, Ordering::SeqCst);
                Ok::<_, std::io::Error>(Bytes::from(vec![b' '; BLOCK]))
            });
            (json, Body::from_stream(blocks)).into_response()
        }
        Reply::Dripping => {
            let drips = stream::unfold((), async |()| {
                tokio::time::sleep(Duration::from_millis(100)).await;
                Some((Ok::<_, std::io::Error>(Bytes::from_static(b" ")), ()))
            });
            (json, Body::from_stream(Box::pin(drips))).into_response()
        }
    }
}

async fn told_a_lie(lie: Reply) {
    let (world, scratch) = (World::new().await, Database::Sqlite.scratch().await);
    let reply = Mutex::new(Reply::Keys(world.clerk.jwks()));
    let endpoint = Arc::new(Endpoint { reply, asked: AtomicUsize::new(0), blocks: AtomicUsize::new(0) });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
    let router = Router::new().route("/jwks.json", get(answer)).with_state(endpoint.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let server = world.serve(scratch.config.url.expose(), &[("CLERK_JWKS_URL", &url)]).await;
    let known = world.admin("Acme");
    assert_eq!(world.get(&server, &known, "/api/me").await.summary(), "200");
    let before = peak_memory(server.program.id());

    *endpoint.reply.lock().unwrap() = lie.clone();
    let known_too = world.editor(&known.organization);
    world.clerk.rotate_keys(Rotation::NewKid).unwrap();
    let unknown = world.editor(&known.organization);
    let asked = endpoint.asked.load(Ordering::SeqCst);
    let (refused, ()) = tokio::join!(world.get(&server, &unknown, "/api/me"), async {
        let reached = async || (endpoint.asked.load(Ordering::SeqCst) > asked).then_some(());
        until("the endpoint to be asked", 10, reached).await;
        for who in [&known, &known_too] {
            assert_eq!(world.get(&server, who, "/api/me").await.summary(), "200", "{lie:?}: a known key serves");
        }
    });
    assert_eq!(refused.summary(), "401 token_invalid", "{lie:?}");
    assert!(endpoint.blocks.load(Ordering::SeqCst) * BLOCK < 32 * 1024 * 1024, "an endless answer is not read on");
    let grown = peak_memory(server.program.id()) - before;
    assert!(grown < 16 * 1024 * 1024, "{lie:?}: {grown} bytes more at the peak");

    *endpoint.reply.lock().unwrap() = Reply::Keys(world.clerk.jwks());
    until("the new key to be known", 30, async || {
        (world.get(&server, &unknown, "/api/me").await.summary() == "200").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_that_lies_takes_nobody_away_and_fills_no_memory() {
    tokio::join!(
        told_a_lie(Reply::Page),
        told_a_lie(Reply::Empty),
        told_a_lie(Reply::Endless),
        told_a_lie(Reply::Dripping)
    );
}
