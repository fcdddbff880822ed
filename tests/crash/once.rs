//! Killed while fifty identical creations are on their way, and started again: they made one task, and each is told the same.

use std::sync::Arc;

use reqwest::StatusCode;
use sea_orm::{EntityTrait, PaginatorTrait};
use tenantry::idempotency::entity::Entity as Record;
use tenantry::tasks::entity::Entity as Task;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use crate::database::{Database, Scratch};
use crate::kill::Clerk;

/// An answer: whether it is a replay, and what it says.
type Created = (bool, String);

/// Sends the creation, each time with a token of its own, until it is answered or the program is gone.
async fn until_created(
    clerk: Arc<Clerk>,
    client: reqwest::Client,
    base: String,
    title: String,
    tell: UnboundedSender<Created>,
) {
    // What was cut off was not answered.
    while let Ok(answer) = clerk.create_anew(&client, &base, &title).send().await {
        let (status, again) = (answer.status(), answer.headers().contains_key("idempotency-replayed"));
        let Ok(body) = answer.text().await else { return };
        match status {
            StatusCode::CREATED => return tell.send((again, body)).unwrap(),
            // A twin is at work, or too many wait: come again.
            StatusCode::CONFLICT | StatusCode::SERVICE_UNAVAILABLE => {}
            other => panic!("{other}: {body}"),
        }
    }
}

/// Sends the same creation fifty times at once and kills the program after so many answers.
async fn fifty_and_killed_after(answers: usize, title: &str, clerk: &Arc<Clerk>, database: &Scratch) -> Vec<Created> {
    let folder = tempfile::tempdir().unwrap();
    let (mut program, base) = clerk.serve(folder.path(), database).await;
    let (tell, mut told) = unbounded_channel();
    let client = reqwest::Client::new();
    let mut twins = JoinSet::new();
    for _ in 0..50 {
        twins.spawn(until_created(clerk.clone(), client.clone(), base.clone(), title.to_owned(), tell.clone()));
    }
    drop(tell);
    let mut created = Vec::new();
    while created.len() < answers {
        created.push(told.recv().await.expect("a creation that is answered"));
    }
    program.kill();
    while let Some(answer) = told.recv().await {
        created.push(answer);
    }
    twins.join_all().await;
    created
}

async fn one_task_whatever_happens(database: Database) {
    let scratch = database.scratch().await;
    let clerk = Arc::new(Clerk::start().await);
    for (round, answers) in [0, 1, 20].into_iter().enumerate() {
        let title = format!("Once {round}");
        let before = fifty_and_killed_after(answers, &title, &clerk, &scratch).await;
        let after = fifty_and_killed_after(50, &title, &clerk, &scratch).await;
        assert_eq!(after.len(), 50, "each is answered once nobody kills the program");
        let all: Vec<&Created> = before.iter().chain(&after).collect();
        assert!(all.iter().all(|(_, body)| *body == all[0].1), "every 201 is the same answer");
        assert!(all.iter().filter(|(again, _)| !again).count() <= 1, "no more than one was the first");
        if !before.is_empty() {
            assert!(
                after.iter().all(|(again, _)| *again),
                "what was acknowledged before the kill is replayed after it"
            );
        }
        let (db, made) = (scratch.connect().await, u64::try_from(round).unwrap() + 1);
        assert_eq!(Task::find().count(&db).await.unwrap(), made, "fifty, killed and fifty again make one task");
        assert_eq!(Record::find().count(&db).await.unwrap(), made);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_killed_and_fifty_again_make_one_task_on_sqlite() {
    one_task_whatever_happens(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_killed_and_fifty_again_make_one_task_on_postgres() {
    if Database::postgres_is_there() {
        one_task_whatever_happens(Database::Postgres).await;
    }
}
