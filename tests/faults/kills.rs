//! SIGKILL again and again while people write, Clerk tells of people who come and go, and jobs follow from that.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use clerk_emulator::{SignedDelivery, sign_event};
use reqwest::{Method, StatusCode};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::database::Database;
use crate::ledger::{assert_sound, assert_whole};
use crate::load::Load;
use crate::tools::until;
use crate::world::{Person, World};

const ROUNDS: usize = 50;

/// People who join, take a task and leave, one after the other.
struct Leavers {
    world: Arc<World>,
    organization: String,
    base: watch::Receiver<String>,
    stop: watch::Receiver<bool>,
    /// How many deliveries were acknowledged.
    told: Arc<AtomicUsize>,
}

/// What they left behind.
#[derive(Default)]
struct Left {
    /// The title of each one's task.
    tasks: BTreeMap<String, String>,
    /// The id of each task by its title.
    acknowledged: BTreeMap<String, String>,
    /// The ids of the deliveries that were acknowledged.
    deliveries: Vec<String>,
}

impl Leavers {
    async fn come_and_go(self) -> Left {
        let mut left = Left::default();
        while !*self.stop.borrow() {
            self.world.clerk.take_events();
            let person = self.world.editor(&self.organization);
            self.deliver(&mut left).await;
            let title = format!("Task of {}", person.user);
            left.acknowledged.insert(title.clone(), self.take_task(&person, &title).await);
            self.world.clerk.remove_member(&person.organization, &person.user).unwrap();
            self.deliver(&mut left).await;
            left.tasks.insert(person.user, title);
        }
        left
    }

