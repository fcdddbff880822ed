//! Step-up: what cannot be undone asks that the caller verified a factor a short while ago.

use super::AuthUser;
use crate::clerk::reverification::Preset;
use crate::error::{Error, Result};

/// How fresh the verification must be; `None` asks for none. `REVERIFICATION_LEVEL`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepUp(pub Option<Preset>);

impl StepUp {
    /// Passes when the caller's factors are fresh enough. A token that tells no ages is not fresh.
    ///
    /// # Errors
    /// 403 `reverification_required`.
    pub fn demand(self, caller: &AuthUser) -> Result<()> {
        match self.0 {
            Some(demanded) if !demanded.demands().is_met(caller.factor_ages) => {
                Err(Error::ReverificationRequired { demanded })
            }
            _ => Ok(()),
        }
    }
}
