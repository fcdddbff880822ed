//! Moving the time: tokens are dated later, sessions and invitations run out, periods and trials end.

use std::time::Duration;

use crate::{Emulator, Result, state::State};

impl Emulator {
    /// Moves its time ahead of the machine's by this much more, and lets happen what falls into it:
    /// billing periods and trials that are over then end, with their events.
    ///
    /// Tokens are dated by it, so that a verifier with the machine's time may refuse them as not yet valid.
    ///
    /// # Errors
    /// 500 when the state file cannot be written.
    pub fn advance_clock(&self, by: Duration) -> Result<()> {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.change(|state| {
            state.set_ahead(state.ahead().saturating_add(by));
            state.end_due_periods();
            Ok(())
        })
    }

    /// Goes back to the machine's time. What has happened stays so, with its dates.
    ///
    /// # Errors
    /// 500 when the state file cannot be written.
    pub fn reset_clock(&self) -> Result<()> {
        self.change(|state| {
            state.set_ahead(0);
            Ok(())
        })
    }

    /// Milliseconds since 1970 by its own time.
    pub fn now(&self) -> i64 {
        self.read(State::now)
    }
}
