//! Limits: how much callers, tenants and addresses may ask for, and what becomes of more than can be done at once.
//!
//! Time is a clock that stands until a test moves it.

mod addresses;
mod callers;
mod load;
mod plans;
mod webhooks;

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use http_body::Frame;
use tenantry::clerk::Clock;
use tenantry::config::{LimitsConfig, Rates};
use tokio::sync::oneshot;

use crate::support::{Answer, Setup, TestApp};

/// A few a second of everything, and tenants without limit.
const FEW: Rates = Rates { read: 2, write: 2, search: 1, webhook: 1 };

/// Another instance of the service with limits, and its clock.
async fn limited(app: &TestApp, limits: LimitsConfig) -> (TestApp, Clock) {
    let clock = Clock::manual(Duration::from_secs(1000));
    let setup = Setup { limits, clock: clock.clone(), ..Setup::default() };
    (app.another_instance(&setup).await, clock)
}

/// Limits of callers and addresses alone.
fn rates(rates: Rates) -> LimitsConfig {
    LimitsConfig { rates, ..LimitsConfig::default() }
}

/// `200 4/3/1`: the summary, and what is left of the limit and until when.
fn standing(answer: &Answer) -> String {
    let header = |name| answer.header(name).unwrap_or("-");
    let (limit, remaining) = (header("ratelimit-limit"), header("ratelimit-remaining"));
    format!("{} {limit}/{remaining}/{}", answer.summary(), header("ratelimit-reset"))
}

/// A body that does not come before it is released, and knows whether anybody waits for it.
struct Parked {
    text: Option<Bytes>,
    release: oneshot::Receiver<()>,
    asked: Arc<AtomicBool>,
}

/// What a test keeps of a parked body.
struct Hold {
    release: oneshot::Sender<()>,
    asked: Arc<AtomicBool>,
}

fn parked(text: &str) -> (Body, Hold) {
    let (sender, release) = oneshot::channel();
    let asked = Arc::new(AtomicBool::new(false));
    let body = Parked { text: Some(Bytes::copy_from_slice(text.as_bytes())), release, asked: Arc::clone(&asked) };
    (Body::new(body), Hold { release: sender, asked })
}

impl Hold {
    fn is_asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }

    async fn until_asked(&self) {
        for _ in 0..1000 {
            if self.is_asked() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("nobody reads the body");
    }
}

impl HttpBody for Parked {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.asked.store(true, Ordering::SeqCst);
        if self.text.is_some() {
            let _ = ready!(Pin::new(&mut self.release).poll(context));
        }
        Poll::Ready(self.text.take().map(|text| Ok(Frame::data(text))))
    }
}
