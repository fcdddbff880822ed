//! Killed in the midst of a thousand creates: what was acknowledged is there, and nothing is there by half.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clerk_emulator::{Emulator, NewOrganization, NewUser, Seed, TokenRequest};
use reqwest::StatusCode;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Statement};
use serde_json::{Value, json};
use tenantry::idempotency;
use tenantry::tasks::entity::{Entity as Task, label::Entity as Label};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::database::{Database, Scratch};
use crate::program::Program;

const CREATES: usize = 1000;

/// How many are under way at once, which is less than one tenant may have.
const AT_ONCE: usize = 100;

/// What a client meets that asks for too much at once.
const REFUSALS: [StatusCode; 2] = [StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS];

const ORIGIN: &str = "http://localhost:3000";

/// A Clerk that outlives the program, and somebody who may create tasks.
pub struct Clerk {
    emulator: Emulator,
    who: TokenRequest,
    token: String,
}

impl Clerk {
    pub async fn start() -> Self {
        let emulator = Emulator::builder().seed(Seed::empty()).authorized_party(ORIGIN).build().unwrap();
        emulator.spawn(TcpListener::bind("127.0.0.1:0").await.unwrap()).await.unwrap();
        let user = NewUser { email_addresses: vec!["kim@example.com".into()], ..NewUser::default() };
        let user = emulator.create_user(user).unwrap().id;
        let new = NewOrganization { name: "Acme".into(), created_by: Some(user.clone()), ..NewOrganization::default() };
        let organization = emulator.create_organization(new).unwrap().id;
        let who = TokenRequest::for_user(user).organization(organization).lifetime(3600);
        Self { token: emulator.session_token(&who).unwrap(), who, emulator }
    }

    /// `serve` over a database, with this Clerk; and where it listens.
    pub async fn serve(&self, folder: &Path, database: &Scratch) -> (Program, String) {
        let keys = format!("{}/.well-known/jwks.json", self.emulator.base_url());
        let mut program = Program::start(
            folder,
            &["serve"],
            &[
                ("APP_ENV", "local"),
                ("HOST", "127.0.0.1"),
                ("PORT", "0"),
                ("LOG_FORMAT", "json"),
                ("DATABASE_URL", database.config.url.expose()),
                ("CLERK_ISSUER", &self.emulator.issuer()),
                ("CLERK_JWKS_URL", &keys),
                ("CLERK_AUTHORIZED_PARTIES", ORIGIN),
            ],
        );
        let address = program.until("the address", async |program| listening(&program.errors())).await;
        let base = format!("http://{address}");
        program.until_ready(&base).await;
        (program, base)
    }

    /// The same with a token minted for this one request.
    pub fn create_anew(&self, client: &reqwest::Client, base: &str, title: &str) -> reqwest::RequestBuilder {
        let refreshed = Self {
            token: self.emulator.session_token(&self.who).unwrap(),
            who: self.who.clone(),
            emulator: self.emulator.clone(),
        };
        refreshed.create(client, base, title)
    }

    fn create(&self, client: &reqwest::Client, base: &str, title: &str) -> reqwest::RequestBuilder {
        client
            .post(format!("{base}/api/tasks"))
            .bearer_auth(&self.token)
            .header("idempotency-key", title.replace(' ', "-"))
            .json(&json!({"title": title, "labels": ["one", "two", title]}))
    }
}

/// The address in the log line that tells of it.
fn listening(log: &str) -> Option<String> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.into_iter().find_map(|line| Some(line["address"].as_str()?.to_owned()))
}

/// Sends a thousand creates, many at once, kills the program after some answers, and gives the acknowledged ids by title.
async fn killed_after(
    acknowledged: usize,
    round: usize,
    clerk: &Arc<Clerk>,
    database: &Scratch,
) -> BTreeMap<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let (mut program, base) = clerk.serve(folder.path(), database).await;
    let (tell, mut told) = mpsc::unbounded_channel();
    let client = reqwest::Client::new();
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut creates = JoinSet::new();
    for number in 0..CREATES {
        let (clerk, client, base, tell) = (clerk.clone(), client.clone(), base.clone(), tell.clone());
        let turns = turns.clone();
        creates.spawn(async move {
            let _turn = turns.acquire().await.unwrap();
            let title = format!("Round {round} task {number}");
            let answer = loop {
                match clerk.create(&client, &base, &title).send().await {
                    Err(_) => return,
                    // Not all of them may get a connection in time on a busy machine; like any client they come again.
                    Ok(answer) if REFUSALS.contains(&answer.status()) => {
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                    Ok(answer) => break answer,
                }
            };
            if answer.status() == StatusCode::CREATED {
                // The answer's head came, so the task was acknowledged, whether or not its body still comes.
                let location = answer.headers()["location"].to_str().unwrap().rsplit('/').next().unwrap().to_owned();
                tell.send((title, location)).unwrap();
            }
        });
    }
    drop(tell);
    let mut there = BTreeMap::new();
    while let Some((title, id)) = told.recv().await {
        there.insert(title, id);
        if there.len() == acknowledged {
            program.kill();
        }
    }
    creates.join_all().await;
    assert!(there.len() >= acknowledged, "only {} of {CREATES} creates were answered", there.len());
    assert!(there.len() < CREATES, "the program was killed too late");
    there
}

