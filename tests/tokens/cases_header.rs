//! Bad tokens whose header or signature is wrong, or which are of another kind.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::json;

use super::Cases;
use super::forge::{Forge, changed, encode, text};

impl Cases {
    pub(super) fn algorithm(&mut self, forge: &Forge) {
        let algorithm = "token-invalid-algorithm";
        for none in ["none", "None", "NONE", "nOnE", ""] {
            self.add(format!("alg {none:?} without signature"), algorithm, format!("{}.", forge.unsigned(none)));
            self.add(format!("alg {none:?} with an RS256 signature"), algorithm, forge.rsa_signed(none));
        }
        self.add("RS256 without signature", "token-invalid-signature", format!("{}.", forge.unsigned("RS256")));
        for (form, secret) in forge.public_forms() {
            self.add(format!("HS256 keyed with the public key as {form}"), algorithm, forge.hmac_signed(&secret));
        }
        self.add("HS256 with an empty secret", algorithm, forge.hmac_signed(b""));
        for alg in ["RS384", "RS512", "PS256"] {
            self.add(format!("{alg} rightly signed"), algorithm, forge.rsa_signed(alg));
        }
        self.add("PS384 over an RS256 signature", algorithm, forge.rsa_signed("PS384"));
        self.add("ES256 by its own key", algorithm, forge.ecdsa_signed());
        self.add("EdDSA by its own key", algorithm, forge.eddsa_signed());
        for alg in ["rs256", "RS256 ", "RSA256", "SHA256withRSA"] {
            self.add(format!("alg is {alg:?}"), algorithm, forge.rsa_signed(alg));
        }
        let pss = forge.rsa_signed("PS256");
        let relabelled = format!("{}.{}", forge.unsigned("RS256"), pss.rsplit('.').next().unwrap());
        self.add("RS256 over a PS256 signature", "token-invalid-signature", relabelled);
        for wrong in [json!(null), json!(256), json!(["RS256"]), json!({"RS256": true}), json!(true)] {
            self.add(format!("alg is {wrong}"), "token-invalid", forge.with_header([("alg", Some(wrong))]));
        }
        self.add("alg missing", "token-invalid", forge.with_header([("alg", None)]));
    }

    pub(super) fn header(&mut self, forge: &Forge) {
        let malformed = "token-invalid";
        for (name, kid) in [
            ("a stranger", json!("ins_00000000000000000000000000")),
            ("a path", json!("../../../../dev/null")),
            ("an address", json!("https://attacker.example/key")),
            ("an SQL fragment", json!("x'/**/UNION/**/SELECT/**/'key")),
            ("a prefix of the right one", json!(&forge.header["kid"].as_str().unwrap()[..8])),
            ("upper case of the right one", json!(forge.header["kid"].as_str().unwrap().to_uppercase())),
        ] {
            self.add(format!("kid is {name}"), "jwk-kid-mismatch", forge.with_header([("kid", Some(kid))]));
        }
        for (name, kid) in [
            ("empty", json!("")),
            ("null", json!(null)),
            ("a number", json!(1)),
            ("an array", json!([forge.header["kid"]])),
            ("an object", json!({})),
            ("a thousand characters", json!("k".repeat(1000))),
            ("a NUL and the right one", json!(format!("\0{}", forge.header["kid"].as_str().unwrap()))),
            ("the right one and a space", json!(format!("{} ", forge.header["kid"].as_str().unwrap()))),
        ] {
            self.add(format!("kid is {name}"), malformed, forge.with_header([("kid", Some(kid))]));
        }
        self.add("kid missing", malformed, forge.with_header([("kid", None)]));
        for typ in [
            json!("jwt"),
            json!("Jwt"),
            json!("JWE"),
            json!("JOSE"),
            json!("dpop+jwt"),
            json!("secevent+jwt"),
            json!("logout+jwt"),
            json!("application/jwt"),
            json!(""),
            json!(null),
            json!(["JWT"]),
            json!(7),
        ] {
            self.add(format!("typ is {typ}"), malformed, forge.with_header([("typ", Some(typ))]));
        }
        let jwk = forge.by_stranger().jwk("attacker");
        for (name, value) in [
            ("crit", json!(["exp"])),
            ("crit", json!([])),
            ("b64", json!(false)),
            ("jwk", jwk),
            ("jku", json!("https://attacker.example/jwks.json")),
            ("x5u", json!("https://attacker.example/chain.pem")),
            ("x5c", json!(["MIIB"])),
            ("x5t", json!("AAAA")),
            ("x5t#S256", json!("AAAA")),
            ("enc", json!("A256GCM")),
            ("zip", json!("DEF")),
        ] {
            let shown: String = value.to_string().chars().take(24).collect();
            self.add(format!("header has {name} {shown}"), malformed, forge.with_header([(name, Some(value))]));
        }
        let stranger = forge.by_stranger();
        let own_key = stranger.with_header([("jwk", Some(stranger.jwk("attacker"))), ("kid", Some(json!("attacker")))]);
        self.add("brings its own key and is signed by it", malformed, own_key);
        self.add("header of five kilobytes", malformed, forge.with_header([("custom", Some(json!("x".repeat(5000))))]));
    }

