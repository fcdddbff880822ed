//! The real program as a process: started in an empty folder, told to stop, and killed in the midst of its work.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]
#![expect(clippy::disallowed_methods, reason = "tests look behind the tenant wall")]

mod backup;
mod connections;
#[path = "../api/support/database.rs"]
#[expect(dead_code, reason = "shared with the tests of the API, which use more of it")]
mod database;
mod dev;
mod doctor;
mod jobs;
mod kill;
mod once;
mod output;
mod program;
mod revocation;
mod role;
mod rolling;
mod start;
mod stop;
mod telemetry;
mod world;
