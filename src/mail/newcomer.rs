//! Who becomes a member by news that the mirror is about to keep.

use chrono::{TimeDelta, Utc};

use super::Mail;
use crate::directory::sync::Announced;

/// A membership that began longer ago is no news: a mirror may be filled anew.
const NEWS: TimeDelta = TimeDelta::days(1);

impl Mail {
    /// Who is to be told that they are a member, if the mirror does not know it yet. Whoever made the organization knows.
    pub fn newcomer(&self, rows: &Announced) -> Option<String> {
        let row = rows.membership.as_ref().filter(|_| self.is_on())?;
        let is_news = row.deleted_at.is_none() && Utc::now() - row.created_at < NEWS;
        (is_news && rows.founder.as_ref() != Some(&row.user_id)).then(|| row.user_id.clone())
    }
}
