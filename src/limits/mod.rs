//! How much anybody may ask for: token buckets of callers, tenants and addresses, and a tenant's share of the database.
//!
//! The `door` knows only where a request comes from, and refuses an address that has sent too much without an acceptable
//! token before anything is spent on it. `caller` comes after the token was verified and knows who is asking. Buckets
//! are this process's own: with several instances a caller has as many.

mod address;
mod bucket;
mod caller;
mod class;
mod door;
mod keys;
mod limiter;
mod share;
mod standing;
mod tier;

pub use caller::limit_caller;
pub use class::Class;
pub use door::{Door, limit_address};
pub use limiter::Limiter;
