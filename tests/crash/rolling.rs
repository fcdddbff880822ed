//! A rolling restart of two processes behind a real load balancer, under load: not one request fails.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::database::Database;
use crate::program::free_port;
use crate::world::{Process, World};

/// How many ask at once, all the time.
const CALLERS: usize = 8;

/// How often each process is restarted.
const ROUNDS: usize = 3;

/// HAProxy; ended when dropped.
struct Balancer {
    child: Child,
    base: String,
}

impl Balancer {
    /// Asks `/readyz` five times a second, and sends requests where the last answer was good.
    fn before(folder: &Path, ports: [u16; 2]) -> Option<Self> {
        let program = haproxy()?;
        let port = free_port();
        let [one, other] = ports;
        let configuration = format!(
            "global\n  log stderr local0 err\ndefaults\n  mode http\n  timeout connect 2s\n  timeout client 30s\n  timeout server 30s\n  \
             timeout check 5s\n  option redispatch\n  retries 3\nfrontend all\n  bind 127.0.0.1:{port}\n  default_backend api\nbackend api\n  \
             balance roundrobin\n  option httpchk GET /readyz\n  default-server check inter 200ms fall 1 rise 1\n  \
             http-response set-header x-server %s\n  server one 127.0.0.1:{one}\n  server other 127.0.0.1:{other}\n"
        );
        let file = folder.join("haproxy.cfg");
        std::fs::write(&file, configuration).unwrap();
        let mut command = Command::new(program);
        let child = command.arg("-db").arg("-f").arg(file).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        Some(Self { child, base: format!("http://127.0.0.1:{port}") })
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Debian keeps it out of everybody's PATH.
fn haproxy() -> Option<PathBuf> {
    let places = ["/usr/sbin/haproxy", "/usr/local/sbin/haproxy", "/usr/bin/haproxy"];
    let found = places.into_iter().map(PathBuf::from).find(|place| place.exists());
    if found.is_none() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "CI=true, and there is no HAProxy");
        eprintln!("LEFT OUT: a rolling restart, because there is no HAProxy");
    }
    found
}

/// What the callers saw.
#[derive(Default)]
struct Seen {
    over: AtomicBool,
    answered: AtomicUsize,
}

/// Creates and lists until it is over; every failure is told, and every task that was acknowledged.
async fn call(base: String, token: String, seen: Arc<Seen>) -> (Vec<String>, Vec<String>) {
    let client = reqwest::Client::new();
    let (mut created, mut failures) = (Vec::new(), Vec::new());
    while !seen.over.load(Ordering::Relaxed) {
        let url = format!("{base}/api/tasks");
        let write = client.post(&url).bearer_auth(&token).json(&json!({"title": "Rolled"})).send().await;
        match write {
            Ok(answer) if answer.status() == 201 => {
                created.push(answer.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned());
            }
            Ok(answer) => failures.push(format!("POST {}: {:?}", answer.status(), answer.text().await)),
            Err(error) => failures.push(format!("POST: {error:?}")),
        }
        match client.get(format!("{url}?limit=5")).bearer_auth(&token).send().await {
            Ok(answer) if answer.status() == 200 => {}
            Ok(answer) => failures.push(format!("GET {}: {:?}", answer.status(), answer.text().await)),
            Err(error) => failures.push(format!("GET: {error:?}")),
        }
        seen.answered.fetch_add(2, Ordering::Relaxed);
    }
    (created, failures)
}

/// The ids of all tasks.
async fn all_tasks(world: &World, base: &str, token: &str) -> BTreeSet<String> {
    let (mut ids, mut offset) = (BTreeSet::new(), 0);
    loop {
        let url = format!("{base}/api/tasks?limit=200&offset={offset}");
        let page: Value = world.client.get(url).bearer_auth(token).send().await.unwrap().json().await.unwrap();
        let page = page.as_array().unwrap();
        ids.extend(page.iter().map(|task| task["id"].as_str().unwrap().to_owned()));
        offset += page.len();
        if page.len() < 200 {
            return ids;
        }
    }
}

async fn restart(world: &World, balancer: &Balancer, process: &mut Process, port: u16) {
    process.program.terminate();
    assert!(process.program.end_within(Duration::from_secs(20)).await.success(), "{}", process.program.errors());
    *process = world.start(&variables(&port.to_string())).await;
    until_both_serve(world, balancer, process).await;
}

/// The balancer names who answered. Requests go to both before another one is restarted.
async fn until_both_serve(world: &World, balancer: &Balancer, process: &mut Process) {
    let mut served = BTreeSet::new();
    let both = async |_: &_| {
        let answer = world.client.get(format!("{}/livez", balancer.base)).send().await.ok()?;
        served.extend(answer.headers().get("x-server").map(|name| name.to_str().unwrap().to_owned()));
        (served.len() == 2).then_some(())
    };
    process.program.until("both to serve", both).await;
}

fn variables(port: &str) -> [(&str, &str); 2] {
    [("PORT", port), ("SHUTDOWN_DELAY_SECONDS", "2")]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_under_load_fails_no_request() {
    let folder = tempfile::tempdir().unwrap();
    let ports = [free_port(), free_port()];
    let Some(balancer) = Balancer::before(folder.path(), ports) else { return };
    if !Database::postgres_is_there() {
        return;
    }
    let world = World::new().await;
    let member = world.member();
    let mut processes =
        [world.start(&variables(&ports[0].to_string())).await, world.start(&variables(&ports[1].to_string())).await];
    until_both_serve(&world, &balancer, &mut processes[0]).await;
    let seen = Arc::new(Seen::default());
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        callers.spawn(call(balancer.base.clone(), member.token.clone(), Arc::clone(&seen)));
    }
    for _ in 0..ROUNDS {
        for (process, port) in processes.iter_mut().zip(ports) {
            restart(&world, &balancer, process, port).await;
        }
    }
    seen.over.store(true, Ordering::Relaxed);
    let outcomes = callers.join_all().await;
    let failures: Vec<&String> = outcomes.iter().flat_map(|(_, failures)| failures).collect();
    let created: BTreeSet<&String> = outcomes.iter().flat_map(|(created, _)| created).collect();
    let answered = seen.answered.load(Ordering::Relaxed);
    println!("{answered} requests, {} creations, {} restarts, {} failures", created.len(), 2 * ROUNDS, failures.len());
    assert!(failures.is_empty(), "{} of {answered} requests failed: {failures:?}", failures.len());
    let all = all_tasks(&world, &balancer.base, &member.token).await;
    let lost: Vec<_> = created.into_iter().filter(|id| !all.contains(*id)).collect();
    assert!(lost.is_empty(), "acknowledged, and lost: {lost:?}");
}
