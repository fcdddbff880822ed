//! Bad tokens whose form is wrong: segments, encoding, JSON.

use serde_json::json;

use super::Cases;
use super::forge::{Forge, changed, encode, text};

impl Cases {
    pub(super) fn shape(&mut self, forge: &Forge) {
        let malformed = "token-invalid";
        let good = forge.good();
        let parts: Vec<&str> = good.split('.').collect();
        let (header, payload, signature) = (parts[0], parts[1], parts[2]);
        self.with_code("empty", "token_missing", "session-token-missing", String::new());
        for (name, token) in [
            ("one word", "token".to_owned()),
            ("a single dot", ".".to_owned()),
            ("two dots", "..".to_owned()),
            ("three dots", "...".to_owned()),
            ("only a header", header.to_owned()),
            ("two segments", format!("{header}.{payload}")),
            ("four segments", format!("{good}.{signature}")),
            ("six segments", format!("{good}.a.b.c")),
            ("a trailing dot", format!("{good}.")),
            ("a leading dot", format!(".{good}")),
            ("empty header", format!(".{payload}.{signature}")),
            ("empty payload under a right signature", forge.segments(header, "")),
            ("a space before", format!(" {good}")),
            ("a space after", format!("{good} ")),
            ("a newline after", format!("{good}\n")),
            ("a newline in the signature", good.replace('.', "\n.")),
            ("a tab in the middle", format!("{header}.\t{payload}.{signature}")),
            ("a NUL after", format!("{good}\0")),
            ("a Bearer of its own", format!("Bearer {good}")),
            ("a quote around", format!("\"{good}\"")),
            ("a non-ASCII letter", format!("{good}é")),
            (
                "JSON serialization",
                json!({"payload": payload, "signatures": [{"protected": header, "signature": signature}]}).to_string(),
            ),
            (
                "flattened JSON serialization",
                json!({"payload": payload, "protected": header, "signature": signature}).to_string(),
            ),
            ("longer than any token", forge.with_claims([("custom", Some(json!("x".repeat(20_000))))])),
            ("a megabyte of dots", ".".repeat(1_000_000)),
            ("a megabyte of letters", "a".repeat(1_000_000)),
        ] {
            self.add(name, malformed, token);
        }
    }

    pub(super) fn encoding(&mut self, forge: &Forge) {
        let malformed = "token-invalid";
        let (header, payload) = (encode(text(&forge.header)), encode(text(&forge.claims)));
        let good = forge.good();
        // Padding and the other alphabet, under signatures made over the very same text.
        let padded = |segment: &str| format!("{segment}{}", "=".repeat((4 - segment.len() % 4) % 4).as_str());
        let spaced =
            |claims: &str, length: usize| format!("{claims}{}", " ".repeat((length + 3 - claims.len() % 3) % 3));
        let one_over = encode(spaced(&text(&forge.claims), 1));
        self.add("padded payload", malformed, forge.segments(&header, &padded(&one_over)));
        self.add(
            "padded header",
            malformed,
            forge.segments(&padded(&encode(spaced(&text(&forge.header), 2))), &payload),
        );
        self.add("padded signature", malformed, format!("{good}=="));
        self.add("a padding sign too many", malformed, forge.segments(&header, &format!("{payload}=")));
        let question = encode(text(&changed(&forge.claims, [("custom", Some(json!("???>>>~~~ÿÿÿ")))])));
        assert!(question.contains(['-', '_']), "the alphabets must differ for this text");
        let standard = question.replace('-', "+").replace('_', "/");
        self.add("standard alphabet in the payload", malformed, forge.segments(&header, &standard));
        // One byte over a multiple of three leaves four unused bits in the last character.
        let last = one_over.pop_last();
        self.add("non-canonical trailing bits in the payload", malformed, forge.segments(&header, &last));
        self.add("non-canonical trailing bits in the signature", malformed, good.pop_last());
        self.add(
            "a lone last character in the payload",
            malformed,
            forge.segments(&header, &format!("{}A", encode("abc"))),
        );
        self.add(
            "invalid UTF-8 in the claims",
            malformed,
            forge.raw(text(&forge.header), broken_utf8(&text(&forge.claims))),
        );
        self.add(
            "invalid UTF-8 in the header",
            malformed,
            forge.raw(broken_utf8(&text(&forge.header)), text(&forge.claims)),
        );
        self.add("UTF-16 claims", malformed, forge.raw(text(&forge.header), utf16(&text(&forge.claims))));
        self.add(
            "a byte order mark before the claims",
            malformed,
            forge.raw(text(&forge.header), format!("\u{feff}{}", text(&forge.claims))),
        );
        self.add(
            "a byte order mark before the header",
            malformed,
            forge.raw(format!("\u{feff}{}", text(&forge.header)), text(&forge.claims)),
        );
    }

