//! Bad tokens, rightly signed, whose claims are wrong.

use serde_json::{Value, json};

use super::Cases;
use super::forge::{Forge, changed, text};

impl Cases {
    pub(super) fn identity(&mut self, forge: &Forge) {
        let failed = "token-verification-failed";
        let long = "u".repeat(129);
        for name in ["sub", "sid"] {
            self.add(format!("{name} missing"), failed, forge.with_claims([(name, None)]));
            self.claim(
                forge,
                name,
                failed,
                [
                    json!(null),
                    json!(1),
                    json!(true),
                    json!([]),
                    json!(["user_a"]),
                    json!({}),
                    json!(""),
                    json!(" "),
                    json!("user a"),
                    json!("user_\u{0}a"),
                    json!("user_a\n"),
                    json!("user_é"),
                    json!("user_\u{202e}a"),
                    json!(long),
                ],
            );
        }
        self.claim(forge, "sub", failed, [json!("org_3ViXZya8cdFOcVwWBhqG5KSFdPE")]);
    }

    pub(super) fn issuer(&mut self, forge: &Forge) {
        let issuer = forge.claims["iss"].as_str().unwrap().to_owned();
        let wrong = "token-invalid-issuer";
        self.add("iss missing", wrong, forge.with_claims([("iss", None)]));
        self.claim(
            forge,
            "iss",
            wrong,
            [
                json!(format!("{issuer}/")),
                json!(issuer.to_uppercase()),
                json!(format!("{issuer}.attacker.example")),
                json!(format!("{issuer}\u{0}")),
                json!(format!(" {issuer}")),
                json!(&issuer[..issuer.len() - 1]),
                json!(issuer.split_once("//").unwrap().1),
                json!(format!("https://attacker.example/?{issuer}")),
                json!("https://clerk.attacker.example"),
                json!("https://happy-cat-1.clerk.accounts.dev"),
                json!([issuer]),
                json!({"iss": issuer}),
                json!(""),
                json!(null),
                json!(7),
            ],
        );
    }

    pub(super) fn party(&mut self, forge: &Forge) {
        let party = forge.claims["azp"].as_str().unwrap().to_owned();
        let wrong = "token-invalid-authorized-parties";
        self.add("azp missing", wrong, forge.with_claims([("azp", None)]));
        self.claim(
            forge,
            "azp",
            wrong,
            [
                json!("https://attacker.example"),
                json!(party.to_uppercase()),
                json!(format!("{party}/")),
                json!(format!("{party}:443")),
                json!(format!("{party}.attacker.example")),
                json!(&party[..party.len() - 1]),
                json!(format!("{party} ")),
                json!([party]),
                json!([]),
                json!({}),
                json!(""),
                json!("null"),
                json!(null),
                json!(true),
            ],
        );
    }

    pub(super) fn time(&mut self, forge: &Forge, now: i64) {
        let failed = "token-verification-failed";
        let expired = |exp: i64| {
            forge.with_claims([
                ("iat", Some(json!(exp - 60))),
                ("nbf", Some(json!(exp - 70))),
                ("exp", Some(json!(exp))),
            ])
        };
        for (name, exp) in [("at the edge", now - 5), ("an hour ago", now - 3600), ("in 1970", 70)] {
            self.with_code(format!("expired {name}"), "token_expired", "token-expired", expired(exp));
        }
        self.with_code("exp is 0", "token_expired", "token-expired", forge.with_claims([("exp", Some(json!(0)))]));
        for (claim, reason) in [("nbf", "token-not-active-yet"), ("iat", "token-iat-in-the-future")] {
            for (name, ahead) in [("a minute", 60), ("a year", 31_536_000)] {
                let token =
                    forge.with_claims([("exp", Some(json!(now + ahead + 60))), (claim, Some(json!(now + ahead)))]);
                self.with_code(format!("{claim} {name} ahead"), "token_not_active", reason, token);
            }
        }
        for name in ["exp", "iat"] {
            self.add(format!("{name} missing"), failed, forge.with_claims([(name, None)]));
        }
        for name in ["exp", "nbf", "iat"] {
            self.claim(
                forge,
                name,
                failed,
                [
                    json!(null),
                    json!(true),
                    json!(now.to_string()),
                    json!(""),
                    json!([now]),
                    json!({}),
                    json!(1.5),
                    json!(-1),
                    json!(i64::MIN),
                    json!(i64::MAX),
                    json!(u64::MAX),
                    json!(253_402_300_800_i64),
                    json!(1e300),
                    json!(-1e300),
                ],
            );
            for spelling in
                ["1e9", "1.0", "-0", "18446744073709551616", "1e-400", "99999999999999999999999999999999999999"]
            {
                let claims = text(&changed(&forge.claims, [(name, Some(json!("@")))])).replace("\"@\"", spelling);
                self.add(format!("{name} spelled {spelling}"), failed, forge.raw(text(&forge.header), claims));
            }
        }
        self.add(
            "exp is not after iat",
            failed,
            forge.with_claims([("exp", Some(json!(now + 4))), ("iat", Some(json!(now + 4)))]),
        );
        self.add(
            "exp is not after nbf",
            failed,
            forge.with_claims([
                ("exp", Some(json!(now + 4))),
                ("iat", Some(json!(now - 9))),
                ("nbf", Some(json!(now + 4))),
            ]),
        );
    }

