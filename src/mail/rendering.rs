//! From MJML to the HTML that mail programs understand. Done when a template changes, never when a mail is sent.

use anyhow::{Context, Result, ensure};
use mrml::prelude::render::RenderOptions;

use super::Kind;

/// Where the HTML is kept, from the root of the repository.
pub const FOLDER: &str = "src/mail/rendered";

/// What every mail has around its letter.
const FRAME: &str = include_str!("templates/frame.mjml");

/// Where in the frame the letter stands. An `mj-include` would not be told how wide it may be.
const LETTER: &str = "<!-- letter -->";

/// The HTML of a kind, with places for what differs from mail to mail.
///
/// # Errors
/// When the MJML cannot be read.
pub fn html(kind: Kind) -> Result<String> {
    let parsed = mrml::parse(FRAME.replace(LETTER, kind.template().mjml));
    let parsed = parsed.with_context(|| format!("reading the MJML of {}", kind.name()))?;
    ensure!(parsed.warnings.is_empty(), "the MJML of {} holds what nobody knows", kind.name());
    let options =
        RenderOptions { disable_comments: true, fonts: std::collections::HashMap::new(), ..RenderOptions::default() };
    let html = parsed.element.render(&options).with_context(|| format!("rendering {}", kind.name()))?;
    Ok(html + "\n")
}

/// What is kept of a kind.
pub fn kept(kind: Kind) -> &'static str {
    kind.template().html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_what_the_sources_say() {
        for kind in Kind::ALL {
            let name = kind.name();
            assert!(html(kind).unwrap() == kept(kind), "{FOLDER}/{name}.html is stale: run `cargo run -- mail render`");
        }
    }
}
