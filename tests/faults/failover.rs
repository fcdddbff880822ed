//! A primary is lost and its standby takes over, behind an address that stays the same.

use std::sync::Arc;

use reqwest::Method;
use serde_json::json;

use crate::answer::Answer;
use crate::cluster::Cluster;
use crate::ledger::assert_whole;
use crate::load::Load;
use crate::tools::until;
use crate::wire::Wire;
use crate::world::{Person, Server, World};

/// A primary, its standby, and two instances that know one address alone.
struct Pair {
    world: Arc<World>,
    primary: Cluster,
    standby: Cluster,
    wire: Wire,
    one: Server,
    other: Server,
}

impl Pair {
    async fn start() -> Option<Self> {
        let primary = Cluster::start_new().await?;
        let standby = primary.standby().await;
        let world = Arc::new(World::new().await);
        let wire = Wire::to(primary.port).await;
        let url = format!("postgres://tenantry@127.0.0.1:{}/postgres?sslmode=disable", wire.port);
        let variables = [("DATABASE_ACQUIRE_TIMEOUT_SECONDS", "1"), ("DATABASE_STATEMENT_TIMEOUT_SECONDS", "1")];
        let one = world.serve(&url, &variables).await;
        let other = world.serve(&url, &variables).await;
        Some(Self { world, primary, standby, wire, one, other })
    }

    async fn answers(&self, server: &Server, who: &Person) -> [Answer; 2] {
        let read = self.world.get(server, who, "/api/tasks?limit=1").await;
        let task = json!({"title": "By hand"});
        [read, self.world.send(server, who, Method::POST, "/api/tasks", &task).await]
    }

    /// Waits until a server answers somebody like this, and fails on an answer that is neither this nor a clean refusal.
    async fn until_answered(&self, server: &Server, who: &Person, expected: [&str; 2]) {
        until(&format!("{expected:?}"), 30, async || {
            let answers = self.answers(server, who).await;
            assert!(answers.iter().all(|answer| answer.status.as_u16() != 500), "{answers:?}");
            (answers.map(|answer| answer.summary()) == expected).then_some(())
        })
        .await;
    }

    fn listening(&self) -> [usize; 2] {
        [&self.one, &self.other]
            .map(|server| server.program.errors().matches("\"listening for changes of access").count())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_that_takes_over_has_every_acknowledged_write() {
    let Some(mut pair) = Pair::start().await else { return };
    let people: Vec<_> = ["Acme", "Rival", "Third"].map(|name| pair.world.admin(name)).into();
    until("both to listen", 20, async || (pair.listening() == [1, 1]).then_some(())).await;
    let load = Load::start(&pair.world, &pair.one.base, &people);
    load.until_more(100).await;

    pair.primary.kill();
    load.until_told("503 database_unavailable", 6).await;
    pair.wire.lead_to(pair.standby.port);
    // The address leads to a server that is not yet the primary: it is read, and does not take what is written.
    load.until_told("200", 6).await;
    load.until_told("503 database_unavailable", 12).await;
    let writes = load.acknowledged();
    load.until_told("200", 6).await;
    assert_eq!(load.acknowledged(), writes, "a standby cannot have taken a write");
    pair.standby.promote().await;
    load.until_more(100).await;
    let seen = load.stop().await;
    assert_whole(&pair.standby.connect().await.unwrap(), &pair.standby.owner_url(), &seen).await;
    removed_after(&pair, &people[0]).await;
}

/// What Clerk tells one instance is in force on both, by notification again once they listen to the new primary.
async fn removed_after(pair: &Pair, admin: &Person) {
    pair.world.tell(&pair.one);
    for heard in [false, true] {
        if heard {
            let listen = async || pair.listening().iter().all(|times| *times >= 2).then_some(());
            until("both to listen to the new primary", 60, listen).await;
        }
        let person = pair.world.editor(&admin.organization);
        for server in [&pair.one, &pair.other] {
            pair.until_answered(server, &person, ["200", "201"]).await;
        }
        pair.world.clerk.remove_member(&person.organization, &person.user).unwrap();
        for server in [&pair.one, &pair.other] {
            pair.until_answered(server, &person, ["401 token_stale"; 2]).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool_that_was_led_to_a_standby_finds_back_to_the_primary() {
    let Some(pair) = Pair::start().await else { return };
    let acme = pair.world.admin("Acme");
    pair.wire.lead_to(pair.standby.port);
    pair.wire.cut();
    for _ in 0..4 {
        let [read, write] = pair.answers(&pair.one, &acme).await;
        assert_eq!([read.summary(), write.summary()], ["200", "503 database_unavailable"]);
        assert_eq!(write.unclean(), None);
    }
    // Connections made meanwhile stay open, and lead to the standby for as long as they are used.
    pair.wire.lead_to(pair.primary.port);
    let [_, write] = pair.answers(&pair.one, &acme).await;
    assert!(["201", "503 database_unavailable"].contains(&&*write.summary()), "{write:?}");
    assert_eq!(pair.answers(&pair.one, &acme).await[1].summary(), "201", "one refusal tells the pool enough");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_standby_does_not_have_is_not_acknowledged() {
    let Some(mut pair) = Pair::start().await else { return };
    let acme = pair.world.admin("Acme");
    assert_eq!(pair.answers(&pair.one, &acme).await[1].summary(), "201");
    pair.standby.kill();
    pair.primary.until_not_followed().await;
    let create = || {
        let request = pair.world.request(&pair.one.base, &acme, Method::POST, "/api/tasks");
        request.header("idempotency-key", "once").json(&json!({"title": "Once"}))
    };
    let refused = Answer::read(create().send().await.unwrap()).await.unwrap();
    assert_eq!(refused.summary(), "503 timeout", "a second after the statement timeout nobody else has it");
    assert_eq!(refused.unclean(), None);
    assert_eq!(pair.world.get(&pair.one, &acme, "/api/tasks").await.summary(), "200", "reading goes on");

    pair.standby.start().await;
    let created = until("the creation to be granted", 30, async || {
        let answer = Answer::read(create().send().await.unwrap()).await.unwrap();
        (answer.status == 201).then_some(answer.body)
    })
    .await;
    let tasks = pair.world.get(&pair.one, &acme, "/api/tasks").await.body;
    let once: Vec<_> = tasks.as_array().unwrap().iter().filter(|task| task["title"] == "Once").collect();
    assert_eq!(once, [&created], "it was done once");
}
