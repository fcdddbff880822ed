//! A tenant's data as a whole: exported, and purged once the tenant is deleted.
//!
//! Above the slices, because it names every table of theirs, in one list: [`registry`]. What is forgotten there is neither
//! exported nor purged, and fails a test.

pub mod erase;
pub mod export;
mod line;
pub mod purge;
pub mod registry;
mod removed;
mod table;

pub use removed::Removed;
pub use table::Table;
