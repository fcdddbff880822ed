//! The level of the log may be changed while the program runs: SIGUSR1 switches to `debug`, and back.

use tracing_subscriber::{EnvFilter, reload};

/// What `tenantry`'s own parts say when everything is wanted; its libraries' words would drown theirs.
const EVERYTHING: &str = "info,tenantry=debug";

/// Changes the level of the log.
pub(super) struct Verbosity<S> {
    handle: reload::Handle<EnvFilter, S>,
    usual: String,
}

impl<S> Verbosity<S> {
    pub(super) fn new(handle: reload::Handle<EnvFilter, S>, usual: String) -> Self {
        Self { handle, usual }
    }

    /// Says everything, or what was configured.
    fn set(&self, everything: bool) {
        let directives = if everything { EVERYTHING } else { self.usual.as_str() };
        if let Ok(filter) = EnvFilter::try_new(directives) {
            let _ = self.handle.reload(filter);
        }
        tracing::info!(directives, "the level of the log was changed");
    }
}

/// Changes the level at every SIGUSR1, from now on.
#[cfg(unix)]
pub(super) fn obey_signals<S: Send + Sync + 'static>(verbosity: Verbosity<S>) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut asked) = signal(SignalKind::user_defined1()) else { return };
    tokio::spawn(async move {
        let mut everything = false;
        while asked.recv().await.is_some() {
            everything = !everything;
            verbosity.set(everything);
        }
    });
}

#[cfg(not(unix))]
pub(super) fn obey_signals<S>(_: Verbosity<S>) {}
