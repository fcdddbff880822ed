//! The people of an organization, as the mirror has them.
//!
//! They are changed at Clerk, and its answer updates the mirror at once; the webhook that follows changes nothing.

mod change;
mod one;
mod routes;
mod target;

pub use routes::router;