    pub(super) fn kind(&mut self, forge: &Forge) {
        let kind = "token-type-mismatch";
        for prefix in ["ak_", "mt_", "m2m_", "oat_"] {
            self.add(format!("opaque {prefix}"), kind, format!("{prefix}3ViXZya8cdFOcVwWBhqG5KSFdPE"));
        }
        self.add(
            "encrypted, five segments",
            kind,
            format!("{}..iv.ciphertext.tag", encode(json!({"alg": "RSA-OAEP", "enc": "A256GCM"}).to_string())),
        );
        self.add("two tokens and a comma", kind, format!("{good},{good}", good = forge.good()));
        self.add("a good token and two segments", kind, format!("{}.a.b", forge.good()));
        for typ in ["at+jwt", "application/at+jwt"] {
            self.add(format!("typ is {typ}"), kind, forge.with_header([("typ", Some(json!(typ)))]));
        }
        for (name, category) in [
            ("template", "cl_B7d4PD222AAA"),
            ("machine", "cl_B7d4PD333AAA"),
            ("unknown", "cl_B7d4PD444AAA"),
            ("empty", ""),
            ("session in lower case", "cl_b7d4pd111aaa"),
        ] {
            self.add(format!("cat is {name}"), kind, forge.with_header([("cat", Some(json!(category)))]));
        }
        for category in [json!(null), json!(1), json!(["cl_B7d4PD111AAA"])] {
            self.add(format!("cat is {category}"), "token-invalid", forge.with_header([("cat", Some(category))]));
        }
        let machine = forge.with_claims([("sub", Some(json!("mch_3ViXZya8cdFOcVwWBhqG5KSFdPE")))]);
        self.add("a machine's JWT", kind, machine);
        let template =
            changed(&forge.claims, [("sid", None), ("o", None), ("v", None), ("exp", Some(json!(4_000_000_000_i64)))]);
        self.add("a template's token without sid", "token-verification-failed", forge.token(&forge.header, &template));
    }

    pub(super) fn signature(&mut self, forge: &Forge) {
        let wrong = "token-invalid-signature";
        let good = forge.good();
        let (signed, signature) = good.rsplit_once('.').unwrap();
        let with = |signature: &[u8]| format!("{signed}.{}", encode(signature));
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
        self.add("signature removed", wrong, format!("{signed}."));
        self.add("signature of one byte", wrong, with(&[0]));
        self.add("signature of zeros", wrong, with(&[0; 256]));
        self.add("signature of ones", wrong, with(&[0xff; 256]));
        self.add("signature of the number one", wrong, with(&[[0; 255].as_slice(), &[1]].concat()));
        self.add("signature truncated", wrong, with(&bytes[..255]));
        self.add("signature without its first byte", wrong, with(&bytes[1..]));
        self.add("signature extended", wrong, with(&[bytes.as_slice(), &[0]].concat()));
        self.add("signature with a zero before", wrong, with(&[&[0], bytes.as_slice()].concat()));
        self.add("signature twice", wrong, with(&[bytes.as_slice(), &bytes].concat()));
        for position in [0, 1, 127, 128, 255] {
            let mut flipped = bytes.clone();
            flipped[position] ^= 0x10;
            self.add(format!("signature with a bit flipped in byte {position}"), wrong, with(&flipped));
        }
        let mut reversed = bytes.clone();
        reversed.reverse();
        self.add("signature reversed", wrong, with(&reversed));
        self.add("signed by another key", wrong, forge.by_stranger().good());
        let other = forge.with_claims([("sub", Some(json!("user_other")))]);
        let (other_signed, other_signature) = other.rsplit_once('.').unwrap();
        self.add("signature of another payload", wrong, format!("{signed}.{other_signature}"));
        self.add("payload exchanged", wrong, format!("{other_signed}.{signature}"));
        let header = encode(text(&changed(&forge.header, [("oiat", Some(json!(987_654_321)))])));
        let payload = signed.split('.').nth(1).unwrap();
        self.add("header exchanged", wrong, format!("{header}.{payload}.{signature}"));
        self.add("the signature covers the payload alone", wrong, {
            let signature = forge.segments("", payload);
            format!("{signed}.{}", signature.rsplit('.').next().unwrap())
        });
        // Claims that would be answered otherwise must not be, before the signature is known.
        let stranger = forge.by_stranger();
        self.add("expired and forged", wrong, stranger.with_claims([("exp", Some(json!(1)))]));
        self.add("pending and forged", wrong, stranger.with_claims([("sts", Some(json!("pending")))]));
    }
}
