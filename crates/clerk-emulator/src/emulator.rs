//! The handle: shared state, settings and webhook queue behind one cheap clone.
//!
//! Every change goes through `change`, which keeps state, events and state file in step.

use std::{
    borrow::Borrow,
    collections::VecDeque,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;

use crate::{
    ApiError, Builder, Delivery, Result, Rotation, Seed, Session, SessionStatus, SigningKey, TokenKind, TokenRequest,
    WebhookSecret,
    faults::Saboteur,
    frontend_api::PublishableKey,
    persist,
    state::{Change, State},
    token::{self, Subject},
    webhook::{Dispatcher, Message, envelope},
};

/// How many events are kept for [`Emulator::take_events`].
const KEPT_EVENTS: usize = 10_000;

/// The issuer of an emulator that has neither been given one nor been served yet.
const UNSERVED_ISSUER: &str = "http://127.0.0.1:8001";

/// What does not change while an emulator lives.
pub(crate) struct Settings {
    pub(crate) seed: Seed,
    pub(crate) publishable_key: String,
    /// Where people and servers reach it, if not where it listens.
    pub(crate) address: Option<String>,
    pub(crate) authorized_party: Option<String>,
    pub(crate) state_file: Option<PathBuf>,
    /// Origins besides its own whose pages may call the Frontend API.
    pub(crate) allowed_origins: Vec<String>,
    /// The `node_modules` folder that holds Clerk's packages.
    pub(crate) npm: Option<PathBuf>,
    /// Path of the page that people come to after signing in; ends in a slash.
    pub(crate) home: String,
    pub(crate) application_name: String,
}

struct Inner {
    settings: Settings,
    key: PublishableKey,
    issuer: Option<String>,
    state: Mutex<State>,
    events: Mutex<VecDeque<Value>>,
    dispatcher: Arc<Dispatcher>,
    saboteur: Saboteur,
}

/// A running stand-in for one Clerk instance. Clones are the same instance.
#[derive(Clone)]
pub struct Emulator(Arc<Inner>);

impl Emulator {
    /// Starts with nobody, and with defaults for everything.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn new(
        settings: Settings,
        issuer: Option<String>,
        mut state: State,
        dispatcher: Arc<Dispatcher>,
        saboteur: Saboteur,
    ) -> Self {
        state.base_url = issuer.clone().unwrap_or_else(|| UNSERVED_ISSUER.to_owned());
        let (state, events) = (Mutex::new(state), Mutex::default());
        let key = PublishableKey::of(&settings.publishable_key);
        Self(Arc::new(Inner { settings, key, issuer, state, events, dispatcher, saboteur }))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// What the publishable key decides.
    pub(crate) fn key(&self) -> &PublishableKey {
        &self.0.key
    }

    pub(crate) fn dispatcher(&self) -> &Arc<Dispatcher> {
        &self.0.dispatcher
    }

    pub(crate) fn saboteur(&self) -> &Saboteur {
        &self.0.saboteur
    }

    /// The address it is served at, from which links are made and, unless set, the issuer.
    pub(crate) fn set_base_url(&self, url: String) {
        self.lock().base_url = url;
    }

    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.lock())
    }

    /// Changes the state, announces what happened in order, and writes the state file.
    pub(crate) fn change<T>(&self, work: impl FnOnce(&mut State) -> Result<T>) -> Result<T> {
        let mut state = self.lock();
        let outcome = work(&mut state);
        for change in std::mem::take(&mut state.outbox) {
            self.announce(&state.instance.id, &change);
        }
        let changed = std::mem::take(&mut state.changed);
        if let (true, Some(path)) = (changed, &self.0.settings.state_file) {
            persist::save(path, &state).map_err(|error| ApiError::internal(&format_args!("{error:#}")))?;
        }
        outcome
    }

    /// Called under the state's lock, so that events leave in the order of the changes.
    fn announce(&self, instance: &str, change: &Change) {
        let event = envelope(instance, change.kind, &change.data, change.timestamp);
        let fate = self.0.saboteur.fate(change.kind);
        let message = Message { event_type: change.kind.to_owned(), body: event.to_string().into_bytes().into() };
        self.0.dispatcher.send(&message, fate);
        let mut events = self.0.events.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..fate.copies {
            if events.len() == KEPT_EVENTS {
                events.pop_front();
            }
            let place = events.len().saturating_sub(fate.overtakes);
            events.insert(place, event.clone());
        }
    }

    /// The `iss` of its tokens.
    pub fn issuer(&self) -> String {
        let served = || self.read(|state| state.base_url.clone());
        self.0.issuer.clone().unwrap_or_else(served)
    }

    /// The address it is served at; what `CLERK_API_URL` should hold.
    pub fn base_url(&self) -> String {
        self.read(|state| state.base_url.clone())
    }

    /// `pk_test_…`
    pub fn publishable_key(&self) -> String {
        self.0.settings.publishable_key.clone()
    }

    /// `sk_test_…`, the Bearer token of its Backend API.
    pub fn secret_key(&self) -> String {
        self.read(|state| state.instance.secret_key.clone())
    }

    /// `whsec_…`, the secret that endpoints get when none is named for them.
    pub fn webhook_secret(&self) -> String {
        self.read(|state| state.instance.webhook_secret.clone())
    }

    /// The instance id of its webhook envelopes, and its first `kid`.
    pub fn instance_id(&self) -> String {
        self.read(|state| state.instance.id.clone())
    }

    /// The public keys as a JWKS.
    pub fn jwks(&self) -> Value {
        self.read(|state| state.keys.jwks())
    }

    /// The `kid` of the key that signs now.
    pub fn kid(&self) -> String {
        self.read(|state| state.keys.kid().to_owned())
    }

    /// The public key that signs now, as SPKI PEM.
    pub fn public_key_pem(&self) -> String {
        self.read(|state| state.keys.signing().public_pem().to_owned())
    }

    /// Replaces the signing key with a fresh one; answers the `kid` that signs from now on.
    ///
    /// # Errors
    /// When no key can be generated or the state file cannot be written.
    pub fn rotate_keys(&self, rotation: Rotation) -> Result<String> {
        let key = SigningKey::generate();
        let key = key.map_err(|error| ApiError::internal(&format_args!("{error:#}")))?;
        self.rotate_keys_to(rotation, Arc::new(key))
    }

    /// Replaces the signing key with this one; answers the `kid` that signs from now on.
    ///
    /// # Errors
    /// When the state file cannot be written.
    pub fn rotate_keys_to(&self, rotation: Rotation, key: Arc<SigningKey>) -> Result<String> {
        self.change(|state| {
            state.changed = true;
            state.keys.rotate(rotation, key);
            Ok(state.keys.kid().to_owned())
        })
    }

    /// Takes a key out of the JWKS, the signing one too if it is named.
    ///
    /// # Errors
    /// 404 `resource_not_found` when no published key has this `kid`.
    pub fn withdraw_key(&self, kid: &str) -> Result<()> {
        self.change(|state| {
            state.changed = true;
            match state.keys.withdraw(kid) {
                true => Ok(()),
                false => Err(ApiError::not_found("key", kid)),
            }
        })
    }

    /// A token with this header and these claims, signed by the current key, nothing checked.
    pub fn sign(&self, header: impl Borrow<Value>, claims: impl Borrow<Value>) -> String {
        let key = self.read(|state| state.keys.signing());
        key.sign(header.borrow(), claims.borrow())
    }

    /// Mints a token; a session is found or made when the request names none.
    ///
    /// # Errors
    /// 404 `resource_not_found` for an unknown user, organization, session, or one that is over;
    /// 403 for a banned user.
    pub fn session_token(&self, request: impl Borrow<TokenRequest>) -> Result<String> {
        let request = request.borrow();
        self.change(|state| {
            let user = state.find_user(&request.user)?.id.clone();
            let session = match (&request.session, request.kind) {
                (_, kind) if kind != TokenKind::Session => None,
                (Some(id), _) => Some(own_session(state, id, &user)?),
                (None, _) => Some(state.session_for(&user)?),
            };
            self.mint(state, request, &user, session.as_ref())
        })
    }

    /// A token of that user and session; whatever else the request says of them is not looked at.
    pub(crate) fn mint(
        &self,
        state: &State,
        request: &TokenRequest,
        user: &str,
        session: Option<&Session>,
    ) -> Result<String> {
        let active = match &request.organization {
            Some(id) => {
                let organization = state.organization(id)?;
                let membership = state.member(id, user)?;
                Some((organization, membership, state.access(organization, membership)))
            }
            None => None,
        };
        let own_plan = state.plan_of_user(user).filter(|_| active.is_none());
        let subject = Subject {
            own_plan,
            issuer: self.0.issuer.as_deref().unwrap_or(&state.base_url),
            kid: state.keys.kid(),
            party: self.0.settings.authorized_party.as_deref(),
            now: state.now() / 1000,
            user,
            session: session.filter(|_| request.kind == TokenKind::Session),
            active,
        };
        let (header, claims) = token::mint(request, &subject);
        Ok(state.keys.signing().sign(&header, &claims))
    }

    /// Sends every later event to this address, signed with this secret.
    ///
    /// # Errors
    /// When the secret is not a webhook secret.
    pub fn add_webhook_endpoint(&self, url: impl Into<String>, secret: &str) -> anyhow::Result<()> {
        let secret = WebhookSecret::parse(secret)?;
        self.0.dispatcher.add_endpoint(url.into(), secret);
        Ok(())
    }

    /// Every delivery it remembers, oldest first, with its attempts.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.0.dispatcher.deliveries()
    }

    /// Sends a message again to every endpoint it went to, under its old id.
    ///
    /// # Errors
    /// 404 `resource_not_found` when no delivery has this id.
    pub fn redeliver(&self, id: &str) -> Result<()> {
        match self.0.dispatcher.redeliver(id) {
            true => Ok(()),
            false => Err(ApiError::not_found("delivery", id)),
        }
    }

    /// The envelopes of all events since the last call, oldest first; the oldest of more than
    /// 10 000 are dropped. Faults of webhooks show here too: what is lost is not there.
    pub fn take_events(&self) -> Vec<Value> {
        let mut events = self.0.events.lock().unwrap_or_else(PoisonError::into_inner);
        events.drain(..).collect()
    }

    /// An envelope of this instance around any data, as of now; it is not sent.
    pub fn event(&self, kind: &str, data: impl Borrow<Value>) -> Value {
        self.read(|state| envelope(&state.instance.id, kind, data.borrow(), state.now()))
    }
}

/// The session, if it is one of that user and still open.
fn own_session(state: &State, id: &str, user: &str) -> Result<Session> {
    let session = state.session(id)?;
    if session.user_id == user && session.status(state.now()) == SessionStatus::Active {
        return Ok(session.clone());
    }
    Err(ApiError::not_found("active session", id))
}
