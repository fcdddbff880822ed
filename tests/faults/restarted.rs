//! The database is killed and started again while people work.

use std::sync::Arc;

use crate::cluster::Cluster;
use crate::ledger::assert_whole;
use crate::load::Load;
use crate::world::World;

const ROUNDS: usize = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_killed_under_load_costs_no_acknowledged_write() {
    let Some(mut cluster) = Cluster::start_new().await else { return };
    let world = Arc::new(World::new().await);
    let people: Vec<_> = ["Acme", "Rival", "Third"].map(|name| world.admin(name)).into();
    let server = world.serve(&cluster.url(), &[("DATABASE_ACQUIRE_TIMEOUT_SECONDS", "1")]).await;
    let load = Load::start(&world, &server.base, &people);
    for round in 0..ROUNDS {
        load.until_more(60).await;
        // Killed and told to stop at once in turns: broken connections, and connections that were told why.
        if round % 2 == 0 {
            cluster.kill()
        } else {
            cluster.stop_immediately()
        }
        load.until_told("503 database_unavailable", 6).await;
        cluster.start().await;
    }
    load.until_more(60).await;
    let seen = load.stop().await;
    assert_whole(&cluster.connect().await.unwrap(), &cluster.owner_url(), &seen).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_while_nobody_asks_costs_nobody_an_answer() {
    let Some(mut cluster) = Cluster::start_new().await else { return };
    let world = Arc::new(World::new().await);
    let people: Vec<_> = ["Acme", "Rival", "Third"].map(|name| world.admin(name)).into();
    let server = world.serve(&cluster.url(), &[]).await;
    for round in 0..3 {
        let load = Load::start(&world, &server.base, &people);
        load.until_more(30).await;
        load.stop().await;
        let idle = connections(&cluster).await;
        assert!(idle > 1, "there are connections that can break: {idle}");
        if round % 2 == 0 {
            cluster.kill()
        } else {
            cluster.stop_immediately()
        }
        cluster.start().await;
        for who in &people {
            let page = world.get(&server, who, "/api/tasks?limit=1").await;
            assert_eq!(page.summary(), "200", "the first to come after a restart");
        }
    }
}

/// How many the program has.
async fn connections(cluster: &Cluster) -> u64 {
    use sea_orm::ConnectionTrait as _;
    let db = cluster.connect().await.unwrap();
    let of_ours = "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'tenantry%'";
    db.execute_unprepared(of_ours).await.unwrap().rows_affected()
}
