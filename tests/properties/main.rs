//! What must hold of anything a stranger can send: tokens, claims, headers, queries, cursors, deliveries.
//!
//! The properties are in `holds`, and `fuzz/` drives the same ones by coverage; here they see every committed seed, the seeds
//! with random edits, and inputs that are made to come far.

#![expect(clippy::unwrap_used, reason = "tests")]

mod holds;
mod made;
mod seeds;
