//! Failing on purpose: requests that go wrong, webhooks that get lost, rate limits that are kept.
//!
//! Nothing fails unless told to, and the emulator's own endpoints never do. None of it is kept in
//! the state file.

mod answer;
mod limits;
mod request;
mod webhook;

pub use limits::RateLimits;
pub use request::{Failure, Fault, SeenRequest};
pub use webhook::{WebhookFaults, Which};

pub(crate) use webhook::Fate;

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use serde::{Deserialize, Serialize};

use crate::{Emulator, Result};
use limits::Meter;
use webhook::Lottery;

/// How many requests are remembered.
const REMEMBERED: usize = 10_000;

/// Everything that goes wrong on purpose.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Faults {
    /// What requests meet; the first that fits does.
    pub requests: Vec<Fault>,
    /// What happens to webhooks.
    pub webhooks: WebhookFaults,
    /// How many requests are allowed; any number when absent.
    pub rate_limits: Option<RateLimits>,
}

/// What fails now, and what has been asked so far.
#[derive(Default)]
pub(crate) struct Troubles {
    faults: Faults,
    meter: Meter,
    lottery: Lottery,
    seen: VecDeque<SeenRequest>,
}

/// The troubles of one emulator behind their lock.
#[derive(Default)]
pub(crate) struct Saboteur(Mutex<Troubles>);

impl Saboteur {
    pub(crate) fn limited(limits: Option<RateLimits>) -> Self {
        let faults = Faults { rate_limits: limits, ..Faults::default() };
        Self(Mutex::new(Troubles { faults, ..Troubles::default() }))
    }

    fn lock(&self) -> MutexGuard<'_, Troubles> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What becomes of the webhooks of one event.
    pub(crate) fn fate(&self, event_type: &str) -> Fate {
        let mut troubles = self.lock();
        let Troubles { faults, lottery, .. } = &mut *troubles;
        lottery.draw(&faults.webhooks, event_type)
    }
}

impl Troubles {
    /// What a request meets: a limit that is used up, else the first fault that fits.
    fn meet(&mut self, method: &str, path: &str) -> Option<Failure> {
        let limits = self.faults.rate_limits;
        let limits = limits.filter(|_| !is_for_browsers(path));
        if let Some(wait) = limits.and_then(|limits| self.meter.exceeded(&limits, method, path)) {
            return Some(Failure::TooManyRequests { retry_after: wait });
        }
        let fault = self.faults.requests.iter_mut().find(|fault| fault.fits(method, path))?;
        fault.strike()
    }

    fn remember(&mut self, seen: SeenRequest) {
        if self.seen.len() == REMEMBERED {
            self.seen.pop_front();
        }
        self.seen.push_back(seen);
    }
}

/// Stands before every route that is Clerk's.
pub(crate) async fn interfere(State(emulator): State<Emulator>, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    if !is_clerks(&path) {
        return next.run(request).await;
    }
    let failure = emulator.saboteur().lock().meet(&method, &path);
    let (status, response) = answer::run(failure, request, next).await;
    emulator.saboteur().lock().remember(SeenRequest { method, path, status });
    response
}

fn is_clerks(path: &str) -> bool {
    path.starts_with("/v1/") || path.starts_with("/.well-known/") || is_for_browsers(path)
}

/// The Frontend API fails by a fault that names it, and has no rate limits.
pub(in crate::faults) fn is_for_browsers(path: &str) -> bool {
    path.starts_with("/__clerk/v1/")
}

impl Emulator {
    /// Lets requests fail as described, besides those that do already.
    pub fn fail(&self, fault: Fault) {
        self.saboteur().lock().faults.requests.push(fault);
    }

    /// Lets webhooks go wrong as described, instead of as before.
    pub fn disturb_webhooks(&self, faults: WebhookFaults) {
        let mut troubles = self.saboteur().lock();
        troubles.lottery = Lottery::default();
        troubles.faults.webhooks = faults;
    }

    /// Keeps these rate limits from now on, or none.
    pub fn limit_rates(&self, limits: Option<RateLimits>) {
        let mut troubles = self.saboteur().lock();
        troubles.meter = Meter::default();
        troubles.faults.rate_limits = limits;
    }

    /// What goes wrong from now on; faults with a count are gone once it is used up.
    pub fn faults(&self) -> Faults {
        let troubles = self.saboteur().lock();
        let mut faults = troubles.faults.clone();
        faults.requests.retain(|fault| !fault.is_spent());
        faults
    }

    /// Replaces everything that goes wrong.
    ///
    /// # Errors
    /// 422 for a status that is none.
    pub fn set_faults(&self, faults: Faults) -> Result<()> {
        faults.requests.iter().try_for_each(Fault::check)?;
        let mut troubles = self.saboteur().lock();
        *troubles = Troubles { faults, seen: std::mem::take(&mut troubles.seen), ..Troubles::default() };
        Ok(())
    }

    /// Lets everything go right again, without rate limits.
    pub fn clear_faults(&self) {
        let mut troubles = self.saboteur().lock();
        *troubles = Troubles { seen: std::mem::take(&mut troubles.seen), ..Troubles::default() };
    }

    /// The requests to Clerk's routes since the last call, oldest first, those that failed included;
    /// the oldest of more than 10 000 are dropped.
    pub fn take_requests(&self) -> Vec<SeenRequest> {
        self.saboteur().lock().seen.drain(..).collect()
    }

    /// The same without forgetting them.
    pub(crate) fn requests(&self) -> Vec<SeenRequest> {
        self.saboteur().lock().seen.iter().cloned().collect()
    }
}
