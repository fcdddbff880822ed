//! The database: one pool, and the only ways to it. A guard hands out a [`TenantDb`]; [`SystemDb`] is taken by name.

mod identity;
pub mod journal;
mod keyset;
mod pool;
mod role;
mod scoped;
pub mod search;
mod system;
mod tenant;
mod transaction;
pub mod trouble;

pub use identity::{APP_ROLE, SYSTEM_ROLE};
pub use journal::Record;
pub use keyset::Keyset;
pub use pool::Db;
pub use role::Role;
pub use scoped::{Connection, Reader, Scoped};
pub use system::{SystemDb, take_turn};
pub use tenant::{TenantDb, TenantId, TenantOwned};
pub use transaction::{Held, Transaction, held, holding};
