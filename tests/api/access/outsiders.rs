//! What the admin of another organization gets who knows our ids, our label, a cursor, an entity tag and an idempotency key of ours.
//! Nothing of ours may be in an answer, and no row of ours may change.

use base64::Engine;
use serde_json::Value;
use uuid::Uuid;

use super::fixtures::{Fixture, Thing};
use super::rows::{Rows, holds};
use super::world::{World, send};
use crate::openapi::Operation;
use crate::support::{Answer, Caller};

/// What one operation of theirs is tried with.
pub struct Attempt<'a> {
    pub world: &'a World,
    pub rows: &'a Rows,
    pub operation: &'a Operation,
    pub fixture: &'a Fixture,
}

impl Attempt<'_> {
    /// The last four columns of a row.
    pub async fn cells(&self) -> [String; 4] {
        let key = self.used_key().await;
        let before = self.rows.all().await;
        self.world.app.clerk.take_events();
        let answers = [self.paths().await, self.queries().await, self.bodies().await, self.headers(&key).await];
        for answer in answers.iter().flatten().chain([&self.plain().await]) {
            self.assert_silent(answer);
        }
        self.assert_untouched(&before).await;
        answers.map(|answers| cell(&answers))
    }

    /// What they rightly ask.
    async fn plain(&self) -> Answer {
        let (path, body) =
            self.world.rightly(self.operation, self.fixture, &self.world.rival, &self.world.theirs.id).await;
        send(&self.world.rival, self.operation, &path, body).await
    }

    /// Our ids in the path: each alone, and all. What is ours and what never was must look the same.
    async fn paths(&self) -> Vec<Answer> {
        let mut answers = Vec::new();
        let places = self.fixture.places.len();
        for ours in (0..places).map(|one| vec![one]).chain((places > 1).then(|| (0..places).collect())) {
            let [path, absent] = self.twin_paths(&ours).await;
            answers.push(self.alike(&self.world.rival, &path, &absent).await);
        }
        answers
    }

    /// The path with our things at some places, and the same with things that never were; elsewhere their own.
    async fn twin_paths(&self, ours: &[usize]) -> [String; 2] {
        let (mut path, mut absent) = (self.operation.path.clone(), self.operation.path.clone());
        for (index, (place, thing)) in self.fixture.places.iter().enumerate() {
            let place = format!("{{{place}}}");
            let (here, there) = if ours.contains(&index) {
                (self.world.our(*thing).to_owned(), never(*thing))
            } else {
                let own = self.world.make(*thing, &self.world.theirs.id, &self.world.rival.user_id).await;
                (own.clone(), own)
            };
            (path, absent) = (path.replace(&place, &here), absent.replace(&place, &there));
        }
        [path, absent]
    }

    /// Sends both and demands one answer to the byte, under one request id.
    async fn alike(&self, rival: &Caller, path: &str, absent: &str) -> Answer {
        let rival = rival.clone().header("x-request-id", "the-same");
        let body = || self.fixture.body.as_ref().map(|body| self.world.filled_body(body, &rival.user_id));
        let answer = send(&rival, self.operation, path, body()).await;
        let other = send(&rival, self.operation, absent, body()).await;
        let name = self.operation.name();
        assert!(answer.status.is_client_error(), "{name}: another organization gets {} at {path}", answer.summary());
        assert_eq!(
            (answer.status, &answer.body),
            (other.status, &other.body),
            "{name}: what is ours differs from what never was"
        );
        assert_eq!(answer.headers, other.headers, "{name}: what is ours differs from what never was");
        answer
    }

    /// Our ids, our label and a cursor of ours in the query.
    async fn queries(&self) -> Vec<Answer> {
        let (world, mut answers) = (self.world, Vec::new());
        let takes = self.fixture.foreign_queries.iter().any(|query| query.contains("{cursor}"));
        let cursor = if takes { world.cursor(self.operation).await } else { String::new() };
        for query in &self.fixture.foreign_queries {
            let (path, body) = world.rightly(self.operation, self.fixture, &world.rival, &world.theirs.id).await;
            let query = world.filled(query, &world.rival.user_id, &cursor);
            answers.push(send(&world.rival, self.operation, &format!("{path}?{query}"), body).await);
        }
        answers
    }

    /// Our ids in the body.
    async fn bodies(&self) -> Vec<Answer> {
        let (world, mut answers) = (self.world, Vec::new());
        for body in &self.fixture.foreign_bodies {
            let (path, _) = world.rightly(self.operation, self.fixture, &world.rival, &world.theirs.id).await;
            let body = world.filled_body(body, &world.rival.user_id);
            answers.push(send(&world.rival, self.operation, &path, Some(body)).await);
        }
        answers
    }

    /// Our entity tag on our things, and our key on theirs.
    async fn headers(&self, key: &str) -> Vec<Answer> {
        let (world, mut answers) = (self.world, Vec::new());
        let rival = &world.rival;
        let named = (0..self.fixture.places.len()).filter(|place| self.fixture.places[*place].1 != Thing::Caller);
        let named: Vec<usize> = named.collect();
        if !named.is_empty() {
            for (name, value) in
                [("if-match", &*world.etag), ("if-match", "*"), ("if-none-match", &*world.etag), ("if-none-match", "*")]
            {
                let [path, absent] = self.twin_paths(&named).await;
                answers.push(self.alike(&rival.clone().header(name, value), &path, &absent).await);
            }
        }
        if self.operation.method == "POST" {
            let (path, body) = world.rightly(self.operation, self.fixture, rival, &world.theirs.id).await;
            let answer = send(&rival.clone().header("idempotency-key", key), self.operation, &path, body).await;
            assert_eq!(
                answer.header("idempotency-replayed"),
                None,
                "{}: our answer is replayed to others",
                self.operation.name()
            );
            answers.push(answer);
        }
        answers
    }

    /// A key under which we have done the same.
    async fn used_key(&self) -> String {
        let world = self.world;
        let key = format!("key-{}", Uuid::now_v7());
        if self.operation.method == "POST" && !self.operation.is_public() {
            let (path, body) = world.rightly(self.operation, self.fixture, &world.admin, &world.ours.id).await;
            let answer = send(&world.admin.clone().header("idempotency-key", &key), self.operation, &path, body).await;
            assert!(answer.status.is_success(), "{} for our admin: {}", self.operation.name(), answer.summary());
        }
        key
    }

    /// No answer holds anything of ours: not in the body, a header, or the position a `Link` carries.
    fn assert_silent(&self, answer: &Answer) {
        let mut text = format!("{:?} {}", answer.headers, String::from_utf8_lossy(&answer.body));
        if let Some((_, cursor)) = answer.next().as_deref().and_then(|next| next.split_once("cursor=")) {
            let position = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(cursor).unwrap();
            text.push_str(&String::from_utf8_lossy(&position));
        }
        for secret in self.world.secrets() {
            assert!(!text.contains(secret), "{}: another organization is told {secret}: {text}", self.operation.name());
        }
    }

    /// Every row that was there and is not theirs is there unchanged; no new row names anything of ours; Clerk was told nothing.
    async fn assert_untouched(&self, before: &[String]) {
        let (after, name) = (self.rows.all().await, self.operation.name());
        // Their own: the organization's rows, and the person whom they may rename.
        let theirs = [&self.world.theirs.id, &self.world.rival.user_id];
        for row in before.iter().filter(|row| !theirs.iter().any(|id| holds(row, id))) {
            assert!(after.binary_search(row).is_ok(), "{name}: another organization changed or removed {row}");
        }
        let new = after.iter().filter(|row| before.binary_search(row).is_err());
        for (row, secret) in new.flat_map(|row| self.world.secrets().into_iter().map(move |secret| (row, secret))) {
            assert!(!holds(row, secret), "{name}: a row that another organization made names {secret}: {row}");
        }
        let told = self.world.app.clerk.take_events().iter().map(Value::to_string).collect::<String>();
        for secret in self.world.secrets() {
            assert!(!told.contains(secret), "{name}: another organization changed {secret} at Clerk: {told}");
        }
    }
}

/// A thing that never was, of the form of ours.
fn never(thing: Thing) -> String {
    match thing {
        Thing::Task | Thing::Trashed | Thing::Comment => Uuid::now_v7().to_string(),
        Thing::MailToken => "A".repeat(43),
        Thing::Invitation => format!("orginv_{}", Uuid::now_v7().simple()),
        Thing::Caller | Thing::Member => format!("user_{}", Uuid::now_v7().simple()),
    }
}

/// The statuses of several requests, each once, in order.
fn cell(answers: &[Answer]) -> String {
    let mut statuses: Vec<String> = answers.iter().map(|answer| answer.status.as_u16().to_string()).collect();
    statuses.sort();
    statuses.dedup();
    if statuses.is_empty() { "-".into() } else { statuses.join("+") }
}
