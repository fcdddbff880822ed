//! What the publishable key decides: the suffix of cookies, and which of two ways a browser is known by.

use aws_lc_rs::digest;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

/// Hosts of Clerk's own development instances, as its packages know them.
const DEVELOPMENT_HOSTS: [&str; 9] = [
    ".lcl.dev",
    ".stg.dev",
    ".lclstage.dev",
    ".stgstage.dev",
    ".dev.lclclerk.com",
    ".stg.lclclerk.com",
    ".accounts.lclclerk.com",
    "accountsstage.dev",
    "accounts.dev",
];

/// A publishable key that has been looked into.
#[derive(Debug, Clone)]
pub(crate) struct PublishableKey {
    /// Whether it is `pk_live_…`.
    pub(crate) is_live: bool,
    /// Whether a browser is known by the query's dev browser instead of by its cookie.
    pub(crate) has_dev_browsers: bool,
    /// What the names of cookies end in.
    pub(crate) suffix: String,
}

impl PublishableKey {
    pub(crate) fn of(key: &str) -> Self {
        let is_live = key.starts_with("pk_live_");
        let encoded = key.rsplit('_').next().unwrap_or_default().trim_end_matches('=');
        let host = STANDARD_NO_PAD.decode(encoded).unwrap_or_default();
        let host = String::from_utf8(host).unwrap_or_default();
        let host = host.trim_end_matches('$');
        let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
        let suffix: String = URL_SAFE_NO_PAD.encode(digest).chars().take(8).collect();
        let has_dev_browsers = !is_live && DEVELOPMENT_HOSTS.iter().any(|end| host.ends_with(end));
        Self { is_live, has_dev_browsers, suffix }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_decides_suffix_and_mode_as_clerks_packages_do() {
        let seen = [
            ("pk_test_Y2xlcmsubG9jYWxob3N0JA", "uosMEFaG", false),
            ("pk_live_Y2xlcmsubG9jYWxob3N0JA", "gheHP-5P", false),
            ("pk_test_aGFwcHktb3R0ZXItMTMuY2xlcmsuYWNjb3VudHMuZGV2JA", "AQ5l6ZSz", true),
        ];
        for (text, suffix, has_dev_browsers) in seen {
            let key = PublishableKey::of(text);
            assert_eq!((key.suffix.as_str(), key.has_dev_browsers), (suffix, has_dev_browsers), "{text}");
        }
    }
}