    pub(super) fn json(&mut self, forge: &Forge) {
        let malformed = "token-invalid";
        let (header, claims) = (text(&forge.header), text(&forge.claims));
        for not_object in [
            "[]",
            "[{}]",
            "\"text\"",
            "null",
            "true",
            "7",
            "",
            " ",
            "{",
            "}",
            "{}}",
            "{}{}",
            "{\"a\":1,}",
            "{'a':1}",
            "{\"a\":NaN}",
            "{\"a\":1e400}",
            "{\"a\":01}",
            "{\"a\":\"\\ud800\"}",
            "{\"a\":\"\u{1}\"}",
        ] {
            self.add(format!("claims are {not_object:?}"), malformed, forge.raw(&header, not_object));
            self.add(format!("header is {not_object:?}"), malformed, forge.raw(not_object, &claims));
        }
        self.add("claims and something after", malformed, forge.raw(&header, format!("{claims}x")));
        self.add("a comment in the claims", malformed, forge.raw(&header, claims.replacen('{', "{/**/", 1)));
        for name in ["sub", "iss", "exp", "azp", "sid", "o", "v"] {
            let again = format!("{{{}:{},{}", json!(name), forge.claims[name], &claims[1..]);
            self.add(format!("{name} twice"), malformed, forge.raw(&header, again));
        }
        let escaped = format!("{{\"\\u0073ub\":\"user_other\",{}", &claims[1..]);
        self.add("sub twice, once spelled with an escape", malformed, forge.raw(&header, escaped));
        let nested = claims.replacen("\"o\":{", "\"o\":{\"rol\":\"admin\",\"rol\":\"admin\",", 1);
        assert_ne!(nested, claims, "the template must have an organization");
        self.add("a repeated name inside o", malformed, forge.raw(&header, nested));
        let custom = format!("{{\"custom\":[{{\"a\":1,\"a\":2}}],{}", &claims[1..]);
        self.add("a repeated name deep in a custom claim", malformed, forge.raw(&header, custom));
        for name in ["alg", "kid", "typ"] {
            let again = format!("{{{}:{},{}", json!(name), forge.header[name], &header[1..]);
            self.add(format!("{name} twice in the header"), malformed, forge.raw(again, &claims));
        }
        let none_first = format!("{{\"alg\":\"none\",{}", &header[1..]);
        self.add("alg twice, none first", malformed, forge.raw(none_first, &claims));
        for (name, open, close) in [("arrays", "[", "]"), ("objects", "{\"a\":", "}")] {
            let (deep, inner) = if open == "[" { (4000, "") } else { (1500, "1") };
            let value = format!("{}{inner}{}", open.repeat(deep), close.repeat(deep));
            let payload = format!("{{\"custom\":{value},{}", &claims[1..]);
            self.add(format!("claims nest {deep} {name}"), malformed, forge.raw(&header, payload));
        }
        let nest = format!("{{\"custom\":{}{},{}", "[".repeat(16), "]".repeat(16), &claims[1..]);
        self.add("claims nest one level too deep", malformed, forge.raw(&header, nest));
    }
}

trait PopLast {
    /// The text with its last character replaced by one that differs only in bits nobody reads.
    fn pop_last(&self) -> String;
}

impl PopLast for String {
    fn pop_last(&self) -> String {
        const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let (rest, last) = self.split_at(self.len() - 1);
        let value = ALPHABET.find(last).unwrap();
        assert_eq!(value % 4, 0, "the last character must have unread bits");
        format!("{rest}{}", &ALPHABET[value + 1..value + 2])
    }
}

fn broken_utf8(text: &str) -> Vec<u8> {
    let (before, after) = text.split_at(text.len() - 1);
    [before.as_bytes(), b",\"custom\":\"\xff\xfe\"", after.as_bytes()].concat()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}
