//! `/tickets/accept`: where the link of an invitation leads, and on to a page that signs in or up with the ticket.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect},
};
use url::Url;

use super::visit::Visit;
use crate::{ApiError, Emulator, Result, state::Ticket};

pub(super) async fn accept(State(emulator): State<Emulator>, visit: Visit) -> Result<impl IntoResponse> {
    let ticket = visit.query.required("ticket")?;
    let (status, redirect) = emulator.read(|state| match state.ticket(ticket)? {
        Ticket::SignIn(_) => Ok(("sign_in", None)),
        Ticket::Invitation(id) => {
            let invitation = state.invitation(&id)?;
            let status = match state.user_with_email(&invitation.email_address) {
                Some(_) => "sign_in",
                None => "sign_up",
            };
            Ok::<_, ApiError>((status, invitation.redirect_url.clone()))
        }
    })?;
    let page = if status == "sign_in" { "sign-in" } else { "sign-up" };
    let default = || format!("{}{}{page}", visit.page.origin(), emulator.settings().home);
    let mut url = Url::parse(&redirect.unwrap_or_else(default))
        .map_err(|_| ApiError::bad_request("redirect_url_invalid", "The invitation's redirect_url is no address"))?;
    url.query_pairs_mut().append_pair("__clerk_ticket", ticket).append_pair("__clerk_status", status);
    Ok(Redirect::to(url.as_str()))
}
