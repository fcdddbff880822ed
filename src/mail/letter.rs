//! From words to a message with all its headers.

use anyhow::{Context, Result};
use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use uuid::Uuid;

use super::Written;

/// Who sends.
#[derive(Debug, Clone)]
pub(super) struct Sender {
    from: Mailbox,
    links: String,
}

impl Sender {
    /// `links` is where this server is reached.
    pub(super) fn new(from: Mailbox, links: String) -> Self {
        Self { from, links }
    }

    /// Where whoever has this token gets no more mail.
    pub(super) fn unsubscribe(&self, token: &str) -> String {
        format!("{}/mail/unsubscribe/{token}", self.links)
    }

    /// A message.
    pub(super) fn letter(&self, letter: Letter) -> Result<Message> {
        let Letter { id, to, unsubscribe, written } = letter;
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(written.subject)
            .date_now()
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            // No holiday notices in return (RFC 3834).
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .raw_header(header("List-Unsubscribe", &format!("<{unsubscribe}>")));
        // One click needs https (RFC 8058).
        if unsubscribe.starts_with("https://") {
            message = message.raw_header(header("List-Unsubscribe-Post", ONE_CLICK));
        }
        let parts = MultiPart::alternative_plain_html(written.text, written.html);
        message.multipart(parts).context("putting a message together")
    }
}

/// What a mail program posts to unsubscribe (RFC 8058).
pub(super) const ONE_CLICK: &str = "List-Unsubscribe=One-Click";

/// What is to be sent to whom.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The same however often it is sent, so that a second one can be told.
    pub id: Uuid,
    /// Whom.
    pub to: Mailbox,
    /// Where they get no more of this kind.
    pub unsubscribe: String,
    /// What.
    pub written: Written,
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}
