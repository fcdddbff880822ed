//! A tenant's data as a whole: what is deleted is out of reach, then purged; what is exported is whole; what is erased is gone.

mod commands;
mod concurrency;
mod export;
mod planted;
mod purge;
mod registry;
mod rows;
