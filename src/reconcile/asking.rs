//! Asks Clerk slowly enough to leave others their share of its limits, and patiently enough to outlast its trouble.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use tokio::time::{Instant, sleep, sleep_until};

use super::seen::Seen;
use crate::clerk::Api;
use crate::clerk::api::{Found, List, Page, Refusal, Trouble};
use crate::clerk::event::Payer;

/// How many objects a question asks for. Clerk gives 500 at most.
const PAGE: usize = 200;

/// So many rows of the page before are asked for again.
const OVERLAP: usize = 10;

/// How far back to begin when none of them is found.
const STEP_BACK: usize = PAGE / 2;

/// A list that loses its rows faster than they can be read is read another time.
const MOST_STEPS_BACK: usize = 100;

/// How fast Clerk is asked, and how long its trouble is borne.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// The least time from one question to the next.
    pub between: Duration,
    /// How often a question is asked before giving up.
    pub tries: u32,
    /// The longest wait before asking again; a longer one that Clerk asks for ends the run.
    pub longest_wait: Duration,
    /// Waits are so many times shorter than they should be. Tests are in a hurry.
    pub hurry: u32,
}

impl Pace {
    /// A third of what Clerk allows the instance that a key belongs to: 100 questions a second in production and 10 in
    /// development, which requests, jobs and other programs share.
    #[must_use]
    pub fn of_key(secret_key: &str) -> Self {
        let between = if secret_key.starts_with("sk_live_") { 30 } else { 300 };
        Self { between: Duration::from_millis(between), tries: 10, longest_wait: Duration::from_secs(120), hurry: 1 }
    }
}

/// After so many payers in a row of whom Clerk does not answer it is Clerk that is away.
const MOST_UNANSWERED: u32 = 2;

/// What Clerk says that a payer subscribes to.
pub(super) enum Subscribed {
    /// This.
    To(Found),
    /// Payers of this kind are not billed.
    NotBilled,
    /// Of this one it does not answer, or not so that it can be read; why.
    Unreadable(String),
}

/// Clerk, asked at a pace.
pub(super) struct Asking<'a> {
    api: &'a Api,
    pace: Pace,
    next: Instant,
    /// Of how many payers in a row it has not answered.
    unanswered: u32,
}

/// How far a list was read.
#[derive(Debug, Default)]
pub(super) struct Position {
    offset: usize,
    steps_back: usize,
    ended: bool,
    /// Whether there is no such list: its organization is gone.
    pub(super) absent: bool,
}

impl<'a> Asking<'a> {
    pub(super) fn new(api: &'a Api, pace: Pace) -> Self {
        Self { api, pace, next: Instant::now(), unanswered: 0 }
    }

    /// The next part of a list; none at its end, or when there is no such list.
    ///
    /// Pages go by number, so that a row that goes while the list is read would make another be left out. Each page therefore
    /// begins with rows of the one before; when none of them is seen again, it steps back until one is. Whatever follows a
    /// row that was seen cannot have been left out, as the order is that of age.
    pub(super) async fn next_page(
        &mut self,
        list: List<'_>,
        position: &mut Position,
        seen: &Seen,
    ) -> Result<Option<Page>> {
        while !position.ended {
            let from = position.offset;
            let page = match self.page(list, from).await {
                Ok(page) => page,
                Err(Trouble::Refused(Refusal::NotFound)) => {
                    (position.ended, position.absent) = (true, true);
                    return Ok(None);
                }
                Err(trouble) => bail!(trouble_in_words(trouble)),
            };
            let joined = page.items.iter().flatten().any(|item| seen.has(item));
            if from > 0 && !joined {
                position.steps_back += 1;
                ensure!(position.steps_back <= MOST_STEPS_BACK, "a list of Clerk's changes faster than it can be read");
                position.offset = from.saturating_sub(STEP_BACK);
                continue;
            }
            position.ended = page.items.len() < PAGE;
            position.offset = from + PAGE - OVERLAP;
            return Ok(Some(page));
        }
        Ok(None)
    }

    async fn page(&mut self, list: List<'_>, offset: usize) -> Result<Page, Trouble> {
        let api = self.api;
        self.patiently(async || api.page(list, offset, PAGE).await).await
    }

    pub(super) async fn organization(&mut self, id: &str) -> Result<Found> {
        let api = self.api;
        self.found(async || api.look_up_organization(id).await).await
    }

    pub(super) async fn user(&mut self, id: &str) -> Result<Found> {
        let api = self.api;
        self.found(async || api.look_up_user(id).await).await
    }

    pub(super) async fn invitation(&mut self, organization: &str, id: &str) -> Result<Found> {
        let api = self.api;
        self.found(async || api.look_up_invitation(organization, id).await).await
    }

    pub(super) async fn membership(&mut self, organization: &str, user: &str, id: &str) -> Result<Found> {
        let api = self.api;
        self.found(async || api.look_up_membership(organization, user, id).await).await
    }

    /// None where payers of this kind are not billed.
    pub(super) async fn subscription(&mut self, payer: &Payer) -> Result<Subscribed> {
        let api = self.api;
        let answered = self.patiently(async || api.look_up_subscription(payer).await).await;
        let unanswered = std::mem::take(&mut self.unanswered);
        match answered {
            Ok(found) => Ok(Subscribed::To(found)),
            Err(Trouble::Refused(Refusal::BillingOff)) => Ok(Subscribed::NotBilled),
            Err(trouble @ Trouble::Denied(_)) => Ok(Subscribed::Unreadable(trouble_in_words(trouble))),
            Err(trouble @ Trouble::Refused(Refusal::Away { .. })) if unanswered < MOST_UNANSWERED => {
                self.unanswered = unanswered + 1;
                Ok(Subscribed::Unreadable(trouble_in_words(trouble)))
            }
            Err(trouble) => bail!(trouble_in_words(trouble)),
        }
    }

    async fn found(&mut self, ask: impl AsyncFn() -> Result<Found, Trouble>) -> Result<Found> {
        self.patiently(ask).await.map_err(|trouble| anyhow::anyhow!(trouble_in_words(trouble)))
    }

    /// Asks until there is an answer or a refusal that waiting does not cure.
    async fn patiently<T>(&mut self, ask: impl AsyncFn() -> Result<T, Trouble>) -> Result<T, Trouble> {
        let mut tries = 1;
        loop {
            sleep_until(self.next).await;
            self.next = Instant::now() + self.pace.between;
            match ask().await {
                Err(Trouble::Refused(Refusal::Away { retry_after, cause, .. }))
                    if tries < self.pace.tries && retry_after <= self.pace.longest_wait =>
                {
                    let wait = (retry_after * tries).min(self.pace.longest_wait) / self.pace.hurry.max(1);
                    tracing::warn!(cause = %format!("{cause:#}"), ?wait, "Clerk is away; asking again");
                    sleep(wait).await;
                }
                other => return other,
            }
            tries += 1;
        }
    }
}

/// For the person at the terminal.
fn trouble_in_words(trouble: Trouble) -> String {
    match trouble {
        Trouble::Key => {
            "Clerk does not accept CLERK_SECRET_KEY (401); copy the secret key of this instance from Clerk's \
                         dashboard"
                .into()
        }
        Trouble::Denied(cause) => format!("{cause:#}"),
        Trouble::Refused(Refusal::NotConfigured) => "CLERK_SECRET_KEY is not set; Clerk cannot be asked".into(),
        Trouble::Refused(Refusal::Away { cause, .. }) => format!("Clerk is away: {cause:#}"),
        Trouble::Refused(refusal) => format!("Clerk refuses: {refusal}"),
    }
}
