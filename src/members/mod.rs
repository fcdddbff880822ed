//! The people of an organization, as the mirror has them.
//!
//! They, and the invitations to it, are changed at Clerk, and its answer updates the mirror at once; the webhook that follows
//! changes nothing.

mod change;
mod invitations;
mod one;
mod routes;
mod target;

pub use invitations::router as invitations_router;
pub use routes::router;
