//! Conformance: Clerk's and Svix's own packages, held against the local Clerk and the API.
//!
//! The API runs as the program, the local Clerk in process, and the packages in child processes that
//! read JSON and print a JSON report. Without Node.js, Python, Chromium or a registry these tests say that they
//! were left out; with `CI=true` they fail.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]
#![expect(clippy::disallowed_methods, reason = "the tools are found through the environment")]

mod backend_api;
mod browser;
mod package;
mod permissions;
mod reverification;
mod samples;
mod service;
mod tokens;
mod webhooks;
