//! Faults that an operator will meet, done to the real program: what it stands on is killed, hangs, fills up, lies or is slow.
//! `docs/reliability.md` lists them, with what was seen and the command that repeats each.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]
#![expect(clippy::disallowed_methods, reason = "tests look behind the tenant wall")]

mod answer;
mod clerk_away;
mod clocks;
mod cluster;
#[path = "../api/support/database.rs"]
#[expect(dead_code, reason = "shared with the tests of the API, which use more of it")]
mod database;
mod disk_full;
mod encrypted;
mod failover;
mod forged;
mod keys;
mod kills;
mod large;
mod ledger;
mod load;
mod pooler;
mod pooler_restarted;
#[path = "../crash/program.rs"]
#[expect(dead_code, reason = "shared with the tests of the process, which use more of it")]
mod program;
mod restarted;
mod slow;
mod tools;
mod wire;
mod world;
