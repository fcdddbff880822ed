//! The people of an organization, as the mirror has them.

mod routes;

pub use routes::router;