    pub(super) fn session_state(&mut self, forge: &Forge) {
        let failed = "token-verification-failed";
        self.with_code(
            "sts pending",
            "session_pending",
            "session-pending",
            forge.with_claims([("sts", Some(json!("pending"))), ("o", None)]),
        );
        self.with_code(
            "sts pending with an organization",
            "session_pending",
            "session-pending",
            forge.with_claims([("sts", Some(json!("pending")))]),
        );
        self.claim(
            forge,
            "sts",
            failed,
            [
                json!(""),
                json!("Active"),
                json!("PENDING"),
                json!("revoked"),
                json!(null),
                json!(true),
                json!(1),
                json!(["active"]),
                json!({}),
            ],
        );
        self.claim(
            forge,
            "act",
            failed,
            [
                json!(null),
                json!(false),
                json!(""),
                json!("user_a"),
                json!([]),
                json!([{"sub": "user_a"}]),
                json!({}),
                json!({"sub": null}),
                json!({"sub": ""}),
                json!({"sub": 1}),
                json!({"sub": ["user_a"]}),
                json!({"sub": "a b"}),
                json!({"sub": "a".repeat(129)}),
                json!({"sub": "user_a", "sid": 1}),
                json!({"sub": "user_a", "iss": []}),
                json!({"sub": "user_a", "type": {}}),
            ],
        );
        self.claim(
            forge,
            "v",
            failed,
            [json!(null), json!("2"), json!(2.0), json!(-2), json!([2]), json!({}), json!(true)],
        );
    }

    pub(super) fn organization(&mut self, forge: &Forge) {
        let failed = "token-verification-failed";
        let member = |name: &str, value: Value| {
            let o = changed(forge.claims["o"].as_object().unwrap(), [(name, Some(value))]);
            forge.with_claims([("o", Some(Value::Object(o)))])
        };
        self.claim(forge, "o", failed, [json!("org_a"), json!([]), json!(1), json!(true)]);
        for id in [
            json!(1),
            json!([]),
            json!({}),
            json!(true),
            json!("org a"),
            json!("org_\u{0}"),
            json!("org_é"),
            json!("o".repeat(129)),
            json!("user_3FlY0mG1ylvuhfJXqIEnomef2mS"),
        ] {
            let shown: String = id.to_string().chars().take(40).collect();
            self.add(format!("o.id is {shown}"), failed, member("id", id));
        }
        for name in ["slg", "rol", "per", "fpm"] {
            for value in [json!(1), json!([]), json!({}), json!(true)] {
                self.add(format!("o.{name} is {value}"), failed, member(name, value));
            }
        }
        for name in ["slg", "rol"] {
            self.add(format!("o.{name} has a NUL"), failed, member(name, json!("a\u{0}b")));
            self.add(format!("o.{name} is too long"), failed, member(name, json!("a".repeat(300))));
        }
        for name in ["fea", "pla"] {
            self.claim(forge, name, failed, [json!(1), json!([]), json!({}), json!(true)]);
        }
        let v1 = |name: &str, value: Value| {
            forge.with_claims([("v", None), ("o", None), ("org_id", Some(json!("org_a"))), (name, Some(value))])
        };
        for (name, value) in [
            ("org_id", json!(1)),
            ("org_id", json!("org a")),
            ("org_id", json!("user_a")),
            ("org_slug", json!([])),
            ("org_role", json!(1)),
            ("org_role", json!(["org:admin"])),
        ] {
            let shown = value.to_string();
            self.add(format!("version 1 {name} is {shown}"), failed, v1(name, value));
        }
    }
}
