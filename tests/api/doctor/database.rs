//! What is the database's, broken in turn.

use sea_orm::ConnectionTrait;
use tenantry::doctor::Outcome::{Failed, Ok as Fine, Warning};
use url::Url;

use super::{Settings, nowhere, on_postgres};
use crate::support::{Database, TestApp};

/// An address with another part.
fn changed(address: &str, change: impl FnOnce(&mut Url)) -> String {
    let mut url = Url::parse(address).unwrap();
    change(&mut url);
    url.into()
}

on_both_databases! {
    async fn a_schema_that_is_not_this_programs_is_found(app) {
        let right = Settings::of(&app);
        right.assert("schema", Fine, "are applied").await;
        let empty = app.on.empty().await;
        if app.on == Database::Sqlite {
            // A file that is there and holds nothing.
            empty.connect().await.execute_unprepared("CREATE TABLE t (a INTEGER)").await.unwrap();
        }
        right.with("DATABASE_URL", empty.config.url.expose()).assert("schema", Failed, "none of ours").await;
        let change = async |sql: &str| app.scratch.connect().await.execute_unprepared(sql).await.unwrap();
        change("INSERT INTO seaql_migrations VALUES ('m99990101_000001_later', 0)").await;
        right.assert("schema", Warning, "does not know m99990101_000001_later").await;
        change("DELETE FROM seaql_migrations WHERE version LIKE '%000013%' OR version LIKE 'm9%'").await;
        right.assert("schema", Failed, "1 changes are pending, the first is m20261121_000013").await;
    }
}

#[tokio::test]
async fn an_sqlite_file_that_is_absent_or_has_no_place_is_found_and_not_made() {
    let app = TestApp::start(Database::Sqlite).await;
    let right = Settings::of(&app);
    right.assert("database", Fine, "SQLite").await;
    let folder = tempfile::tempdir().unwrap();
    let absent = folder.path().join("absent.db");
    let absent = right.with("DATABASE_URL", format!("sqlite://{}?mode=rwc", absent.display()));
    absent.assert("database", Failed, "there is no file").await;
    absent.with("AUTO_MIGRATE", "true").assert("database", Warning, "there is no file").await;
    let homeless = right.with("DATABASE_URL", format!("sqlite://{}/none/a.db?mode=rwc", folder.path().display()));
    homeless.assert("room", Failed, "there is no folder").await;
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    std::fs::write(folder.path().join("text.db"), "no database, but longer than the header of one. ".repeat(9))
        .unwrap();
    let text = right.with("DATABASE_URL", format!("sqlite://{}/text.db", folder.path().display()));
    text.assert("database", Failed, "not a database").await;
}

#[tokio::test]
async fn a_database_that_is_not_reached_gives_the_servers_reason() {
    let Some(app) = on_postgres().await else { return };
    let right = Settings::of(&app);
    right.assert("database", Fine, "PostgreSQL").await;
    let away = format!("postgres://tenantry:plainly%20fake@{}/tenantry", nowhere().await);
    right.with("DATABASE_URL", away).assert("database", Failed, "refused").await;
    let absent = changed(app.scratch.config.url.expose(), |url| url.set_path("no_such_database"));
    right.with("DATABASE_URL", absent).assert("database", Failed, "no_such_database").await;
}

#[tokio::test]
async fn a_role_that_can_do_too_much_or_too_little_is_found() {
    let Some(app) = on_postgres().await else { return };
    let right = Settings::of(&app);
    right.assert("role", Fine, "cannot pass by row-level security").await;
    let superuser = right.with("DATABASE_URL", app.scratch.config.migration_url.expose());
    superuser.assert("role", Warning, "it is a superuser").await;
    superuser.with("APP_ENV", "production").assert("role", Failed, "it is a superuser").await;
    let make = "DO $$ BEGIN CREATE ROLE tenantry_test_stranger LOGIN PASSWORD 'plainly fake';
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$";
    app.scratch.connect().await.execute_unprepared(make).await.unwrap();
    let stranger = changed(app.scratch.config.url.expose(), |url| url.set_username("tenantry_test_stranger").unwrap());
    right.with("DATABASE_URL", &*stranger).assert("role", Failed, "may not take the role tenantry_app").await;

    right.assert("owner", Fine, "can migrate").await;
    right.with("MIGRATION_DATABASE_URL", stranger).assert("owner", Failed, "cannot migrate").await;
    let away = format!("postgres://owner:plainly%20fake@{}/tenantry", nowhere().await);
    right.with("MIGRATION_DATABASE_URL", away).assert("owner", Failed, "is not reached").await;
    right.without("MIGRATION_DATABASE_URL").assert("owner", Fine, "is not set here").await;
    right
        .without("MIGRATION_DATABASE_URL")
        .with("AUTO_MIGRATE", "true")
        .assert("owner", Failed, "cannot migrate")
        .await;
}

#[tokio::test]
async fn a_table_without_its_wall_is_found() {
    let Some(app) = on_postgres().await else { return };
    let right = Settings::of(&app);
    right.assert("walls", Fine, "is forced on all").await;
    let owner = app.scratch.connect().await;
    for (breaking, mending) in [
        ("ALTER TABLE tasks NO FORCE ROW LEVEL SECURITY", "ALTER TABLE tasks FORCE ROW LEVEL SECURITY"),
        ("ALTER TABLE tasks DISABLE ROW LEVEL SECURITY", "ALTER TABLE tasks ENABLE ROW LEVEL SECURITY"),
    ] {
        owner.execute_unprepared(breaking).await.unwrap();
        right.assert("walls", Failed, "on tasks").await;
        owner.execute_unprepared(mending).await.unwrap();
        right.assert("walls", Fine, "is forced on all").await;
    }
    owner.execute_unprepared("CREATE TABLE forgotten (tenant_id TEXT)").await.unwrap();
    right.assert("walls", Failed, "on forgotten").await;
}

#[tokio::test]
async fn notifications_that_do_not_arrive_and_too_few_connections_are_found() {
    let Some(app) = on_postgres().await else { return };
    let right = Settings::of(&app);
    right.assert("notifications", Fine, "arrives").await;
    let elsewhere = changed(app.scratch.config.url.expose(), |url| url.set_path("postgres"));
    right.with("DATABASE_DIRECT_URL", elsewhere).assert("notifications", Warning, "does not arrive").await;
    right.assert("connections", Fine, "room for").await;
    right.with("DATABASE_MAX_CONNECTIONS", "1000").assert("connections", Failed, "room for 0 instances").await;
}

#[tokio::test]
async fn a_clock_that_is_not_the_databases_is_found() {
    let Some(app) = on_postgres().await else { return };
    Settings::of(&app).assert("database-clock", Fine, "agree").await;
    // A database whose clock is wrong: a function that is found before PostgreSQL's own.
    for (interval, outcome) in [("10 minutes", Failed), ("10 seconds", Warning)] {
        let wrong = format!(
            "CREATE OR REPLACE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
             $$ SELECT pg_catalog.clock_timestamp() - interval '{interval}' $$"
        );
        app.scratch.connect().await.execute_unprepared(&wrong).await.unwrap();
        let first = changed(app.scratch.config.url.expose(), |url| {
            url.set_query(Some("options=-c%20search_path%3Dpublic%2Cpg_catalog"));
        });
        Settings::of(&app).with("DATABASE_URL", first).assert("database-clock", outcome, "from the database's").await;
    }
}
