//! A database that is reached through TLS alone.

use reqwest::Method;
use sea_orm::ConnectionTrait as _;
use serde_json::json;

use crate::cluster::Cluster;
use crate::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_connection_to_a_database_that_demands_tls_is_encrypted() {
    let Some((cluster, issuer)) = Cluster::start_encrypted().await else { return };
    let world = World::new().await;
    let person = world.admin("Acme");
    let verified = format!("sslmode=verify-full&sslrootcert={}", issuer.display());
    for parameters in ["sslmode=require", &verified] {
        let address = format!("postgres://tenantry@localhost:{}/postgres?{parameters}", cluster.port);
        let server = world.serve(&address, &[]).await;
        let sent = world.send(&server, &person, Method::POST, "/api/tasks", &json!({"title": "Sealed"})).await;
        assert_eq!(sent.summary(), "201", "{parameters}");
        assert_eq!(world.get(&server, &person, "/api/tasks?limit=1").await.summary(), "200", "{parameters}");
        let db = cluster.connect().await.unwrap();
        assert_eq!(of_ours(&db, "NOT ssl").await, 0, "{parameters}");
        assert!(of_ours(&db, "ssl").await > 1, "{parameters}: one pool or the other has no connection");
    }
}

/// How many connections the program has, of those that are so.
async fn of_ours(db: &sea_orm::DatabaseConnection, so: &str) -> u64 {
    let text = format!(
        "SELECT 1 FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE {so} AND application_name LIKE 'tenantry%'"
    );
    db.execute_unprepared(&text).await.unwrap().rows_affected()
}
