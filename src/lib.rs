//! Tenantry: a multi-tenant B2B API for Clerk organizations.
//!
//! The map. A folder is one thing the product is about; deleting it and its lines here and in `router` removes the feature.

pub mod audit;
pub mod auth;
pub mod backup;
pub mod billing;
pub mod clerk;
pub mod commands;
pub mod config;
pub mod dashboard;
pub mod db;
pub mod directory;
pub mod doctor;
pub mod entitlements;
pub mod error;
pub mod events;
pub mod health;
pub mod http;
pub mod idempotency;
pub mod jobs;
pub mod limits;
pub mod mail;
pub mod me;
pub mod measures;
pub mod members;
pub mod metrics;
pub mod mirroring;
pub mod openapi;
pub mod organizations;
pub mod reconcile;
pub mod router;
pub mod server;
pub mod state;
pub mod sweep;
pub mod tasks;
pub mod telemetry;
pub mod tenants;
pub mod webhooks;
pub mod worker;

pub use router::app;
