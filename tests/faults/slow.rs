//! A database that hangs: a statement that sleeps, a row that somebody holds, a table that nobody may touch.

use std::sync::Arc;

use reqwest::{Method, StatusCode};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, Statement, TransactionTrait as _};
use serde_json::json;
use tokio::task::JoinSet;

use crate::answer::Answer;
use crate::database::{Database, Scratch};
use crate::load::Load;
use crate::tools::until;
use crate::world::{Person, Server, World};

/// With these a tenant has four requests at work, and eight with those that wait.
const TIGHT: &[(&str, &str)] = &[
    ("DATABASE_MAX_CONNECTIONS", "8"),
    ("DATABASE_STATEMENT_TIMEOUT_SECONDS", "2"),
    ("MAX_CONCURRENT_REQUESTS", "32"),
];

/// Whoever makes a task of such a title waits for a minute.
const SLEEPER: &str = "CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(60); RETURN NEW; END $$;
    CREATE TRIGGER hang BEFORE INSERT ON tasks FOR EACH ROW WHEN (NEW.title LIKE 'Slow%') EXECUTE FUNCTION hang()";

struct Scene {
    world: Arc<World>,
    server: Server,
    owner: DatabaseConnection,
    _scratch: Scratch,
}

async fn scene() -> Option<Scene> {
    if !Database::postgres_is_there() {
        return None;
    }
    let (world, scratch) = (Arc::new(World::new().await), Database::Postgres.scratch().await);
    let server = world.serve(scratch.config.url.expose(), TIGHT).await;
    Some(Scene { world, server, owner: scratch.connect().await, _scratch: scratch })
}

impl Scene {
    async fn create(&self, who: &Person, title: &str) -> Answer {
        self.world.send(&self.server, who, Method::POST, "/api/tasks", &json!({"title": title})).await
    }

    /// So many creations at once.
    async fn flood(&self, people: &[Person], each: usize, title: &str) -> Vec<Answer> {
        let mut flood = JoinSet::new();
        for who in people {
            for number in 0..each {
                let request = self.world.request(&self.server.base, who, Method::POST, "/api/tasks");
                let request = request.json(&json!({"title": format!("{title} {number}")}));
                flood.spawn(async move { Answer::read(request.send().await.unwrap()).await.unwrap() });
            }
        }
        flood.join_all().await
    }

    /// Sessions of the program whose statement is under way.
    async fn at_work(&self) -> i64 {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tenantry'
            AND datname = current_database() AND state <> 'idle'";
        let row = self.owner.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap().unwrap();
        row.try_get_by_index(0).unwrap()
    }

    async fn until_nothing_is_left(&self) {
        until("the last statement to end", 5, async || (self.at_work().await == 0).then_some(())).await;
    }
}

/// Every one was refused cleanly, and so many of them with 503.
fn assert_refused(answers: &[Answer], at_least: usize) {
    for answer in answers {
        let refused = [StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS].contains(&answer.status);
        assert!(refused, "{}: {}", answer.summary(), answer.body);
        assert_eq!(answer.unclean(), None);
    }
    let unavailable = answers.iter().filter(|answer| answer.status == StatusCode::SERVICE_UNAVAILABLE).count();
    assert!(unavailable >= at_least, "{unavailable} of {} were 503", answers.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statements_that_hang_are_given_up_and_other_tenants_are_served() {
    let Some(scene) = scene().await else { return };
    scene.owner.execute_unprepared(SLEEPER).await.unwrap();
    let (acme, rival) = (scene.world.admin("Acme"), scene.world.admin("Rival"));
    let load = Load::start(&scene.world, &scene.server.base, &[rival]);
    load.until_more(5).await;
    for round in 0..3 {
        assert_refused(&scene.flood(std::slice::from_ref(&acme), 60, "Slow").await, 8);
        load.until_more(5).await;
        assert_eq!(scene.create(&acme, &format!("Quick {round}")).await.summary(), "201");
    }
    let seen = load.stop().await;
    scene.until_nothing_is_left().await;
    let served: Vec<&String> = seen.answers.keys().collect();
    assert_eq!(served, ["200", "201"], "the other tenant was refused: {:?}", seen.answers);
    let titles = scene.world.get(&scene.server, &acme, "/api/tasks?search=slow").await;
    assert_eq!(titles.body, json!([]), "what was given up is not there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_somebody_holds_delays_nothing_but_its_own_changes() {
    let Some(scene) = scene().await else { return };
    let (acme, rival) = (scene.world.admin("Acme"), scene.world.admin("Rival"));
    let [held, free] = [scene.create(&acme, "Held").await, scene.create(&acme, "Free").await]
        .map(|task| format!("/api/tasks/{}", task.body["id"].as_str().unwrap()));
    let load = Load::start(&scene.world, &scene.server.base, &[rival]);
    let holder = scene.owner.begin().await.unwrap();
    holder.execute_unprepared("SELECT 1 FROM tasks WHERE title = 'Held' FOR UPDATE").await.unwrap();

    let change = json!({"priority": "high"});
    let send = async |path: &str| scene.world.send(&scene.server, &acme, Method::PATCH, path, &change).await;
    for _ in 0..2 {
        let refused = send(&held).await;
        assert_eq!(refused.summary(), "503 database_unavailable");
        assert_eq!(refused.unclean(), None);
        assert_eq!(scene.world.get(&scene.server, &acme, &held).await.summary(), "200", "it can be read");
        assert_eq!(send(&free).await.summary(), "200", "others can be changed");
    }
    holder.rollback().await.unwrap();
    assert_eq!(send(&held).await.summary(), "200");
    load.until_more(5).await;
    let seen = load.stop().await;
    assert!(seen.answers.keys().all(|answer| answer.starts_with('2')), "another tenant: {:?}", seen.answers);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_everything_hangs_load_is_shed_and_nothing_piles_up() {
    let Some(scene) = scene().await else { return };
    let people: Vec<Person> = (0..6).map(|number| scene.world.admin(&format!("Organization {number}"))).collect();
    for who in &people {
        assert_eq!(scene.create(who, "Before").await.summary(), "201");
    }
    let holder = scene.owner.begin().await.unwrap();
    holder.execute_unprepared("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE").await.unwrap();
    for _ in 0..3 {
        let (answers, alive) = tokio::join!(scene.flood(&people, 30, "Meanwhile"), async {
            until("everything to hang", 10, async || (scene.at_work().await > 0).then_some(())).await;
            let alive = scene.world.client.get(format!("{}/livez", scene.server.base)).send().await.unwrap();
            (alive.status(), scene.at_work().await)
        });
        assert_refused(&answers, 20);
        let shed = answers.iter().filter(|answer| answer.summary() == "503 overloaded").count();
        assert!(shed > 0, "no request was shed");
        assert_eq!(alive.0, StatusCode::OK, "the process is well");
        // Of the pool's eight; the session that holds the lock is none of the program's.
        assert!(alive.1 <= 8, "{} statements at once", alive.1);
    }
    scene.until_nothing_is_left().await;
    holder.rollback().await.unwrap();
    for who in &people {
        let titles = scene.world.get(&scene.server, who, "/api/tasks").await;
        assert_eq!(titles.body.as_array().unwrap().len(), 1, "what was refused is not there: {}", titles.body);
        assert_eq!(scene.create(who, "After").await.summary(), "201");
    }
}
