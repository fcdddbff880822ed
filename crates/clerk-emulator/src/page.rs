//! The page at `/`: who is there, where the keys are, and lines to paste into a terminal.

use axum::{extract::State, response::Html};

use crate::{Emulator, Person, PersonOrganization};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
table{border-collapse:collapse}td,th{text-align:left;padding:.25rem 1rem .25rem 0;vertical-align:top}\
tr+tr td{border-top:1px solid #ddd}small code{color:#666}\
pre{background:#f3f3f3;padding:.75rem;overflow-x:auto}pre i{color:#666}";

pub(crate) async fn index(State(emulator): State<Emulator>) -> Html<String> {
    let base = escape(&emulator.base_url());
    let people = emulator.people();
    let rows: String = people.iter().map(row).collect();
    let example = people.first().map_or("ada", handle);
    let example = escape(example);
    Html(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Local Clerk</title>\
         <style>{STYLE}</style><h1>Local Clerk</h1>\
         <p>A stand-in for Clerk on this machine. It signs whatever it is asked to: never expose it.</p>\
         <h2>People</h2><p>A name is a link to a session token of that person.</p>\
         <table><tr><th>name</th><th>person</th><th>organizations and roles</th></tr>\
         {rows}</table>\
         <h2>Addresses</h2><ul>\
         <li><a href=\"/.well-known/jwks.json\">{base}/.well-known/jwks.json</a>: public keys</li>\
         <li>{base}/v1: Backend API, with the secret key that was printed at the start as Bearer token</li>\
         <li><a href=\"/control/people\">{base}/control/people</a>: everybody, as JSON</li>\
         <li><a href=\"/control/deliveries\">{base}/control/deliveries</a>: webhooks that were sent, with every attempt</li></ul>\
         <h2>Lines to paste</h2><pre>\
         <i># a session token, which lives a minute</i>\n\
         curl '{base}/token/{example}'\n\
         <i># one for an hour, in no organization, with claims of version 1</i>\n\
         curl '{base}/token/{example}?org=none&amp;v=1&amp;ttl=3600'\n\
         <i># sign with a new key from now on</i>\n\
         curl -X POST '{base}/control/rotate-keys'\n\
         <i># send a webhook for everything there is</i>\n\
         curl -X POST '{base}/control/announce'\n\
         <i># back to the people of the seed</i>\n\
         curl -X POST '{base}/control/reset'</pre>"
    ))
}

/// What to call a person on the command line.
fn handle(person: &Person) -> &str {
    person.short_name.as_deref().unwrap_or(&person.id)
}

fn row(person: &Person) -> String {
    let seen = |own: &PersonOrganization| {
        let (slug, role, id) = (escape(&own.slug), escape(&own.role), escape(&own.id));
        format!("{slug} <code>{role}</code><br><small><code>{id}</code></small><br>")
    };
    let organizations: String = person.organizations.iter().map(seen).collect();
    let (handle, name) = (escape(handle(person)), escape(&person.name));
    let (email, id) = (escape(person.email.as_deref().unwrap_or_default()), escape(&person.id));
    format!(
        "<tr><td><a href=\"/token/{handle}\">{handle}</a></td>\
         <td>{name}<br>{email}<br><small><code>{id}</code></small></td><td>{organizations}</td></tr>"
    )
}

/// Text made safe for HTML and SVG, attributes included.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
