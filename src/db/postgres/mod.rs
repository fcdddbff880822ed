//! PostgreSQL by a driver that sends the next message before the last one is answered.
//!
//! A tenant's statement is three messages: the beginning (role, tenant, timeout), the statement, the end. Sent one after the other
//! they cost three round trips; sent together, one. sqlx, which SeaORM brings, waits for each answer; it serves what is nobody's
//! request: the migrator, webhooks, jobs (decision 43).

mod address;
mod refusal;
mod session;
mod sessions;
mod value;

pub(super) use refusal::failed;
pub(super) use session::{Answer, Phase};
pub(super) use sessions::{Pooled, Sessions};
pub(super) use value::{is_null, read, value};
