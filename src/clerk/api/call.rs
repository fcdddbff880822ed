//! A call: a question asked until it is answered, as often as is safe and as long as there is time.
//!
//! Asked again is what certainly was not done (no connection, 429, a lock), and after a gateway's error what may be done twice
//! (reading, removing). Between attempts no place is kept.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use backon::{ExponentialBuilder, Retryable as _};
use reqwest::{Method, Url};
use serde_json::Value;

use super::answered::{Failure, Nature};
use super::breaker::{Breaker, Sign};
use super::exchange::{Answer, Exchange, Question};
use super::lane::Lane;
use super::refusal::Refusal;
use crate::metrics::Metrics;

/// The first wait is this or twice as long, by chance; each later one is longer.
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// With less time left nothing is asked any more.
const TOO_LATE: Duration = Duration::from_millis(50);

/// Time for one thing to do at Clerk, which may take several questions.
pub(super) struct Call<'a> {
    pub(super) exchange: &'a Exchange,
    pub(super) breaker: &'a Breaker,
    pub(super) metrics: &'a Metrics,
    pub(super) lane: &'a Lane,
    pub(super) deadline: Instant,
}

impl Call<'_> {
    /// The address of a resource.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for what can be no id.
    pub(super) fn address(&self, path: &[&str]) -> Result<Url, Refusal> {
        self.exchange.address(path)
    }

    /// Asks, and asks again where that is safe.
    ///
    /// # Errors
    /// What Clerk's refusal means, or [`Refusal::Away`].
    pub(super) async fn ask(&self, method: Method, url: Url, body: Option<&Value>) -> Result<Answer, Refusal> {
        self.answer(&Question { method, url, body, list: false }).await
    }

    /// Asks for a page of a list, which may be long.
    ///
    /// # Errors
    /// As [`Call::ask`].
    pub(super) async fn ask_for_list(&self, url: Url) -> Result<Answer, Refusal> {
        self.answer(&Question { method: Method::GET, url, body: None, list: true }).await
    }

    async fn answer(&self, question: &Question<'_>) -> Result<Answer, Refusal> {
        let waits = ExponentialBuilder::new().with_jitter().with_min_delay(FIRST_WAIT);
        let waits = waits.with_max_times(self.lane.config.tries.saturating_sub(1));
        let in_doubt = AtomicBool::new(false);
        let answered = (|| self.attempt(question))
            .retry(waits)
            .when(|failure: &Failure| {
                let doubtful = failure.nature == Nature::Gateway;
                in_doubt.fetch_or(doubtful, Ordering::Relaxed);
                failure.is_undone() || doubtful && matches!(question.method, Method::GET | Method::DELETE)
            })
            .adjust(|failure: &Failure, wait| self.wait(failure, wait?))
            .await;
        match answered {
            Ok(answer) => Ok(answer),
            // It was there, as far as we know: an attempt before may have removed it and its answer have been lost.
            Err(Failure { refusal: Refusal::NotFound, .. })
                if question.method == Method::DELETE && in_doubt.into_inner() =>
            {
                Err(Refusal::GoneMeanwhile)
            }
            Err(failure) => Err(failure.refusal),
        }
    }

    /// How long to wait, when that is worth while.
    fn wait(&self, failure: &Failure, usual: Duration) -> Option<Duration> {
        let wait = failure.told_to_wait.unwrap_or(usual);
        let left = self.deadline.saturating_duration_since(Instant::now());
        (wait <= self.lane.config.patience && wait + TOO_LATE < left).then_some(wait)
    }

    async fn attempt(&self, question: &Question<'_>) -> Result<Answer, Failure> {
        self.breaker.look(Instant::now()).map_err(closed)?;
        let place = self.lane.place(self.deadline).await.map_err(Failure::unasked)?;
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left < TOO_LATE {
            return Err(Failure::unasked(Refusal::unasked(
                FIRST_WAIT,
                anyhow::anyhow!("no time is left to ask Clerk"),
            )));
        }
        let pass = self.breaker.enter(Instant::now()).map_err(closed)?;
        let begun = Instant::now();
        let answered = self.exchange.attempt(question, left).await;
        let sign = answered.as_ref().map_or_else(Failure::sign, |_| Sign::Well);
        pass.end(sign, Instant::now());
        self.metrics.clerk_call(outcome(answered.is_ok(), sign), begun.elapsed());
        drop(place);
        answered
    }
}

fn outcome(answered: bool, sign: Sign) -> &'static str {
    match sign {
        Sign::Ill => "away",
        _ if answered => "ok",
        _ => "refused",
    }
}

fn closed(wait: Duration) -> Failure {
    // Whole seconds are told, and too few would be too early.
    let wait = Duration::from_secs(wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX));
    Failure::unasked(Refusal::unasked(wait, anyhow::anyhow!("Clerk did not answer lately and is not asked")))
}
