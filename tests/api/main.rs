//! The API, driven in process on SQLite and on PostgreSQL, with a local Clerk that signs for real.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]
#![expect(clippy::disallowed_methods, reason = "tests look behind the tenant wall")]

#[macro_use]
mod support;

mod access;
mod audit;
mod backend_api;
mod backup;
mod bad_requests;
mod bad_tokens;
mod billing;
mod compatibility;
mod concurrency;
mod dashboard;
mod deliveries;
mod doctor;
mod errors;
mod errors_document;
mod events;
mod idempotency;
mod invitations;
mod isolation;
mod jobs;
mod limits;
mod logs;
mod mail;
mod members;
mod migrations;
mod names;
mod openapi;
mod people;
mod pgbouncer;
mod plans;
mod pool;
mod raw_requests;
mod readiness;
mod reconcile;
mod requirements;
mod revocation;
mod row_level_security;
mod schema;
mod story;
mod tasks;
mod tenant_data;
