//! A stream of server-sent events, read as it comes.

use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::Value;

/// Longer than anything should take that is not a mistake.
const PATIENCE: Duration = Duration::from_secs(20);

/// An open stream.
pub struct Stream {
    body: Body,
    text: String,
    read: usize,
}

/// An event of it.
#[derive(Debug)]
pub struct Event {
    pub name: String,
    pub id: String,
    pub data: Value,
}

impl Stream {
    pub fn of(response: Response) -> Self {
        assert_eq!(response.status(), 200);
        Self { body: response.into_body(), text: String::new(), read: 0 }
    }

    /// The next event, which is to be of this name.
    pub async fn event(&mut self, name: &str) -> Event {
        loop {
            let event = self.next().await.unwrap_or_else(|| panic!("the stream ended before {name}: {}", self.text));
            if let Some(event) = event {
                assert_eq!(event.name, name, "{}", self.text);
                return event;
            }
        }
    }

    /// The next event of this name, whatever comes before it.
    pub async fn until(&mut self, name: &str) -> Event {
        loop {
            let event = self.next().await.unwrap_or_else(|| panic!("the stream ended before {name}: {}", self.text));
            if let Some(event) = event.filter(|event| event.name == name) {
                return event;
            }
        }
    }

    /// Fails unless nothing comes any more.
    pub async fn ended(&mut self) {
        assert!(self.next().await.is_none(), "{}", self.text);
    }

    /// Everything so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The next block; a comment is none.
    async fn next(&mut self) -> Option<Option<Event>> {
        loop {
            if let Some(end) = self.text[self.read..].find("\n\n") {
                let block = self.text[self.read..self.read + end].to_owned();
                self.read += end + 2;
                return Some(parse(&block));
            }
            let frame = tokio::time::timeout(PATIENCE, self.body.frame()).await;
            let frame = frame.unwrap_or_else(|_| panic!("nothing comes after {}", self.text))?;
            self.text.push_str(std::str::from_utf8(&frame.unwrap().into_data().unwrap()).unwrap());
        }
    }
}

fn parse(block: &str) -> Option<Event> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim);
    let name = field("event")?.to_owned();
    let data = serde_json::from_str(field("data")?).unwrap();
    Some(Event { name, id: field("id").unwrap_or_default().to_owned(), data })
}
