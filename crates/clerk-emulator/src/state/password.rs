//! Passwords as they are kept: salted and stretched, though only as far as a development tool needs.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::ids;

const ROUNDS: NonZeroU32 = NonZeroU32::new(1000).expect("it is not 0");
const LENGTH: usize = 32;

/// What is left of a password.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Password {
    salt: String,
    digest: String,
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(secret)")
    }
}

impl Password {
    pub(crate) fn new(text: &str) -> Self {
        let salt = ids::hex(16);
        let mut digest = [0; LENGTH];
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ROUNDS, salt.as_bytes(), text.as_bytes(), &mut digest);
        Self { salt, digest: STANDARD.encode(digest) }
    }

    pub(crate) fn is(&self, text: &str) -> bool {
        let Ok(digest) = STANDARD.decode(&self.digest) else {
            return false;
        };
        let verdict =
            pbkdf2::verify(pbkdf2::PBKDF2_HMAC_SHA256, ROUNDS, self.salt.as_bytes(), text.as_bytes(), &digest);
        verdict.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_only_itself_and_is_not_kept() {
        let kept = Password::new("not-a-secret");
        assert!(kept.is("not-a-secret"));
        assert!(!kept.is("not-a-secre") && !kept.is(""));
        let text = serde_json::to_string(&kept).unwrap() + &format!("{kept:?}");
        assert!(!text.contains("not-a-secret"), "{text}");
        assert_ne!(kept, Password::new("not-a-secret"));
    }
}
