//! Takes out of a text what must not leave the program: a second fence, behind not putting it there.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex_lite::Regex;

/// What is put in its place.
pub const SCRUBBED: &str = "[scrubbed]";

/// Tokens, keys, credentials in addresses, e-mail addresses.
static SENSITIVE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"eyJ[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]*){0,2}",
        r"|(?i:bearer)\s+[^\s,;]+",
        r"|\b(sk|rk|pk)_(live|test)_[A-Za-z0-9_+/=-]+",
        r"|\bwhsec_[A-Za-z0-9+/=_-]+",
        r"|://[^/\s:@]*:[^@\s/]+@",
        r"|[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+",
    ))
    .expect("it is constant, and a test compiles it")
});

/// The text without tokens, keys, passwords in addresses and e-mail addresses.
#[must_use]
pub fn scrub(text: &str) -> Cow<'_, str> {
    SENSITIVE.replace_all(text, SCRUBBED)
}

#[cfg(test)]
mod tests {
    use super::{SCRUBBED, scrub};

    #[test]
    fn what_must_not_leave_is_taken_out() {
        let secrets = [
            "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyIn0.c2lnbmF0dXJl".to_owned(),
            "Bearer abc.def".to_owned(),
            format!("sk_{}_{}", "test", "n0tAKey"),
            format!("whsec_{}", "bm90IGEga2V5"),
            format!("postgres://app:{}@db.internal/app", "hunter2"),
            "ada.lovelace+x@mail.example.com".to_owned(),
        ];
        for secret in secrets {
            let text = format!("the cause: {secret} (again)");
            let clean = scrub(&text);
            assert!(clean.contains(SCRUBBED), "{clean}");
            for part in ["eyJ", "abc.def", "n0tAKey", "bm90", "hunter2", "lovelace"] {
                assert!(!clean.contains(part), "{part} is left in {clean}");
            }
            assert!(clean.starts_with("the cause: ") && clean.ends_with("(again)"), "{clean}");
        }
    }

    #[test]
    fn what_helps_is_left() {
        for text in [
            "user_2abc is not in org_9xyz",
            "SELECT id FROM tasks WHERE tenant_id = $1",
            "http://127.0.0.1:5432/x",
            "at 10:32 @ noon",
        ] {
            assert_eq!(scrub(text), text);
        }
    }
}