/// Compares what is stored with what was acknowledged.
async fn assert_whole(database: &Scratch, acknowledged: &BTreeMap<String, String>) {
    let db = database.connect().await;
    if db.get_database_backend() == DbBackend::Sqlite {
        let check = Statement::from_string(DbBackend::Sqlite, "PRAGMA integrity_check");
        let row = db.query_one_raw(check).await.unwrap().unwrap();
        assert_eq!(row.try_get_by_index::<String>(0).unwrap(), "ok");
    }
    let mut labels: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in Label::find().all(&db).await.unwrap() {
        labels.entry(row.task_id.to_string()).or_default().insert(row.label);
    }
    let mut stored = BTreeMap::new();
    for row in Task::find().all(&db).await.unwrap() {
        let id = row.id.to_string();
        let indexed = labels.remove(&id).unwrap_or_default();
        assert_eq!(
            indexed,
            row.labels.0.into_iter().collect(),
            "{} is half there: its labels are not indexed",
            row.title
        );
        let before = stored.insert(row.title.clone(), id);
        assert_eq!(before, None, "{} was created twice under one Idempotency-Key", row.title);
    }
    assert!(labels.is_empty(), "labels of tasks that are not there: {labels:?}");
    for (title, id) in acknowledged {
        assert_eq!(stored.get(title), Some(id), "{title} was acknowledged with 201 and is gone");
    }
    let records = idempotency::entity::Entity::find().all(&db).await.unwrap();
    assert!(records.iter().all(|record| record.status == 201), "a key is claimed, and its answer is not kept");
    assert_eq!(records.len(), stored.len(), "keys and tasks are committed together, so there are as many of each");
}

/// Sends every fourth create of a round again, under the same key.
async fn sent_again(round: usize, clerk: &Arc<Clerk>, database: &Scratch) -> BTreeMap<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let (_program, base) = clerk.serve(folder.path(), database).await;
    let client = reqwest::Client::new();
    let mut senders = JoinSet::new();
    for sender in 0..8 {
        let (clerk, client, base) = (clerk.clone(), client.clone(), base.clone());
        senders.spawn(async move {
            let mut answers = Vec::new();
            for number in (4 * sender..CREATES).step_by(32) {
                let title = format!("Round {round} task {number}");
                let answer = clerk.create(&client, &base, &title).send().await.unwrap();
                assert_eq!(answer.status(), StatusCode::CREATED);
                let body: Value = answer.json().await.unwrap();
                answers.push((title, body["id"].as_str().unwrap().to_owned()));
            }
            answers
        });
    }
    senders.join_all().await.into_iter().flatten().collect()
}

async fn what_was_acknowledged_survives(database: Database) {
    let scratch = database.scratch().await;
    let clerk = Arc::new(Clerk::start().await);
    let mut acknowledged = BTreeMap::new();
    for (round, answers) in [1, 40, 150].into_iter().enumerate() {
        acknowledged.extend(killed_after(answers, round, &clerk, &scratch).await);
        assert_whole(&scratch, &acknowledged).await;
    }
    let again = sent_again(2, &clerk, &scratch).await;
    assert_eq!(again.len(), CREATES / 4);
    let twice: Vec<&String> = again.keys().filter(|title| acknowledged.contains_key(*title)).collect();
    assert!(!twice.is_empty(), "nothing that was acknowledged was sent again");
    for title in twice {
        assert_eq!(again[title], acknowledged[title], "{title} has another id when it is sent again");
    }
    acknowledged.extend(again);
    assert_whole(&scratch, &acknowledged).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_kill_on_sqlite() {
    what_was_acknowledged_survives(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_kill_on_postgres() {
    if Database::postgres_is_there() {
        what_was_acknowledged_survives(Database::Postgres).await;
    }
}
