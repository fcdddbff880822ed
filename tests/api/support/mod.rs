//! A test app that owns its database and its Clerk, and the people who use it.

mod answer;
mod app;
mod database;
mod log;
mod people;
mod stream;

pub use answer::Answer;
pub use app::{ORIGIN, Setup, TestApp, signing_key};
pub use database::{Database, Scratch};
pub use log::Log;
pub use people::{Caller, Organization, TaskRef, new_user};
pub use stream::Stream;

/// Runs the same test on SQLite and on PostgreSQL.
///
/// `on_both_databases! { async fn a_sentence(app) { … } }` makes `a_sentence::on_sqlite` and `a_sentence::on_postgres`.
macro_rules! on_both_databases {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "not every test names something of its file")]
            use super::*;

            $(#[$meta])*
            async fn test($app: crate::support::TestApp) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                test(crate::support::TestApp::start(crate::support::Database::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if crate::support::Database::postgres_is_there() {
                    test(crate::support::TestApp::start(crate::support::Database::Postgres).await).await;
                }
            }
        }
    )*};
}
