//! PgBouncer is killed and started again while people work.

use std::sync::Arc;

use crate::database::Database;
use crate::ledger::assert_whole;
use crate::load::Load;
use crate::pooler::Pooler;
use crate::world::World;

const ROUNDS: usize = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_that_is_killed_under_load_costs_no_acknowledged_write() {
    if !Database::postgres_is_there() {
        return;
    }
    let scratch = Database::Postgres.scratch().await;
    let Some(mut pooler) = Pooler::before(&scratch.config.url).await else { return };
    let world = Arc::new(World::new().await);
    let people: Vec<_> = ["Acme", "Rival", "Third"].map(|name| world.admin(name)).into();
    let direct = scratch.config.url.expose();
    let variables = [("DATABASE_DIRECT_URL", direct), ("DATABASE_ACQUIRE_TIMEOUT_SECONDS", "1")];
    let server = world.serve(&pooler.url, &variables).await;
    let load = Load::start(&world, &server.base, &people);
    for _ in 0..ROUNDS {
        load.until_more(60).await;
        pooler.kill();
        load.until_told("503 database_unavailable", 6).await;
        pooler.start().await;
    }
    load.until_more(60).await;
    let seen = load.stop().await;
    let owner = scratch.config.migration_url.expose();
    assert_whole(&scratch.connect().await, owner, &seen).await;

    // Between two requests nobody notices.
    pooler.kill();
    pooler.start().await;
    let page = world.get(&server, &people[0], "/api/tasks?limit=1").await;
    assert_eq!(page.summary(), "200", "the first to come after a restart of the pooler");
}
