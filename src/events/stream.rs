//! One caller's stream: what they may hear, as long as their token holds.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::Event;
use futures_util::Stream;
use futures_util::stream::unfold;
use sea_orm::DbErr;
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::event::{Happening, after};
use super::feed::{Listener, last};
use super::routes::Place;
use crate::auth::{AuthUser, Revocations};
use crate::clerk::{Clock, Reject};
use crate::db::TenantDb;

/// How many events may be missed. Who missed more reads everything anew, which is no more work.
const WINDOW: u64 = 1_000;

/// How often the caller's power is looked at while nothing happens.
const LOOK: Duration = Duration::from_secs(1);

/// Every so many looks something is sent, so that nothing in between takes the connection for dead.
const BEAT: u8 = 15;

/// How long a client should wait before it comes back, in milliseconds.
const COME_BACK: Duration = Duration::from_secs(1);

/// A stream that is under way.
pub(super) struct Listening {
    pub(super) user: AuthUser,
    pub(super) db: TenantDb,
    pub(super) revocations: Revocations,
    pub(super) clock: Clock,
    listener: Listener,
    /// The last event that was looked at.
    heard: i64,
    frames: VecDeque<Event>,
    looks: Interval,
    since_beat: u8,
    over: bool,
}

/// Why a stream ends.
#[derive(Debug, Clone, Copy)]
enum End {
    /// The token is over, or what it claimed was taken away: a fresh one may do.
    Token(&'static str),
    /// The server ends, or cannot read the log.
    Unavailable,
}

impl Listening {
    /// Goes on from the place that the caller names, or begins now.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn begin(
        (user, db): (AuthUser, TenantDb),
        (revocations, clock): (Revocations, Clock),
        listener: Listener,
        from: Option<Place>,
    ) -> Result<Self, DbErr> {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let heard = listener.from;
        let mut this = Self {
            user,
            db,
            revocations,
            clock,
            listener,
            heard,
            frames: VecDeque::new(),
            looks,
            since_beat: 0,
            over: false,
        };
        match from {
            None => this.frames.push_back(this.frame("ready").retry(COME_BACK)),
            Some(place) => this.resume(&place).await?,
        }
        Ok(this)
    }

    async fn resume(&mut self, place: &Place) -> Result<(), DbErr> {
        let theirs = place.tenant == self.db.tenant().as_str();
        if theirs && place.seq <= last(&self.db).await? {
            self.heard = place.seq;
            let ready = self.frame("ready").retry(COME_BACK);
            if self.catch_up().await? {
                self.frames.push_front(ready);
            }
            return Ok(());
        }
        // Another tenant's place, or one of a log that there was before a backup was restored.
        self.frames.push_back(self.frame("reset").retry(COME_BACK));
        Ok(())
    }

    /// Reads what was missed, and says whether it is kept.
    async fn catch_up(&mut self) -> Result<bool, DbErr> {
        let missed = self.db.all(after(self.heard, WINDOW + 1)).await?;
        if u64::try_from(missed.len()).is_ok_and(|missed| missed > WINDOW) {
            self.heard = last(&self.db).await?;
            self.frames.push_back(self.frame("reset"));
            return Ok(false);
        }
        for row in missed {
            self.hear(&row.into());
        }
        Ok(true)
    }

    /// As events of the protocol, until the end.
    pub(super) fn frames(self) -> impl Stream<Item = Result<Event, Infallible>> + Send {
        unfold(self, async |mut this| {
            let frame = this.next().await?;
            Some((Ok(frame), this))
        })
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(frame) = self.frames.pop_front() {
                return Some(frame);
            }
            if self.over {
                return None;
            }
            tokio::select! {
                biased;
                told = self.listener.events.recv() => self.told(told).await,
                _ = self.looks.tick() => self.look(),
            }
        }
    }

    async fn told(&mut self, told: Result<Arc<Happening>, RecvError>) {
        let done = match told {
            Ok(happening) if happening.seq == self.heard + 1 => {
                self.hear(&happening);
                Ok(())
            }
            Ok(happening) if happening.seq <= self.heard => Ok(()),
            Ok(_) | Err(RecvError::Lagged(_)) => self.catch_up().await.map(|_| ()),
            Err(RecvError::Closed) => {
                self.end(End::Unavailable);
                Ok(())
            }
        };
        if done.is_err() {
            self.end(End::Unavailable);
        }
    }

    fn hear(&mut self, happening: &Happening) {
        if !self.still_may() {
            return;
        }
        self.heard = happening.seq;
        if happening.concerns(&self.user, self.db.tenant()) {
            let data = serde_json::to_string(&happening.wire()).unwrap_or_default();
            self.frames.push_back(self.named("change").data(data));
        }
    }

    fn look(&mut self) {
        self.since_beat += 1;
        if self.still_may() && self.since_beat >= BEAT {
            self.since_beat = 0;
            self.frames.push_back(Event::default().comment("beat"));
        }
    }

    /// Whether the token still holds, and what it is worth by now; else the stream ends.
    fn still_may(&mut self) -> bool {
        if self.over {
            return false;
        }
        if self.clock.unix_millis().div_euclid(1000) >= self.user.expires_at {
            self.end(End::Token("token_expired"));
            return false;
        }
        match self.user.holds_as_before(&self.revocations) {
            Ok(true) => true,
            // A fresh token says what is left.
            Ok(false) => {
                self.end(End::Token(Reject::Stale.code()));
                false
            }
            Err(reject) => {
                self.end(End::Token(reject.code()));
                false
            }
        }
    }

    fn end(&mut self, why: End) {
        let code = match why {
            End::Token(code) => code,
            End::Unavailable => "unavailable",
        };
        self.frames.push_back(self.named("end").data(json!({ "code": code }).to_string()));
        self.over = true;
    }

    fn frame(&self, name: &str) -> Event {
        self.named(name).data("{}")
    }

    /// With the place to go on from.
    fn named(&self, name: &str) -> Event {
        Event::default().event(name).id(Place::id(self.db.tenant().as_str(), self.heard))
    }
}
