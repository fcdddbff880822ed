//! `GET /api/events`: what changes in a tenant, as it changes, for pages that show it.
//!
//! The feed is the audit log. Every change commits with one entry there, numbered without a gap in the order of the commits, so
//! that the number is a place to go on from, whoever wrote the entry and on whichever instance. A stream costs a writer nothing:
//! no table more, no notification.

mod event;
mod feed;
mod follow;
mod places;
mod routes;
mod stream;

pub use feed::Feed;
pub use routes::router;
