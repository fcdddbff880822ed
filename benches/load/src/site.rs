//! A filled database, the servers on it, and what can be asked of them.

use std::collections::BTreeSet;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio_postgres::Client;

use crate::Ground;
use crate::callers::{Read, delivery, new_task};
use crate::http::{Connection, get, post};
use crate::process::Server;
use crate::seed::{self, NEEDLE};
use crate::servers::{self, LOGIN};

/// Tenants whose tasks are listed, if there are so many; others are for what is written.
const LISTED: u32 = 32;

/// Everything of one size.
pub struct Site {
    pub size: u32,
    pub servers: Vec<Server>,
    pub known: Known,
    db: Client,
    began: DateTime<Utc>,
}

/// What can be asked, with what the answer is like. Of lists within a list, the inner one is what one client asks.
#[derive(Default)]
pub struct Known {
    pub lists: Vec<Vec<Read>>,
    pub singles: Vec<Vec<Read>>,
    pub list_large: Vec<Vec<Read>>,
    pub page_500: Vec<Vec<Read>>,
    pub search: Vec<Vec<Read>>,
    pub lists_of_500_tokens: Vec<Read>,
    /// Events that tell of a person's change.
    pub people: Vec<Value>,
    writers: Vec<String>,
}

impl Known {
    /// The token of somebody whose tenant is only written to.
    pub fn writer(&self, number: usize) -> &str {
        &self.writers[number % self.writers.len()]
    }
}

/// The name of the database of a size.
pub fn database(ground: &Ground, size: u32) -> String {
    if ground.arguments.smoke { "tenantry_load_smoke".into() } else { format!("tenantry_load_{size}") }
}

impl Site {
    /// Fills the database unless it is filled, starts the servers, and sees that they agree.
    pub async fn open(ground: &Ground, size: u32, number: usize) -> Result<Self> {
        let (name, began) = (database(ground, size), Instant::now());
        let db = prepare(ground, &name).await?;
        let tenants = seed::tenants(size, ground.clerk.tenants);
        if seed::fill(&db, size, tenants).await? {
            eprintln!("{name}: filled in {:.1} s", began.elapsed().as_secs_f64());
        }
        let port = ground.arguments.port + 10 * u16::try_from(number)?;
        let ours = servers::ours(ground, &name, port + 1).await?;
        mirror(ground, &db, &ours).await?;
        seed::filtered(&db).await?;
        db.batch_execute("VACUUM ANALYZE").await?;
        let bare = servers::bare(ground, &name, port + 2, false).await?;
        let walled = servers::bare(ground, &name, port + 3, true).await?;
        let servers = vec![ours, bare, walled];
        let known = learn(ground, &servers, tenants).await?;
        Ok(Self { size, servers, known, db, began: Utc::now() })
    }

    /// Takes away what this run created, so that the next one finds what this one found.
    pub async fn clear_up(&self) -> Result<()> {
        self.db.execute("DELETE FROM tasks WHERE created_at >= $1", &[&self.began]).await?;
        self.db.execute("DELETE FROM webhook_deliveries WHERE received_at >= $1", &[&self.began]).await?;
        Ok(())
    }
}

/// A migrated database, and the login of the servers.
async fn prepare(ground: &Ground, name: &str) -> Result<Client> {
    let owner = ground.database.connect("postgres").await?;
    if ground.arguments.fresh {
        drop_database(&owner, name).await?;
    }
    if owner.query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&name]).await?.is_none() {
        owner.batch_execute(&format!("CREATE DATABASE {name}")).await?;
    }
    servers::migrate(ground, name)?;
    let password = ground.database.password().map(|password| format!(" PASSWORD '{}'", password.replace('\'', "''")));
    let role = format!(
        "DO $$ BEGIN CREATE ROLE {LOGIN} LOGIN NOINHERIT{}; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
         GRANT tenantry_app, tenantry_system TO {LOGIN}",
        password.unwrap_or_default()
    );
    owner.batch_execute(&role).await?;
    ground.database.connect(name).await
}

/// Tells the program of all people and organizations, unless that was done before.
async fn mirror(ground: &Ground, db: &Client, ours: &Server) -> Result<()> {
    let what = format!("mirror of {} tenants", ground.clerk.tenants);
    if seed::is_done(db, &what).await? {
        return Ok(());
    }
    let mut connection = Connection::open(ours.address).await?;
    for (number, event) in ground.clerk.everything()?.iter().enumerate() {
        let request = delivery(&ground.clerk.deliveries, &format!("msg_mirror_{number}"), event);
        connection.ask(&request).await?.expect(200).with_context(|| event.to_string())?;
    }
    seed::note(db, &what).await
}

