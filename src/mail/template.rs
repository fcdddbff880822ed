//! From a template and what is to be said to a subject, a plain text and an HTML page.
//!
//! Values come from people whom nobody vouches for: in HTML they are always escaped, in a subject they stay on one line.

use anyhow::{Context, Result};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use serde::Serialize;

use super::Kind;

/// The longest subject, in characters.
const SUBJECT: usize = 120;

/// What fills the places of a template.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Words {
    /// Who receives it, by name.
    pub recipient: String,
    /// The organization it is about.
    pub organization: String,
    /// The title of the task it is about.
    pub task: String,
    /// Who did it, by name.
    pub by: String,
    /// Of what there is as much as the plan allows.
    pub limit: &'static str,
    /// Where the product is; none where nobody said so.
    pub app: Option<String>,
    /// Where this person gets no more mail of this kind.
    pub unsubscribe: String,
}

/// A mail in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// One line.
    pub subject: String,
    /// For those who read plain text.
    pub text: String,
    /// For all others.
    pub html: String,
}

/// Writes a mail.
///
/// # Errors
/// When a template names what there is not.
pub fn write(kind: Kind, words: &Words) -> Result<Written> {
    #[derive(Serialize)]
    struct Page<'a> {
        subject: &'a str,
        #[serde(flatten)]
        words: &'a Words,
    }
    let template = kind.template();
    let plain = |text| filled(text, AutoEscape::None, Value::from(Serde(words)));
    let subject = one_line(&plain(template.subject)?);
    let page = Value::from(Serde(Page { subject: &subject, words }));
    let html = filled(template.html, AutoEscape::Html, page)?;
    Ok(Written { text: plain(template.text)?, html, subject })
}

fn filled(template: &str, escape: AutoEscape, values: Value) -> Result<String> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(move |_| escape.clone());
    let syntax = SyntaxConfig::builder().trim_blocks(true).keep_trailing_newline(true).build();
    environment.set_syntax(syntax.context("the syntax of templates")?);
    environment.render_str(template, values).context("a template of a mail")
}

/// A line break would begin another header, were it not for the library; nor should there be any other character that is
/// not to be seen.
fn one_line(text: &str) -> String {
    let visible: String = text.chars().map(|c| if c.is_control() || is_invisible(c) { ' ' } else { c }).collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SUBJECT {
        return line;
    }
    line.chars().take(SUBJECT - 1).chain(['…']).collect()
}

/// Characters that turn the direction of text or end a line.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::sample;

    #[test]
    fn every_kind_fills_every_place() {
        for kind in Kind::ALL {
            let Written { subject, text, html } = write(kind, &sample::words(kind)).unwrap();
            for part in [&subject, &text, &html] {
                assert!(!part.is_empty() && !part.contains("{{") && !part.contains("{%"), "{kind:?}: {part}");
            }
            assert!(text.contains("https://") && !subject.contains('\n'), "{subject}\n{text}");
        }
    }

    #[test]
    fn what_people_wrote_stays_text() {
        let words =
            Words { task: "<script>alert(1)</script> & \"x\" {{ by }}".into(), ..sample::words(Kind::TaskAssigned) };
        let Written { subject, text, html } = write(Kind::TaskAssigned, &words).unwrap();
        assert!(html.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt; &amp; &quot;x&quot; {{ by }}"), "{html}");
        assert!(!html.contains("<script>alert"));
        assert!(text.contains(&words.task) && subject.contains(&words.task));
    }

    #[test]
    fn a_subject_is_one_line_that_can_be_read() {
        let task = "a\r\nBcc: somebody@example.com\u{202e}\u{2028}\tb".to_owned();
        let written = write(Kind::TaskAssigned, &Words { task, ..sample::words(Kind::TaskAssigned) }).unwrap();
        assert_eq!(written.subject, "Assigned to you: a Bcc: somebody@example.com b");
        let long = write(Kind::TaskAssigned, &Words { task: "ä".repeat(300), ..Words::default() }).unwrap();
        assert_eq!(long.subject.chars().count(), 120);
    }

    #[test]
    fn nothing_is_loaded_from_anywhere() {
        for kind in Kind::ALL {
            let html = kind.template().html.to_lowercase();
            for word in ["<img", "<link", "url(", "@import", "<script", "src=", "background=\"http"] {
                assert!(!html.contains(word), "{kind:?} has {word}");
            }
        }
    }
}
