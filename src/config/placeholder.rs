//! Tells a value that somebody still has to fill in from a real one.

const PREFIXES: [&str; 5] = ["pk_test_", "pk_live_", "sk_test_", "sk_live_", "whsec_"];
const OPENINGS: [&str; 8] = ["<", "your_", "your-", "replace", "xxx", "todo", "...", "…"];
const WORDS: [&str; 7] = ["changeme", "change_me", "change-me", "your_key", "your-domain", "yourdomain", "placeholder"];
const WHOLE: [&str; 4] = ["key", "secret", "password", "yours"];

/// Whether the value, without the prefix of a Clerk key, is a stand-in.
///
/// Openings and a few telling words only: a random key may well hold `xxx` in its middle.
pub(super) fn is_placeholder(value: &str) -> bool {
    let bare = PREFIXES.iter().find_map(|prefix| value.strip_prefix(prefix)).unwrap_or(value).to_ascii_lowercase();
    bare.is_empty()
        || OPENINGS.iter().any(|opening| bare.starts_with(opening))
        || WORDS.iter().any(|word| bare.contains(word))
        || WHOLE.contains(&bare.as_str())
        || bare.ends_with("...")
        || bare.ends_with('…')
        || bare.chars().all(|c| matches!(c, 'x' | '*' | '.' | '0' | '-' | '_'))
}
