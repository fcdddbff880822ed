//! People at work: they create tasks, complete some and read, and come again under the same key when they are refused.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::answer::Answer;
use crate::tools::until;
use crate::world::{Person, World};

/// What they were told.
#[derive(Debug, Default)]
pub struct Seen {
    /// The id of each task that was answered with 201, by its title.
    pub acknowledged: BTreeMap<String, String>,
    /// The ids of those whose completion was answered with 200.
    pub completed: BTreeSet<String>,
    /// The titles of tasks that were taken from somebody who left, which no entry of the task itself tells.
    pub given_back: BTreeSet<String>,
    /// How often each answer came.
    pub answers: BTreeMap<String, usize>,
    /// Answers that nobody should get.
    pub wrong: Vec<String>,
}

/// Everybody at work.
pub struct Load {
    base: watch::Sender<String>,
    stop: watch::Sender<bool>,
    seen: Arc<Mutex<Seen>>,
    people: JoinSet<()>,
}

/// One of them.
struct Worker {
    world: Arc<World>,
    who: Person,
    base: watch::Receiver<String>,
    stop: watch::Receiver<bool>,
    seen: Arc<Mutex<Seen>>,
    /// Whether the program itself is killed, so that connections may break.
    breaks: bool,
}

impl Load {
    /// Three writers and a reader for each of these people, against a program that always answers.
    pub fn start(world: &Arc<World>, base: &str, people: &[Person]) -> Self {
        Self::begin(world, base, people, false)
    }

    /// The same against a program that is killed now and then.
    pub fn start_on_one_that_dies(world: &Arc<World>, base: &str, people: &[Person]) -> Self {
        Self::begin(world, base, people, true)
    }

    fn begin(world: &Arc<World>, base: &str, people: &[Person], breaks: bool) -> Self {
        let (base, stop) = (watch::channel(base.to_owned()).0, watch::channel(false).0);
        let mut load = Self { base, stop, seen: Arc::default(), people: JoinSet::new() };
        for (number, who) in people.iter().enumerate() {
            for writer in 0..3 {
                let worker = load.worker(world, who, breaks);
                load.people.spawn(async move { worker.write(&format!("{number}.{writer}")).await });
            }
            let worker = load.worker(world, who, breaks);
            load.people.spawn(async move { worker.read().await });
        }
        load
    }

    fn worker(&self, world: &Arc<World>, who: &Person, breaks: bool) -> Worker {
        let (base, stop) = (self.base.subscribe(), self.stop.subscribe());
        Worker { world: world.clone(), who: who.clone(), base, stop, seen: self.seen.clone(), breaks }
    }

    /// Where the program is from now on.
    pub fn move_to(&self, base: &str) {
        self.base.send_replace(base.to_owned());
    }

    /// How many creations were acknowledged so far.
    pub fn acknowledged(&self) -> usize {
        self.seen.lock().unwrap().acknowledged.len()
    }

    /// How often an answer came so far.
    pub fn count(&self, answer: &str) -> usize {
        self.seen.lock().unwrap().answers.get(answer).copied().unwrap_or_default()
    }

    /// Waits until so many more creations were acknowledged.
    pub async fn until_more(&self, more: usize) {
        let wanted = self.acknowledged() + more;
        let what = format!("{more} more creations");
        until(&what, 60, async || (self.acknowledged() >= wanted).then_some(())).await;
    }

    /// Waits until an answer has come so many times more.
    pub async fn until_told(&self, answer: &str, more: usize) {
        let wanted = self.count(answer) + more;
        until(answer, 60, async || (self.count(answer) >= wanted).then_some(())).await;
    }

    /// Lets everybody finish what they are at, and gives what they saw. Fails if anybody was told something wrong.
    pub async fn stop(mut self) -> Seen {
        self.stop.send_replace(true);
        let finished = async {
            while let Some(ended) = self.people.join_next().await {
                ended.unwrap()
            }
        };
        let in_time = tokio::time::timeout(Duration::from_secs(60), finished).await.is_ok();
        let seen = std::mem::take(&mut *self.seen.lock().unwrap());
        assert!(in_time, "somebody is refused for ever: {:?}", seen.answers);
        assert!(
            seen.wrong.is_empty(),
            "{} wrong answers, such as {}; {:?}",
            seen.wrong.len(),
            seen.wrong[0],
            seen.answers
        );
        println!("{} acknowledged; answers: {:?}", seen.acknowledged.len(), seen.answers);
        seen
    }
}

impl Worker {
    fn is_over(&self) -> bool {
        *self.stop.borrow()
    }

    async fn write(self, name: &str) {
        for number in 0.. {
            if self.is_over() {
                return;
            }
            let title = format!("Task {name}.{number}");
            let created = self.until_granted(StatusCode::CREATED, || self.create(&title)).await;
            let id = created.body["id"].as_str().unwrap().to_owned();
            self.seen.lock().unwrap().acknowledged.insert(title, id.clone());
            if number % 2 == 0 {
                self.until_granted(StatusCode::OK, || self.complete(&id)).await;
                self.seen.lock().unwrap().completed.insert(id);
            }
        }
    }

    async fn read(self) {
        while !self.is_over() {
            self.until_granted(StatusCode::OK, || self.request(Method::GET, "/api/tasks?limit=5")).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let base = self.base.borrow().clone();
        self.world.request(&base, &self.who, method, path)
    }

    fn create(&self, title: &str) -> RequestBuilder {
        let request = self.request(Method::POST, "/api/tasks").header("idempotency-key", title.replace(' ', "-"));
        request.json(&json!({"title": title, "labels": ["one", "two", title]}))
    }

    fn complete(&self, id: &str) -> RequestBuilder {
        self.request(Method::PATCH, &format!("/api/tasks/{id}/complete")).json(&json!({"completed": true}))
    }

    /// Comes again until it is done.
    async fn until_granted(&self, granted: StatusCode, request: impl Fn() -> RequestBuilder) -> Answer {
        loop {
            let answered = match request().send().await {
                Ok(response) => Answer::read(response).await.ok_or_else(|| "an answer that breaks off".to_owned()),
                Err(error) => Err(format!("{error:?}")),
            };
            match answered {
                Ok(answer) if answer.status == granted => {
                    self.note(&answer.summary(), None);
                    return answer;
                }
                Ok(answer) => self.note(&answer.summary(), wrong(&answer)),
                Err(broken) => self.note("no answer", (!self.breaks).then_some(broken)),
            }
            // Sooner than `Retry-After` says, so that there is some load.
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    fn note(&self, answer: &str, wrong: Option<String>) {
        let mut seen = self.seen.lock().unwrap();
        *seen.answers.entry(answer.to_owned()).or_default() += 1;
        seen.wrong.extend(wrong);
    }
}

/// Only this may be refused with: trouble that will be over, and a twin of the same request that is still at work.
fn wrong(answer: &Answer) -> Option<String> {
    match answer.status {
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => answer.unclean(),
        StatusCode::CONFLICT if answer.body["code"] == "idempotency_in_progress" => None,
        _ => Some(format!("{}: {}", answer.summary(), answer.body)),
    }
}
