//! Sign-ins on their way: who it is about, and by which first factor it is being shown.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Password, Session, State, User,
    client::{Arrival, Place},
    tickets::Ticket,
};
use crate::{
    error::{ApiError, Result},
    ids,
};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The code that every e-mail verification accepts: Clerk's own for test addresses, and no mail is ever sent.
pub(crate) const CODE: &str = "424242";

/// A way to show who one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Factor {
    Password,
    EmailCode,
    Ticket,
}

impl Factor {
    /// The word on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::EmailCode => "email_code",
            Self::Ticket => "ticket",
        }
    }

    /// A first factor that somebody can be asked for.
    pub(crate) fn parse(strategy: &str) -> Result<Self> {
        match strategy {
            "password" => Ok(Self::Password),
            "email_code" => Ok(Self::EmailCode),
            other => {
                let message = format!("The local Clerk knows the strategies password and email_code, not {other}");
                Err(ApiError::bad_request("strategy_for_user_invalid", message)
                    .with_meta(json!({ "param_name": "strategy" })))
            }
        }
    }
}

/// A sign-in that has begun. Times are milliseconds since 1970.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SignIn {
    pub(crate) id: String,
    /// As it was typed.
    pub(crate) identifier: Option<String>,
    pub(crate) user_id: Option<String>,
    pub(crate) factor: Option<Factor>,
    pub(crate) created_session_id: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) abandon_at: i64,
}

/// What a browser gives to show who somebody is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Proof<'a> {
    pub(crate) password: Option<&'a str>,
    pub(crate) code: Option<&'a str>,
}

impl State {
    /// A new sign-in of that client, which replaces the one it was in the middle of.
    pub(crate) fn begin_sign_in(&mut self, client: &str, identifier: Option<&str>) -> Result<SignIn> {
        self.check_free(client)?;
        let user = match identifier {
            None => None,
            Some(identifier) => Some(self.identified(identifier)?.id.clone()),
        };
        let now = self.tick();
        let sign_in = SignIn {
            id: ids::fresh("sia_"),
            identifier: identifier.map(str::to_owned),
            user_id: user,
            factor: None,
            created_session_id: None,
            created_at: now,
            abandon_at: now + DAY_MS,
        };
        self.client_mut(client)?.sign_in = Some(sign_in.clone());
        Ok(sign_in)
    }

    fn identified(&self, identifier: &str) -> Result<&User> {
        let named = |user: &&User| user.username.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(identifier));
        let found = self.user_with_email(identifier).or_else(|| self.users.iter().find(named));
        found.ok_or_else(|| {
            let message = "Couldn't find your account.";
            ApiError::invalid("form_identifier_not_found", "identifier", message)
        })
    }

    /// The sign-in with this id, if it is the one that client is in the middle of.
    pub(crate) fn sign_in(&self, client: &str, id: &str) -> Result<&SignIn> {
        let own = self.client(client)?.sign_in.as_ref();
        let now = self.now();
        let found = own.filter(|sign_in| sign_in.id == id && sign_in.abandon_at > now);
        found.ok_or_else(|| ApiError::not_found("sign in", id))
    }

    /// Chooses how the person will show who they are; a code counts as sent.
    pub(crate) fn prepare_sign_in(&mut self, client: &str, factor: Factor) -> Result<SignIn> {
        let own = self.client_mut(client)?.sign_in.as_mut();
        let sign_in = own.ok_or_else(|| ApiError::not_found("sign in", client))?;
        if sign_in.user_id.is_none() {
            return Err(ApiError::missing("identifier"));
        }
        sign_in.factor = Some(factor);
        Ok(sign_in.clone())
    }

    /// Finishes the sign-in when the proof is good.
    pub(crate) fn attempt_sign_in(
        &mut self,
        client: &str,
        factor: Factor,
        proof: Proof<'_>,
        origin: &str,
    ) -> Result<SignIn> {
        let mut sign_in = self.prepare_sign_in(client, factor)?;
        let user = sign_in.user_id.clone().unwrap_or_default();
        self.check_proof(&user, factor, proof)?;
        self.check_free(client)?;
        let strategy = factor.as_str();
        let session = self.arrive(client, &Arrival { user: &user, place: Place::Usual, origin, strategy })?;
        sign_in.created_session_id = Some(session.id);
        Ok(sign_in)
    }

    /// Whether the proof shows that it is this person.
    pub(crate) fn check_proof(&self, user: &str, factor: Factor, proof: Proof<'_>) -> Result<()> {
        match factor {
            Factor::Password => {
                let given = proof.password.ok_or_else(|| ApiError::missing("password"))?;
                let own = self.user(user)?.password.as_ref();
                if own.is_some_and(|own: &Password| own.is(given)) {
                    return Ok(());
                }
                let message = "Password is incorrect. Try again, or use another method.";
                Err(ApiError::invalid("form_password_incorrect", "password", message))
            }
            Factor::EmailCode => check_code(proof.code),
            Factor::Ticket => Err(ApiError::bad_request("ticket_invalid_code", "A ticket cannot be attempted twice")),
        }
    }

    /// Signs in by a ticket: a sign-in token, or an invitation to somebody who is known already.
    pub(crate) fn sign_in_by_ticket(&mut self, client: &str, ticket: &str, origin: &str) -> Result<SignIn> {
        self.check_free(client)?;
        let (user, place) = match self.ticket(ticket)? {
            Ticket::SignIn(token) => self.use_sign_in_token(&token)?,
            Ticket::Invitation(id) => {
                let address = self.invitation(&id)?.email_address.clone();
                let user = self.user_with_email(&address).map(|user| user.id.clone());
                let user = user.ok_or_else(|| {
                    let message = "There is no account for the invited address yet: sign up first.";
                    ApiError::bad_request("invitation_account_not_exists", message)
                })?;
                let membership = self.accept_invitation(&id)?;
                (user, Place::Organization(membership.organization_id))
            }
        };
        let identifier = self.user(&user)?.email().map(str::to_owned);
        let mut sign_in = self.begin_sign_in(client, None)?;
        let arrival = Arrival { user: &user, place, origin, strategy: "ticket" };
        let session: Session = self.arrive(client, &arrival)?;
        sign_in.identifier = identifier;
        sign_in.user_id = Some(user);
        sign_in.factor = Some(Factor::Ticket);
        sign_in.created_session_id = Some(session.id);
        Ok(sign_in)
    }
}

/// Whether it is the one code that there is.
pub(crate) fn check_code(given: Option<&str>) -> Result<()> {
    match given {
        None => Err(ApiError::missing("code")),
        Some(code) if code.replace(' ', "") == CODE => Ok(()),
        Some(_) => Err(ApiError::invalid("form_code_incorrect", "code", "Incorrect code")),
    }
}
