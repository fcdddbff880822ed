//! Clocks that disagree: Clerk's and ours, two instances', the program's and everybody else's.

use std::path::{Path, PathBuf};

use clerk_emulator::TokenRequest;
use reqwest::Method;
use serde_json::json;

use crate::database::{Database, Scratch};
use crate::tools::{self, until};
use crate::world::{Person, Server, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_of_a_clerk_whose_clock_is_minutes_off_are_refused_by_name() {
    let (world, scratch) = (World::new().await, Database::Sqlite.scratch().await);
    let server = world.serve(scratch.config.url.expose(), &[]).await;
    let acme = world.admin("Acme");
    for (off, expected) in
        [(-300, "401 token_expired"), (-2, "200"), (0, "200"), (2, "200"), (300, "401 token_not_active")]
    {
        let request = TokenRequest::for_user(&acme.user).organization(&acme.organization);
        let token = world.clerk.session_token(request.issued_at(world.clerk.now() / 1000 + off)).unwrap();
        let answer = world.get(&server, &Person { token, ..acme.clone() }, "/api/me").await;
        assert_eq!(answer.summary(), expected, "{off} s off");
        if expected != "200" {
            let challenge = answer.headers["www-authenticate"].to_str().unwrap();
            assert!(challenge.contains(expected.split(' ').nth(1).unwrap()), "{challenge}");
        }
    }
    assert_eq!(world.get(&server, &acme, "/api/me").await.summary(), "200", "nobody else is concerned");
}

/// What makes a program's clock wrong.
fn faketime() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").ok()?.flatten();
    folders.map(|folder| folder.path().join("faketime/libfaketime.so.1")).find(|library| library.exists())
}

/// A world in which two instances share a database and a Clerk, and the second one's clock is off.
struct Skewed {
    world: World,
    _scratch: Scratch,
    right: Server,
    wrong: Server,
}

impl Skewed {
    async fn start(library: &Path, seconds: i32, elsewhere: Option<&str>) -> Self {
        let (world, scratch) = (World::new().await, Database::Postgres.scratch().await);
        let offset = format!("{seconds:+}");
        let url = scratch.config.url.expose();
        let skew = ("CLERK_CLOCK_SKEW_SECONDS", "60");
        let heard = elsewhere.map(|direct| ("DATABASE_DIRECT_URL", direct));
        let plain: Vec<_> = [Some(skew), heard].into_iter().flatten().collect();
        let faked = [
            &plain[..],
            &[("LD_PRELOAD", library.to_str().unwrap()), ("FAKETIME", &offset), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")],
        ]
        .concat();
        let (right, wrong) = (world.serve(url, &plain).await, world.serve(url, &faked).await);
        Self { world, _scratch: scratch, right, wrong }
    }

    async fn create(&self, server: &Server, who: &Person, title: &str) -> String {
        let request = self.world.request(&server.base, who, Method::POST, "/api/tasks");
        let request = request.header("idempotency-key", title.replace(' ', "-")).json(&json!({"title": title}));
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 201, "{title}");
        answer.json::<serde_json::Value>().await.unwrap()["id"].as_str().unwrap().to_owned()
    }

    async fn until_stale(&self, what: &str, person: &Person) {
        for server in [&self.right, &self.wrong] {
            until(what, 10, async || {
                (self.world.get(server, person, "/api/me").await.summary() == "401 token_stale").then_some(())
            })
            .await;
        }
    }

    /// Everything that two instances have to agree upon.
    async fn agree(&self) {
        let acme = self.world.admin("Acme");
        for (one, other) in [(&self.right, &self.wrong), (&self.wrong, &self.right)] {
            let title = format!("By {}", one.base.rsplit(':').next().unwrap());
            let id = self.create(one, &acme, &title).await;
            assert_eq!(self.create(other, &acme, &title).await, id, "a key counts on both");
            let body = json!({"status": "started"});
            let path = format!("/api/tasks/{id}");
            assert_eq!(self.world.send(other, &acme, Method::PATCH, &path, &body).await.summary(), "200");

            let person = self.world.editor(&acme.organization);
            self.world.deliver(one).await;
            until("the person to be served", 10, async || {
                (self.world.get(other, &person, "/api/tasks").await.summary() == "200").then_some(())
            })
            .await;
            self.world.clerk.remove_member(&person.organization, &person.user).unwrap();
            self.world.deliver(one).await;
            self.until_stale("a removal to be in force on both", &person).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_whose_clocks_differ_by_half_a_minute_agree() {
    if !Database::postgres_is_there() {
        return;
    }
    let Some(library) = faketime() else { return tools::left_out("libfaketime is not installed") };
    for seconds in [-30, 30] {
        Skewed::start(&library, seconds, None).await.agree().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_that_cannot_listen_overlook_nothing_of_one_whose_clock_is_a_minute_behind() {
    if !Database::postgres_is_there() {
        return;
    }
    let Some(library) = faketime() else { return tools::left_out("libfaketime is not installed") };
    // Where nobody notifies anybody: the table is read, from somewhat before the newest row on, by the database's clock.
    let nowhere = format!("postgres://nobody@127.0.0.1:{}/nowhere", tools::lasting_port());
    Skewed::start(&library, -55, Some(&nowhere)).await.agree().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_whose_clock_is_behind_says_so_of_each_token_and_recovers() {
    let Some(library) = faketime() else { return tools::left_out("libfaketime is not installed") };
    let (world, scratch) = (World::new().await, Database::Sqlite.scratch().await);
    // The offset is read from a file, so that the clock can be put right while the program runs.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("offset");
    std::fs::write(&file, "-300\n").unwrap();
    let variables = [
        ("LD_PRELOAD", library.to_str().unwrap()),
        ("FAKETIME_TIMESTAMP_FILE", file.to_str().unwrap()),
        ("FAKETIME_CACHE_DURATION", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    ];
    let server = world.serve(scratch.config.url.expose(), &variables).await;
    let acme = world.admin("Acme");
    assert_eq!(world.get(&server, &acme, "/api/me").await.summary(), "401 token_not_active");
    std::fs::write(&file, "+0\n").unwrap();
    until("the clock to be right", 20, async || {
        let answer = world.get(&server, &acme, "/api/me").await.summary();
        assert!(["401 token_not_active", "200"].contains(&&*answer), "{answer}");
        (answer == "200").then_some(())
    })
    .await;
}
