//! Two processes over one PostgreSQL: what Clerk tells the one takes access away on the other.

use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};

use crate::database::Database;
use crate::program::Program;
use crate::world::{Member, Process, World};

impl World {
    /// What a process answers: to reading tasks, and to creating one.
    async fn answers(&self, process: &Process, token: &str) -> [String; 2] {
        let url = format!("{}/api/tasks", process.base);
        let read = self.client.get(&url).bearer_auth(token).send().await.unwrap();
        let write = self.client.post(&url).bearer_auth(token).json(&json!({"title": "One"})).send().await.unwrap();
        [summary(read).await, summary(write).await]
    }

    /// Asks a process until it answers like this.
    async fn until(&self, process: &mut Process, what: &str, token: &str, expected: [&str; 2]) {
        let began = Instant::now();
        loop {
            let answers = self.answers(process, token).await;
            if answers == expected {
                return;
            }
            let log = process.program.errors();
            assert!(began.elapsed() < Duration::from_secs(10), "{what}: {answers:?}, not {expected:?}\n{log}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Waits until a change is in force where it is told, then elsewhere, and prints how much later that was.
    async fn in_force(&self, what: &str, [told, other]: [&mut Process; 2], token: &str, expected: [&str; 2]) {
        self.until(told, what, token, expected).await;
        let here = Instant::now();
        self.until(other, what, token, expected).await;
        println!("{what}: elsewhere {:?} later", here.elapsed());
    }

    /// Every way to lose access, one after the other.
    async fn everything_is_taken(&self, told: &mut Process, other: &mut Process) {
        let revoked = ["401 token_revoked"; 2];
        let stale = ["401 token_stale"; 2];
        let well = ["200", "201"];
        let people: Vec<Member> = std::iter::repeat_with(|| self.member()).take(6).collect();
        for member in &people {
            self.in_force("a new member", [told, other], &member.token, well).await;
        }
        let [deleted, banned, over, removed, lower, back] = &people[..] else { unreachable!() };

        self.clerk.delete_user(&deleted.user).unwrap();
        self.in_force("a deleted user", [told, other], &deleted.token, revoked).await;
        self.clerk.ban_user(&banned.user).unwrap();
        self.in_force("a banned user", [told, other], &banned.token, revoked).await;
        let session = session_of(&over.token);
        self.clerk.revoke_session(&session).unwrap();
        self.in_force("a revoked session", [told, other], &over.token, revoked).await;
        self.clerk.remove_member(&self.organization, &removed.user).unwrap();
        self.in_force("a removed member", [told, other], &removed.token, stale).await;
        self.clerk.set_role(&self.organization, &lower.user, "org:viewer").unwrap();
        self.in_force("a lower role", [told, other], &lower.token, ["200", "401 token_stale"]).await;

        self.clerk.remove_member(&self.organization, &back.user).unwrap();
        self.in_force("somebody who leaves", [told, other], &back.token, stale).await;
        self.clerk.add_member(&self.organization, &back.user, "org:editor").unwrap();
        let fresh = self.token(&back.user, &self.organization);
        self.in_force("somebody who comes back", [told, other], &fresh, well).await;

        let organization = self.new_organization();
        let member = self.member_of(&organization);
        self.in_force("another organization", [told, other], &member.token, well).await;
        self.clerk.delete_organization(&organization).unwrap();
        self.in_force("a deleted organization", [told, other], &member.token, stale).await;
    }

    /// Ends every connection that listens, once there is one for each process.
    async fn end_listeners(&self, processes: i64) {
        const WHO: &str =
            "FROM pg_stat_activity WHERE application_name = 'tenantry listener' AND datname = current_database()";
        let db = self.database.connect().await;
        let began = Instant::now();
        let count = async |what: &str| {
            let sql = format!("SELECT count({what}) {WHO}");
            let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap().unwrap();
            row.try_get_by_index::<i64>(0).unwrap()
        };
        while count("pid").await < processes {
            assert!(began.elapsed() < Duration::from_secs(15), "fewer than {processes} processes listen");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(count("pg_terminate_backend(pid)").await, processes);
    }
}

/// The status, and a problem's code.
async fn summary(answer: reqwest::Response) -> String {
    let status = answer.status().as_u16();
    match answer.json::<Value>().await.ok().and_then(|body| Some(body["code"].as_str()?.to_owned())) {
        Some(code) => format!("{status} {code}"),
        None => status.to_string(),
    }
}

/// The `sid` of a token.
fn session_of(token: &str) -> String {
    use base64::Engine as _;
    let claims = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice::<Value>(&claims).unwrap()["sid"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_process_is_told_takes_access_away_on_the_other() {
    if !Database::postgres_is_there() {
        return;
    }
    let world = World::new().await;
    let (mut told, mut other) = (world.start(&[]).await, world.start(&[]).await);
    world.tell(&told);
    world.everything_is_taken(&mut told, &mut other).await;

    let removed = world.member();
    world.in_force("a new member", [&mut told, &mut other], &removed.token, ["200", "201"]).await;
    world.end_listeners(2).await;
    world.clerk.remove_member(&world.organization, &removed.user).unwrap();
    world.in_force("without listeners", [&mut told, &mut other], &removed.token, ["401 token_stale"; 2]).await;
    world.end_listeners(2).await;

    told.program.kill();
    let mut restarted = world.start(&[]).await;
    let answers = world.answers(&restarted, &removed.token).await;
    assert_eq!(answers, ["401 token_stale"; 2], "the first request after a start");
    world.until(&mut restarted, "a restart", &removed.token, ["401 token_stale"; 2]).await;
    assert!(other.program.errors().contains("no longer listening"), "{}", other.program.errors());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_cannot_listen_reads_what_it_is_not_told() {
    if !Database::postgres_is_there() {
        return;
    }
    let world = World::new().await;
    // The same server, where nobody will ever notify anybody.
    let mut elsewhere = url::Url::parse(world.database.config.url.expose()).unwrap();
    elsewhere.set_path("postgres");
    let mut told = world.start(&[]).await;
    let mut other = world.start(&[("DATABASE_DIRECT_URL", elsewhere.as_str())]).await;
    world.tell(&told);
    world.everything_is_taken(&mut told, &mut other).await;
    assert!(!other.program.errors().contains("\"listening for changes"), "{}", other.program.errors());
    let warned = async |program: &Program| program.errors().contains("DATABASE_DIRECT_URL").then_some(());
    other.program.until("a warning", warned).await;
}