    /// Delivers what happened at Clerk, each until it is acknowledged, under one id.
    async fn deliver(&self, left: &mut Left) {
        for event in self.world.clerk.take_events() {
            let signed = sign_event(&self.world.clerk.webhook_secret(), event.to_string().as_bytes()).unwrap();
            self.until(StatusCode::OK, |base| self.delivery(base, &signed)).await;
            left.deliveries.push(signed.headers["svix-id"].to_str().unwrap().to_owned());
            self.told.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn delivery(&self, base: &str, signed: &SignedDelivery) -> reqwest::RequestBuilder {
        let request = self.world.client.post(format!("{base}/api/webhooks/clerk"));
        request.headers(signed.headers.clone()).body(signed.body.clone())
    }

    async fn take_task(&self, person: &Person, title: &str) -> String {
        let body = json!({"title": title, "assignee_id": person.user});
        let key = format!("task-of-{}", person.user);
        let create = |base: &str| {
            let request = self.world.request(base, person, Method::POST, "/api/tasks");
            request.header("idempotency-key", &key).json(&body)
        };
        let created = self.until(StatusCode::CREATED, create).await;
        created["id"].as_str().unwrap().to_owned()
    }

    /// Comes again until it is granted; only a killed program, and trouble that will be over, are excuses.
    async fn until(&self, granted: StatusCode, request: impl Fn(&str) -> reqwest::RequestBuilder) -> Value {
        loop {
            let base = self.base.borrow().clone();
            if let Ok(answer) = request(&base).send().await {
                let status = answer.status();
                if let Ok(body) = answer.bytes().await {
                    let body = serde_json::from_slice::<Value>(&body).unwrap_or_default();
                    if status == granted {
                        return body;
                    }
                    let excused = [StatusCode::SERVICE_UNAVAILABLE, StatusCode::CONFLICT].contains(&status);
                    assert!(excused, "{status}: {body}");
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn number(db: &DatabaseConnection, sql: &str) -> i64 {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    db.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

/// How many jobs had their effect.
async fn given_back(db: &DatabaseConnection) -> i64 {
    number(db, "SELECT count(*) FROM audit_log WHERE action = 'tasks.unassigned'").await
}

/// As when the two and a half minutes have passed for which a killed process still has its jobs.
async fn leases_end(db: &DatabaseConnection) {
    let past = "2026-01-01T00:00:00.000000+00:00";
    db.execute_unprepared(&format!("UPDATE jobs SET due_at = '{past}' WHERE state = 'running'")).await.unwrap();
}

async fn killed_fifty_times(database: Database) {
    let scratch = database.scratch().await;
    let (db, url) = (scratch.connect().await, scratch.config.url.expose());
    let world = Arc::new(World::new().await);
    let (acme, rival) = (world.admin("Acme"), world.admin("Rival"));
    let mut server = world.serve(url, &[]).await;
    let load = Load::start_on_one_that_dies(&world, &server.base, &[acme.clone(), rival]);
    let (base, stop) = (watch::channel(server.base.clone()).0, watch::channel(false).0);
    let told = Arc::new(AtomicUsize::new(0));
    let leavers = Leavers {
        world: world.clone(),
        organization: acme.organization,
        base: base.subscribe(),
        stop: stop.subscribe(),
        told: told.clone(),
    };
    let leaving = tokio::spawn(leavers.come_and_go());

    for round in 0..ROUNDS {
        // By turns after some writes, some deliveries, some jobs: sooner and later.
        let more = round % 7;
        match round % 3 {
            0 => load.until_more(1 + 5 * more).await,
            1 => {
                let wanted = told.load(Ordering::Relaxed) + 1 + more;
                until("deliveries", 60, async || (told.load(Ordering::Relaxed) >= wanted).then_some(())).await;
            }
            _ => {
                let wanted = given_back(&db).await + 1;
                until("a job", 60, async || (given_back(&db).await >= wanted).then_some(())).await;
            }
        }
        server.program.kill();
        leases_end(&db).await;
        server = world.serve(url, &[]).await;
        base.send_replace(server.base.clone());
        load.move_to(&server.base);
    }
    stop.send_replace(true);
    let left = leaving.await.unwrap();
    let mut seen = load.stop().await;
    until("the last job", 60, async || (number(&db, "SELECT count(*) FROM jobs").await == 0).then_some(())).await;
    println!("{} deliveries, {} jobs, {ROUNDS} kills", left.deliveries.len(), left.tasks.len());

    assert_once(&db, &left).await;
    seen.acknowledged.extend(left.acknowledged);
    seen.given_back.extend(left.tasks.into_values());
    if database == Database::Sqlite {
        assert_sound(&db).await;
    }
    assert_whole(&db, scratch.config.migration_url.expose(), &seen).await;
}

/// Each delivery was applied, each person came and went once, and each one's task was given back once.
async fn assert_once(db: &DatabaseConnection, left: &Left) {
    assert!(left.tasks.len() >= 10, "only {} people came and went", left.tasks.len());
    let applied = "SELECT count(*) FROM webhook_deliveries WHERE state IN ('applied', 'ignored')";
    let all = "SELECT count(*) FROM webhook_deliveries";
    let deliveries = i64::try_from(left.deliveries.len()).unwrap();
    assert_eq!((number(db, applied).await, number(db, all).await), (deliveries, deliveries));
    for (user, title) in &left.tasks {
        for action in ["member.added", "member.removed", "tasks.unassigned"] {
            let sql = format!(
                "SELECT count(*) FROM audit_log WHERE target_type = 'member' AND target_id = '{user}' AND action = '{action}'"
            );
            assert_eq!(number(db, &sql).await, 1, "{action} of {user}");
        }
        let nobodys =
            format!("SELECT count(*) FROM tasks WHERE title = '{title}' AND assignee_id IS NULL AND version = 2");
        assert_eq!(number(db, &nobodys).await, 1, "{title}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_kills_lose_nothing_and_double_nothing_on_sqlite() {
    killed_fifty_times(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_kills_lose_nothing_and_double_nothing_on_postgres() {
    if Database::postgres_is_there() {
        killed_fifty_times(Database::Postgres).await;
    }
}
