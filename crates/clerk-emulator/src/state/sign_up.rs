//! Sign-ups on their way: what is known of the person to be, and whether their address is shown to be theirs.

use serde::{Deserialize, Serialize};

use super::{
    Metadata, NewUser, Password, State,
    client::{Arrival, Place},
    is_email,
    tickets::Ticket,
    user::check_password,
};
use crate::{
    error::{ApiError, Result},
    ids,
};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// How far the verification of the address has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AddressProof {
    #[default]
    None,
    /// A code counts as sent.
    CodeSent,
    Code,
    Ticket,
}

impl AddressProof {
    pub(crate) fn is_good(self) -> bool {
        matches!(self, Self::Code | Self::Ticket)
    }
}

/// A sign-up that has begun. Times are milliseconds since 1970.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct SignUp {
    pub(crate) id: String,
    pub(crate) email_address: Option<String>,
    pub(crate) proof: AddressProof,
    pub(crate) password: Option<Password>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) unsafe_metadata: Metadata,
    /// Of the invitation whose ticket it began with.
    pub(crate) invitation_id: Option<String>,
    pub(crate) created_session_id: Option<String>,
    pub(crate) created_user_id: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) abandon_at: i64,
}

impl SignUp {
    /// Required fields that are not there yet.
    pub(crate) fn missing(&self) -> Vec<&'static str> {
        let fields = [("email_address", self.email_address.is_some()), ("password", self.password.is_some())];
        fields.into_iter().filter(|(_, there)| !there).map(|(name, _)| name).collect()
    }

    /// Whether the address is given and not yet shown to be theirs.
    pub(crate) fn is_unverified(&self) -> bool {
        self.email_address.is_some() && !self.proof.is_good()
    }
}

/// What a browser says of the person to be; the outer `None` leaves a field alone.
#[derive(Clone, Debug, Default)]
pub(crate) struct SignUpFields {
    pub(crate) email_address: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) first_name: Option<Option<String>>,
    pub(crate) last_name: Option<Option<String>>,
    pub(crate) username: Option<Option<String>>,
    pub(crate) unsafe_metadata: Option<Metadata>,
    pub(crate) ticket: Option<String>,
}

impl State {
    /// A new sign-up of that client, which replaces the one it was in the middle of.
    pub(crate) fn begin_sign_up(&mut self, client: &str, fields: SignUpFields, origin: &str) -> Result<SignUp> {
        self.check_free(client)?;
        let now = self.tick();
        let mut sign_up =
            SignUp { id: ids::fresh("sua_"), created_at: now, abandon_at: now + DAY_MS, ..SignUp::default() };
        if let Some(ticket) = &fields.ticket {
            let Ticket::Invitation(id) = self.ticket(ticket)? else {
                let message = "A sign-in token signs in and does not sign up";
                return Err(ApiError::bad_request("ticket_invalid_code", message));
            };
            sign_up.email_address = Some(self.invitation(&id)?.email_address.clone());
            sign_up.proof = AddressProof::Ticket;
            sign_up.invitation_id = Some(id);
        }
        self.client_mut(client)?.sign_up = Some(sign_up);
        self.update_sign_up(client, fields, origin)
    }

    /// The sign-up with this id, if it is the one that client is in the middle of.
    pub(crate) fn sign_up(&self, client: &str, id: &str) -> Result<&SignUp> {
        let own = self.client(client)?.sign_up.as_ref();
        let now = self.now();
        let found = own.filter(|sign_up| sign_up.id == id && sign_up.abandon_at > now);
        found.ok_or_else(|| ApiError::not_found("sign up", id))
    }

    pub(crate) fn update_sign_up(&mut self, client: &str, fields: SignUpFields, origin: &str) -> Result<SignUp> {
        if let Some(address) = &fields.email_address {
            self.check_new_address(address)?;
        }
        if let Some(password) = &fields.password {
            check_password(password, "password")?;
        }
        let sign_up = self.own_sign_up(client)?;
        if let Some(address) = fields.email_address
            && sign_up.invitation_id.is_none()
        {
            if sign_up.email_address.as_deref() != Some(&address) {
                sign_up.proof = AddressProof::None;
            }
            sign_up.email_address = Some(address);
        }
        if let Some(password) = &fields.password {
            sign_up.password = Some(Password::new(password));
        }
        let texts = [
            (&mut sign_up.first_name, fields.first_name),
            (&mut sign_up.last_name, fields.last_name),
            (&mut sign_up.username, fields.username),
        ];
        for (field, change) in texts {
            if let Some(value) = change {
                *field = value;
            }
        }
        if let Some(metadata) = fields.unsafe_metadata {
            sign_up.unsafe_metadata = metadata;
        }
        self.finish_sign_up(client, origin)
    }

    fn check_new_address(&self, address: &str) -> Result<()> {
        if !is_email(address) {
            let message = "email_address must be a valid email address.";
            return Err(ApiError::invalid("form_param_format_invalid", "email_address", message));
        }
        if self.user_with_email(address).is_some() {
            let message = "That email address is taken. Please try another.";
            return Err(ApiError::invalid("form_identifier_exists", "email_address", message));
        }
        Ok(())
    }

    fn own_sign_up(&mut self, client: &str) -> Result<&mut SignUp> {
        let own = self.client_mut(client)?.sign_up.as_mut();
        own.ok_or_else(|| ApiError::not_found("sign up", client))
    }

    /// A code counts as sent.
    pub(crate) fn prepare_sign_up(&mut self, client: &str) -> Result<SignUp> {
        let sign_up = self.own_sign_up(client)?;
        if sign_up.email_address.is_none() {
            return Err(ApiError::missing("email_address"));
        }
        if sign_up.is_unverified() {
            sign_up.proof = AddressProof::CodeSent;
        }
        Ok(sign_up.clone())
    }

    pub(crate) fn attempt_sign_up(&mut self, client: &str, code: Option<&str>, origin: &str) -> Result<SignUp> {
        super::sign_in::check_code(code)?;
        let sign_up = self.own_sign_up(client)?;
        if sign_up.proof != AddressProof::CodeSent {
            let message = "You need to send a verification code before attempting to verify.";
            return Err(ApiError::bad_request("verification_missing", message));
        }
        sign_up.proof = AddressProof::Code;
        self.finish_sign_up(client, origin)
    }

    /// Makes the person and their session once nothing is missing.
    fn finish_sign_up(&mut self, client: &str, origin: &str) -> Result<SignUp> {
        let mut sign_up = self.own_sign_up(client)?.clone();
        if !sign_up.missing().is_empty() || sign_up.is_unverified() {
            return Ok(sign_up);
        }
        let new = NewUser {
            email_addresses: sign_up.email_address.iter().cloned().collect(),
            first_name: sign_up.first_name.clone(),
            last_name: sign_up.last_name.clone(),
            username: sign_up.username.clone(),
            unsafe_metadata: sign_up.unsafe_metadata.clone(),
            ..NewUser::default()
        };
        let user = self.create_user_with(new, sign_up.password.clone())?;
        let place = match &sign_up.invitation_id {
            Some(id) => Place::Organization(self.accept_invitation(id)?.organization_id),
            None => Place::Usual,
        };
        let arrival = Arrival { user: &user.id, place, origin, strategy: "email_code" };
        let session = self.arrive(client, &arrival)?;
        sign_up.created_user_id = Some(user.id);
        sign_up.created_session_id = Some(session.id);
        Ok(sign_up)
    }
}
