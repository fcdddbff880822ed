//! The database: one pool, and the only ways to it. A guard hands out a [`TenantDb`]; [`SystemDb`] is taken by name.

mod keyset;
mod pool;
pub mod search;
mod system;
mod tenant;
pub mod trouble;

pub use keyset::Keyset;
pub use pool::Db;
pub use system::SystemDb;
pub use tenant::{TenantDb, TenantId, TenantOwned};
