//! Everybody, and signing in as any of them with one click.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect},
};
use url::{Url, form_urlencoded};

use super::{PREFIX, html};
use crate::{
    ApiError, Emulator, InvitationStatus, Person, PersonOrganization, Result,
    extract::Path,
    frontend_api::visit::Visit,
    page::escape,
    state::{Place, State as Clerk},
};

/// How long the ticket of a click lives, in seconds.
const LIFETIME: i64 = 300;

pub(super) async fn page(State(emulator): State<Emulator>, visit: Visit) -> impl IntoResponse {
    let redirect = visit.query.text("redirect");
    let rows: String = emulator.people().iter().map(|person| row(person, redirect)).collect();
    let password = match emulator.settings().seed.password.as_deref() {
        Some(password) => format!("the password <code>{}</code> or ", escape(password)),
        None => String::new(),
    };
    let invited = emulator.read(invitations);
    html(
        "People",
        &format!(
            "<p>One click signs this browser in. By hand it is an e-mail address and {password}the code \
             <code>424242</code>, which is good for every address. Never expose this: it is whoever one says.</p>\
             <table><tr><th>person</th><th>sign in as</th></tr>{rows}</table>{invited}"
        ),
    )
}

fn row(person: &Person, redirect: Option<&str>) -> String {
    let handle = person.short_name.as_deref().unwrap_or(&person.id);
    let link = |organization: &str, text: &str| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("organization", organization);
        if let Some(redirect) = redirect {
            query.append_pair("redirect", redirect);
        }
        let href = format!("{PREFIX}/sign-in/{handle}?{}", query.finish());
        format!("<a class=\"in\" href=\"{}\">{text}</a>", escape(&href))
    };
    let own = |own: &PersonOrganization| {
        link(&own.id, &format!("{} <small>{}</small>", escape(&own.name), escape(&own.role)))
    };
    let mut links: String = person.organizations.iter().map(own).collect();
    links.push_str(&link("none", "<small>no organization</small>"));
    if person.banned {
        links = "banned".to_owned();
    }
    let (name, email) = (escape(&person.name), escape(person.email.as_deref().unwrap_or_default()));
    format!("<tr><td>{name}<br><small>{email}</small></td><td>{links}</td></tr>")
}

/// Those that wait for an answer, with the link their mail would hold.
fn invitations(state: &Clerk) -> String {
    let now = state.now();
    let pending = state.invitations.iter().filter(|own| own.status(now) == InvitationStatus::Pending);
    let rows: String = pending
        .map(|own| {
            let name = state.organization(&own.organization_id).map_or("", |own| own.name.as_str());
            format!(
                "<tr><td>{}</td><td>{} <small>{}</small></td>\
                 <td><a class=\"in\" href=\"{PREFIX}/v1/tickets/accept?ticket={}\">open the invitation</a></td></tr>",
                escape(&own.email_address),
                escape(name),
                escape(&own.role),
                escape(&own.ticket)
            )
        })
        .collect();
    match rows.is_empty() {
        true => rows,
        false => format!("<h2>Invited</h2><table>{rows}</table>"),
    }
}

/// Signs this browser out of whoever it was, and sends it on with a ticket.
pub(super) async fn sign_in(
    State(emulator): State<Emulator>,
    Path(user): Path<String>,
    visit: Visit,
) -> Result<impl IntoResponse> {
    let origin = visit.page.base();
    let target = target(&origin, visit.query.text("redirect").unwrap_or(&emulator.settings().home))?;
    let ticket = emulator.change(|state| {
        state.all_or_nothing(|state| {
            let user = state.find_user(&user)?.id.clone();
            let place = match visit.query.text("organization") {
                None => Place::Usual,
                Some("none") => Place::Personal,
                Some(id) => Place::Organization(id.to_owned()),
            };
            let client = visit.key.as_deref().and_then(|key| state.client_with_key(key)).map(|own| own.id.clone());
            if let (Some(client), true) = (client, state.settings.single_session_mode) {
                state.leave_all(&client)?;
            }
            Ok(state.create_sign_in_token(&user, place, LIFETIME)?.token)
        })
    })?;
    let mut target = target;
    target.query_pairs_mut().append_pair("__clerk_ticket", &ticket);
    Ok(Redirect::to(target.as_str()))
}

/// The ticket is a credential: it goes to a page of this origin and to no other.
fn target(origin: &str, path: &str) -> Result<Url> {
    let refused = || ApiError::value("redirect", "must be a path of this origin");
    let base = Url::parse(origin).map_err(|_| refused())?;
    let target = base.join(path).map_err(|_| refused())?;
    if target.origin() == base.origin() { Ok(target) } else { Err(refused()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_stays_on_its_origin() {
        let target = |path: &str| target("http://localhost:8000", path).map(|url| url.to_string());
        assert_eq!(target("/app/?tab=1").unwrap(), "http://localhost:8000/app/?tab=1");
        assert_eq!(target("http://localhost:8000/x").unwrap(), "http://localhost:8000/x");
        for bad in [
            "//evil.example/",
            "/\\evil.example",
            "https://evil.example",
            "http://localhost:8001/",
            "javascript:alert(1)",
        ] {
            assert!(target(bad).is_err(), "{bad}");
        }
    }
}