/// Asks every server everything that is asked later, and sees that they answer alike.
async fn learn(ground: &Ground, servers: &[Server], tenants: u32) -> Result<Known> {
    let mut ask = Asking::of(servers).await?;
    let mut known = Known::default();
    let (listed, token) = (LISTED.min(tenants / 2), |tenant| ground.clerk.token(tenant));
    for tenant in 1..=listed {
        let token = token(tenant)?;
        let (list, tasks) = ask.read("/api/tasks?limit=20", &token).await?;
        let ids = ids(&tasks);
        ensure!(ids.len() == 20, "tenant {tenant} has {} tasks on its first page", ids.len());
        let mut singles = Vec::new();
        for id in ids {
            singles.push(ask.read(&format!("/api/tasks/{id}"), &token).await?.0);
        }
        known.lists.push(vec![list]);
        known.singles.push(singles);
    }
    for number in 0..500 {
        let (list, _) = ask.read("/api/tasks?limit=20", &token(1 + number % listed)?).await?;
        known.lists_of_500_tokens.push(list);
    }
    for tenant in listed + 1..=tenants.min(2 * listed) {
        known.writers.push(token(tenant)?);
    }
    large(&mut ask, &token(0)?, &mut known).await?;
    ask.create(known.writer(0)).await?;
    let everything = ground.clerk.everything()?;
    let mut people: Vec<Value> = everything.into_iter().filter(|event| event["type"] == "user.created").collect();
    people.iter_mut().for_each(|event| event["type"] = "user.updated".into());
    known.people = people;
    Ok(known)
}

/// What is asked of the tenant with 10 040 tasks.
async fn large(ask: &mut Asking<'_>, token: &str, known: &mut Known) -> Result<()> {
    known.list_large.push(vec![ask.read("/api/tasks?limit=20", token).await?.0]);
    let next = ask.next("/api/tasks?limit=20&offset=9960", token).await?;
    let (page, tasks) = ask.read(&next, token).await?;
    ensure!(ids(&tasks).len() == 20, "page 500 is not full");
    known.page_500.push(vec![page]);
    let (found, tasks) = ask.read(&format!("/api/tasks?limit=20&status=pending&search={NEEDLE}"), token).await?;
    ensure!(!ids(&tasks).is_empty(), "the search finds nothing");
    known.search.push(vec![found]);
    Ok(())
}

fn ids(tasks: &Value) -> Vec<&str> {
    tasks.as_array().into_iter().flatten().filter_map(|task| task["id"].as_str()).collect()
}

/// A connection to each server.
struct Asking<'a> {
    connections: Vec<(&'a Server, Connection)>,
}

impl<'a> Asking<'a> {
    async fn of(servers: &'a [Server]) -> Result<Self> {
        let mut connections = Vec::new();
        for server in servers {
            connections.push((server, Connection::open(server.address).await?));
        }
        Ok(Self { connections })
    }

    /// Reads from all, and fails unless each answers byte for byte as the first.
    async fn read(&mut self, path: &str, token: &str) -> Result<(Read, Value)> {
        let (request, mut first) = (get(path, Some(token)), None::<Vec<u8>>);
        for (server, connection) in &mut self.connections {
            let answer = connection.ask(&request).await?;
            answer.expect(200).with_context(|| format!("{path} on {}", server.name))?;
            let first = first.get_or_insert_with(|| answer.body.to_vec());
            let (is, should) = (String::from_utf8_lossy(answer.body), String::from_utf8_lossy(first));
            ensure!(is == should, "{path} on {}:\n{is}\ninstead of\n{should}", server.name);
        }
        let body = first.context("no server")?;
        Ok((Read { request, length: body.len() }, serde_json::from_slice(&body)?))
    }

    /// The address of the page after one, on which all agree, too. Offsets are the program's alone.
    async fn next(&mut self, path: &str, token: &str) -> Result<String> {
        let (_, connection) = self.connections.first_mut().context("no server")?;
        let answer = connection.ask(&get(path, Some(token))).await?;
        let link = answer.header("link").and_then(|link| link.split(['<', '>']).nth(1));
        Ok(link.with_context(|| format!("{path} has no next page"))?.to_owned())
    }

    /// Creates a task on each, and fails unless they differ in ids and times alone.
    async fn create(&mut self, token: &str) -> Result<()> {
        let token = format!("authorization: Bearer {token}\r\n");
        let request = post("/api/tasks", &token, new_task().to_string().as_bytes());
        let mut answers = BTreeSet::new();
        for (server, connection) in &mut self.connections {
            let answer = connection.ask(&request).await?;
            answer.expect(201).with_context(|| format!("a new task on {}", server.name))?;
            let mut task: Value = serde_json::from_slice(answer.body)?;
            for own in ["id", "created_at", "updated_at"] {
                ensure!(task[own].take().is_string(), "{} says nothing of {own}", server.name);
            }
            answers.insert(task.to_string());
        }
        ensure!(answers.len() == 1, "a new task is not the same on all: {answers:?}");
        Ok(())
    }
}

/// Drops the databases of the bench, and its login.
pub async fn drop_all(ground: &Ground) -> Result<()> {
    let owner = ground.database.connect("postgres").await?;
    for size in &ground.arguments.sizes {
        drop_database(&owner, &database(ground, *size)).await?;
    }
    // Another run may still use it.
    let _ = owner.batch_execute(&format!("DROP ROLE IF EXISTS {LOGIN}")).await;
    Ok(())
}

async fn drop_database(owner: &Client, name: &str) -> Result<()> {
    Ok(owner.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?)
}
