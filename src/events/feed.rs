//! What the streams of this process listen to: a channel for each tenant that somebody listens to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use tokio::sync::broadcast::{self, Receiver, Sender};

use super::event::Happening;
use super::follow::follow;
use super::places::{Place, Places};
use crate::clerk::Clock;
use crate::db::journal::head;
use crate::db::{Db, TenantDb};
use crate::error::{Error, Result};

/// How many events a stream may be behind before it reads them from the database.
const BEHIND: usize = 32;

/// The feed. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Feed(Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) db: Db,
    pub(super) clock: Clock,
    places: Arc<Places>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) channels: HashMap<String, Channel>,
    /// Whether something reads the log for the channels.
    following: bool,
    /// No stream begins any more.
    closed: bool,
}

/// One tenant's.
#[derive(Debug)]
pub(super) struct Channel {
    pub(super) sender: Sender<Arc<Happening>>,
    /// The last event that was sent; none until the first listener has looked.
    pub(super) sent: Option<i64>,
}

/// A stream's end of it.
#[derive(Debug)]
pub(super) struct Listener {
    pub(super) events: Receiver<Arc<Happening>>,
    /// Whatever comes after this is heard.
    pub(super) from: i64,
    _place: Place,
}

impl Feed {
    /// For so many streams at once.
    #[must_use]
    pub fn new(db: Db, clock: Clock, most: usize) -> Self {
        Self(Arc::new(Inner { db, clock, places: Arc::new(Places::new(most)), state: Mutex::default() }))
    }

    /// Listens to a tenant from now on.
    ///
    /// # Errors
    /// 503 `overloaded`, also while the process is ending; 429; the database's.
    pub(super) async fn listen(&self, db: &TenantDb, person: &str) -> Result<Listener> {
        let place = self.0.places.take(person)?;
        let tenant = db.tenant().as_str();
        let (events, sent) = self.0.subscribe(tenant)?;
        let from = match sent {
            Some(sent) => sent,
            // After the subscription: whatever is committed later is sent to it.
            None => {
                let end = last(db).await?;
                self.0.begin_at(tenant, end)
            }
        };
        Ok(Listener { events, from, _place: place })
    }

    /// By which tokens expire.
    pub(super) fn clock(&self) -> Clock {
        self.0.clock.clone()
    }

    /// How many streams are open.
    #[must_use]
    pub fn streams(&self) -> usize {
        self.0.places.taken()
    }

    /// Ends every stream, and lets none begin.
    pub fn close(&self) {
        let mut state = self.0.lock();
        state.closed = true;
        state.channels.clear();
    }
}

impl Inner {
    fn subscribe(self: &Arc<Self>, tenant: &str) -> Result<(Receiver<Arc<Happening>>, Option<i64>)> {
        let mut state = self.lock();
        if state.closed {
            return Err(Error::OVERLOADED);
        }
        if !std::mem::replace(&mut state.following, true) {
            tokio::spawn(follow(Arc::clone(self)));
        }
        let new = || Channel { sender: broadcast::channel(BEHIND).0, sent: None };
        let channel = state.channels.entry(tenant.to_owned()).or_insert_with(new);
        Ok((channel.sender.subscribe(), channel.sent))
    }

    /// Whoever looked first has said where the channel begins.
    fn begin_at(&self, tenant: &str, end: i64) -> i64 {
        let mut state = self.lock();
        state.channels.get_mut(tenant).map_or(end, |channel| *channel.sent.get_or_insert(end))
    }

    /// The tenants that somebody listens to, and what was sent of each; none when nobody listens, and then nobody follows.
    pub(super) fn listened_to(&self) -> Option<Vec<(String, i64)>> {
        let mut state = self.lock();
        state.channels.retain(|_, channel| channel.sender.receiver_count() > 0);
        if state.channels.is_empty() {
            state.following = false;
            return None;
        }
        let begun = state.channels.iter().filter_map(|(tenant, channel)| Some((tenant.clone(), channel.sent?)));
        Some(begun.collect())
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The last event there is of a tenant; 0 where there is none.
///
/// # Errors
/// The database's.
pub(super) async fn last(db: &TenantDb) -> Result<i64, DbErr> {
    let head = head::Entity::find().filter(head::Column::TenantId.eq(db.tenant().as_str()));
    Ok(db.one(head).await?.map_or(0, |head| head.seq))
}
