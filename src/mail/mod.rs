//! What the product tells people by mail, and who wants to hear it.
//!
//! A change says so in its own transaction ([`Mail`], which does nothing while mail is off); a job sends it at least once,
//! reading only then whom it concerns and what is still true. It knows no slice: what a letter says of a task is asked of the
//! slice where the two are joined, in `worker`.

mod admins;
pub mod entity;
mod job;
mod kind;
mod letter;
mod newcomer;
mod outlet;
mod page;
mod postbox;
pub mod preferences;
#[cfg(feature = "dev")]
pub mod rendering;
mod routes;
pub mod sample;
mod send;
mod template;
mod unsubscribe;

pub use job::{About, Limit, SendMail, TellAdmins};
pub use kind::Kind;
pub use letter::Letter;
pub use outlet::try_server;
pub use postbox::Mail;
pub use routes::router;
pub use template::{Words, Written, write};
pub use unsubscribe::public_router;
