//! Webhooks and the mirror they write: deliveries through the whole router, and histories in any order, on both databases.

#![expect(clippy::unwrap_used, reason = "tests")]
#![expect(clippy::disallowed_methods, reason = "tests look past the tenant's wall, and at TEST_DATABASE_URL")]

mod app;
mod billing;
mod convergence;
mod database;
mod failure;
mod history;
mod locks;
mod mirror;
mod receiving;
mod stored;

/// Runs tests that take an [`app::App`] on both databases.
macro_rules! on_both_databases {
    ($($test:ident),* $(,)?) => {
        mod sqlite {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() { crate::app::run(crate::database::Kind::Sqlite, super::$test).await }
        )*}
        mod postgres {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() { crate::app::run(crate::database::Kind::Postgres, super::$test).await }
        )*}
    };
}

pub(crate) use on_both_databases;
