//! Ids and secrets in Clerk's forms, from the operating system's randomness.

use aws_lc_rs::{digest, rand};
use base64::{Engine, engine::general_purpose::STANDARD};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID_LENGTH: usize = 27;

fn fill(bytes: &mut [u8]) {
    rand::fill(bytes).expect("the operating system has randomness");
}

/// A fresh id: the prefix (`user_`, `org_`, ...) and 27 base62 characters.
pub(crate) fn fresh(prefix: &str) -> String {
    let mut id = String::with_capacity(prefix.len() + ID_LENGTH);
    id.push_str(prefix);
    push_base62(&mut id, ID_LENGTH);
    id
}

/// The id that these parts always lead to: the prefix and 27 base62 characters.
pub(crate) fn derived(prefix: &str, parts: &[&str]) -> String {
    let digest = digest::digest(&digest::SHA512, [&[prefix], parts].concat().join("\n").as_bytes());
    let letters = digest.as_ref().iter().take(ID_LENGTH);
    letters.fold(prefix.to_owned(), |mut id, byte| {
        id.push(char::from(BASE62[usize::from(byte % 62)]));
        id
    })
}

/// A fresh Backend API key, `sk_test_…`.
pub(crate) fn secret_key() -> String {
    let mut key = String::from("sk_test_");
    push_base62(&mut key, 42);
    key
}

/// A fresh webhook signing secret, `whsec_…` with 24 random bytes.
pub(crate) fn webhook_secret() -> String {
    let mut bytes = [0_u8; 24];
    fill(&mut bytes);
    format!("whsec_{}", STANDARD.encode(bytes))
}

/// That many random bytes as lower-case hexadecimal.
pub(crate) fn hex(bytes: usize) -> String {
    let mut random = vec![0_u8; bytes];
    fill(&mut random);
    random.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn push_base62(text: &mut String, count: usize) {
    let mut left = count;
    while left > 0 {
        let mut bytes = [0_u8; 64];
        fill(&mut bytes);
        // 248 is the greatest multiple of 62 in a byte: the rest would make some characters likelier.
        for byte in bytes.into_iter().filter(|byte| *byte < 248).take(left) {
            text.push(char::from(BASE62[usize::from(byte % 62)]));
            left -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_its_prefix_and_27_base62_characters() {
        let id = fresh("user_");
        let (prefix, rest) = id.split_at(5);
        assert_eq!(prefix, "user_");
        assert_eq!(rest.len(), 27);
        assert!(rest.bytes().all(|b| b.is_ascii_alphanumeric()));
        assert_ne!(id, fresh("user_"));
    }

    #[test]
    fn a_derived_id_depends_on_all_its_parts() {
        let id = derived("csub_", &["ins_1", "org_1"]);
        assert_eq!(id.len(), 32);
        assert_eq!(id, derived("csub_", &["ins_1", "org_1"]));
        for other in [derived("csub_", &["ins_2", "org_1"]), derived("csub_", &["ins_1", "org_2"])] {
            assert_ne!(id, other);
        }
    }
}
