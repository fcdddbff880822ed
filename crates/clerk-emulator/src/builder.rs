//! Putting an emulator together: seed or state file, key, addresses, retry schedule.

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::Result;

use crate::{
    Emulator, RateLimits, Seed, SigningKey, emulator::Settings, faults::Saboteur, ids, keys::KeyRing, persist,
    state::State, webhook::Dispatcher,
};

/// Clerk's test key for the host `clerk.localhost`, which reaches nobody.
const PUBLISHABLE_KEY: &str = "pk_test_Y2xlcmsubG9jYWxob3N0JA";

/// Svix's documented delays before each attempt, in seconds.
const RETRY_SECONDS: [u64; 8] = [0, 5, 300, 1800, 7200, 18_000, 36_000, 36_000];

/// Settings of an [`Emulator`] to be; everything has a default.
#[derive(Debug)]
#[must_use]
pub struct Builder {
    seed: Seed,
    signing_key: Option<Arc<SigningKey>>,
    issuer: Option<String>,
    publishable_key: String,
    secret_key: Option<String>,
    address: Option<String>,
    authorized_party: Option<String>,
    state_file: Option<PathBuf>,
    allowed_origins: Vec<String>,
    npm: Option<PathBuf>,
    home: String,
    application_name: String,
    retry_schedule: Vec<Duration>,
    rate_limits: Option<RateLimits>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            seed: Seed::empty(),
            signing_key: None,
            issuer: None,
            publishable_key: PUBLISHABLE_KEY.to_owned(),
            secret_key: None,
            address: None,
            authorized_party: None,
            state_file: None,
            allowed_origins: Vec::new(),
            npm: None,
            home: "/".to_owned(),
            application_name: "Local Clerk".to_owned(),
            retry_schedule: RETRY_SECONDS.map(Duration::from_secs).to_vec(),
            rate_limits: None,
        }
    }
}

impl Builder {
    /// Who is there at the start, unless a state file says so; nobody by default.
    pub fn seed(mut self, seed: Seed) -> Self {
        self.seed = seed;
        self
    }

    /// A key made earlier, so that many emulators share the time it took.
    pub fn signing_key(mut self, key: Arc<SigningKey>) -> Self {
        self.signing_key = Some(key);
        self
    }

    /// The `iss` of tokens; the address it is served at by default.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into().trim_end_matches('/').to_owned());
        self
    }

    /// The publishable key to hand out; the one for `clerk.localhost` by default.
    pub fn publishable_key(mut self, key: impl Into<String>) -> Self {
        self.publishable_key = key.into();
        self
    }

    /// The key of the Backend API, also where a state file has another; a fresh one by default.
    pub fn secret_key(mut self, key: impl Into<String>) -> Self {
        self.secret_key = Some(key.into());
        self
    }

    /// Where it is reached, as links to it and the `iss` of tokens say; where it listens by default.
    pub fn address(mut self, url: impl Into<String>) -> Self {
        self.address = Some(url.into().trim_end_matches('/').to_owned());
        self
    }

    /// The `azp` of minted tokens; none by default.
    pub fn authorized_party(mut self, origin: impl Into<String>) -> Self {
        self.authorized_party = Some(origin.into());
        self
    }

    /// Where to keep everything, keys included; read instead of the seed when it exists.
    pub fn state_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.state_file = Some(path.into());
        self
    }

    /// Lets pages of this origin call the Frontend API at the emulator's own address, besides pages that reach it
    /// under their own.
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.allowed_origins.push(origin.into().trim_end_matches('/').to_owned());
        self
    }

    /// The `node_modules` folder in which `@clerk/clerk-js` and `@clerk/ui` are installed, whose files it serves.
    pub fn npm(mut self, folder: impl Into<PathBuf>) -> Self {
        self.npm = Some(folder.into());
        self
    }

    /// Path of the page that people come to when they are signed in, such as `/app/`; `/` by default.
    pub fn home(mut self, path: impl Into<String>) -> Self {
        let path = path.into();
        self.home = format!("/{}/", path.trim_matches('/')).replace("//", "/");
        self
    }

    /// What Clerk's components call the application.
    pub fn application_name(mut self, name: impl Into<String>) -> Self {
        self.application_name = name.into();
        self
    }

    /// Delays before each webhook attempt, the first included; Svix's own by default.
    pub fn retry_schedule(mut self, delays: Vec<Duration>) -> Self {
        self.retry_schedule = delays;
        self
    }

    /// Keeps these rate limits; none by default.
    pub fn rate_limits(mut self, limits: RateLimits) -> Self {
        self.rate_limits = Some(limits);
        self
    }

    /// Makes the emulator. Nothing listens yet.
    ///
    /// # Errors
    /// When the seed contradicts itself, the state file cannot be read or written, or no key can
    /// be generated.
    pub fn build(self) -> Result<Emulator> {
        let stored = match &self.state_file {
            Some(path) => persist::load(path)?,
            None => None,
        };
        let mut state = match stored {
            Some(mut state) => {
                self.seed.give_passwords(&mut state);
                state
            }
            None => fresh_state(&self.seed, self.signing_key)?,
        };
        if let Some(key) = self.secret_key {
            state.instance.secret_key = key;
        }
        if let Some(path) = &self.state_file {
            persist::save(path, &state)?;
        }
        let settings = Settings {
            seed: self.seed,
            publishable_key: self.publishable_key,
            address: self.address,
            authorized_party: self.authorized_party,
            state_file: self.state_file,
            allowed_origins: self.allowed_origins,
            npm: self.npm,
            home: self.home,
            application_name: self.application_name,
        };
        let dispatcher = Dispatcher::new(self.retry_schedule);
        Ok(Emulator::new(settings, self.issuer, state, dispatcher, Saboteur::limited(self.rate_limits)))
    }
}

fn fresh_state(seed: &Seed, key: Option<Arc<SigningKey>>) -> Result<State> {
    let key = match key {
        Some(key) => key,
        None => Arc::new(SigningKey::generate()?),
    };
    let mut state = State::new(KeyRing::new(ids::fresh("ins_"), key));
    seed.plant(&mut state)?;
    Ok(state)
}
