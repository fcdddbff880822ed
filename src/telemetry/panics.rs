//! A panic is a line of the log, in the span it happened in, with the place it happened at.

use std::backtrace::Backtrace;
use std::panic::PanicHookInfo;

use super::scrub::scrub;

/// Logs panics from now on, instead of printing them.
pub(super) fn log() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        // Captured only if RUST_BACKTRACE says so.
        let backtrace = Backtrace::capture();
        let message = message(panic);
        let message = scrub(&message);
        tracing::error!(place, %message, %backtrace, "a panic");
    }));
}

fn message(panic: &PanicHookInfo<'_>) -> String {
    panic.payload_as_str().unwrap_or("of an unknown kind").to_owned()
}
