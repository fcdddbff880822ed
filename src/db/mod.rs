//! The database: one pool, and the only ways to it. A guard hands out a [`TenantDb`]; [`SystemDb`] is taken by name.

mod pool;
pub mod search;
mod system;
mod tenant;

pub use pool::Db;
pub use system::SystemDb;
pub use tenant::{Keyset, TenantDb, TenantId, TenantOwned};
