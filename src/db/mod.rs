//! The database: one pool, and the only ways to it. A guard hands out a [`TenantDb`]; [`SystemDb`] is taken by name.

pub mod file;
mod identity;
pub mod journal;
mod keyset;
mod look;
mod ngrams;
mod pipelined;
mod pool;
mod postgres;
mod reach;
mod role;
mod rows;
mod scoped;
pub mod search;
mod session;
mod system;
mod tenant;
mod tenant_connection;
mod transaction;
pub mod trouble;
mod watch;

pub use identity::{APP_ROLE, SYSTEM_ROLE};
pub use journal::Record;
pub use keyset::Keyset;
pub use ngrams::{Candidates, NgramFilter};
pub use pool::{Db, system_connections};
pub use reach::{Unreachable, reach};
pub use role::Role;
pub use rows::{Cells, Pair, Rows, Whole};
pub use scoped::{Reader, Scoped, SystemConnection};
pub use system::{SystemDb, take_turn};
pub use tenant::{TenantDb, TenantId, TenantOwned};
pub use tenant_connection::{Connection, TenantPool, TenantTransaction};
pub use transaction::{Held, Transaction, held, holding};
