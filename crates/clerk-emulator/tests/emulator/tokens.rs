//! Tokens: both layouts, the permission masks, other kinds, rotation.

use crate::support::{decode, demo, shared_key};
use clerk_emulator::{
    Emulator, Feature, NewOrganization, NewUser, Rotation, Seed, SigningKey, TokenKind, TokenRequest,
};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::Jwk};
use serde_json::{Value, json};

/// Claims of a token whose signature one of the published keys made.
fn verified(emulator: &Emulator, token: &str) -> Option<Value> {
    let (header, _) = decode(token);
    let jwks = emulator.jwks();
    let keys = jwks["keys"].as_array().unwrap();
    let jwk = keys.iter().find(|key| key["kid"] == header["kid"])?;
    let jwk: Jwk = serde_json::from_value(jwk.clone()).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let key = DecodingKey::from_jwk(&jwk).unwrap();
    Some(jsonwebtoken::decode::<Value>(token, &key, &validation).ok()?.claims)
}

/// Clerk's reading of a version 2 token: the nth mask belongs to the nth feature.
fn permissions_of(claims: &Value) -> Vec<String> {
    let list = |value: &Value| -> Vec<String> {
        let text = value.as_str().unwrap_or_default();
        text.split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let actions = list(&claims["o"]["per"]);
    let mut permissions = Vec::new();
    for (feature, mask) in list(&claims["fea"]).iter().zip(list(&claims["o"]["fpm"])) {
        let mask: u128 = mask.parse().unwrap();
        let feature = feature.strip_prefix("o:").unwrap();
        for (bit, action) in actions.iter().enumerate() {
            if mask >> bit & 1 == 1 {
                permissions.push(format!("org:{feature}:{action}"));
            }
        }
    }
    permissions
}

#[test]
fn a_version_2_token_has_clerks_header_and_claims() {
    let emulator =
        demo().issuer("https://clerk.example.com/").authorized_party("https://app.example.com").build().unwrap();
    let ada = emulator.user("ada").unwrap();
    let request = TokenRequest::for_user("ada").organization("acme").issued_at(1_772_442_000);

    let token = emulator.session_token(&request).unwrap();

    let (header, claims) = decode(&token);
    assert_eq!(
        header,
        json!({
            "alg": "RS256", "kid": emulator.kid(), "typ": "JWT",
            "cat": "cl_B7d4PD111AAA", "oiat": 1_772_442_000,
        })
    );
    let session = claims["sid"].as_str().unwrap().to_owned();
    let jti = claims["jti"].as_str().unwrap().to_owned();
    assert!(session.starts_with("sess_") && session.len() == 32, "{session}");
    assert!(jti.len() == 20 && jti.bytes().all(|b| b.is_ascii_hexdigit()), "{jti}");
    assert_eq!(
        claims,
        json!({
            "iss": "https://clerk.example.com", "sub": ada.id, "sid": session, "jti": jti, "v": 2,
            "iat": 1_772_442_000, "nbf": 1_772_441_990, "exp": 1_772_442_060,
            "azp": "https://app.example.com", "fva": [0, -1], "sts": "active",
            "pla": "o:pro", "fea": "o:tasks,o:members,o:exports",
            "o": {
                "id": emulator.organization("acme").unwrap().id, "slg": "acme", "rol": "admin",
                "per": "view,create,edit,delete,manage", "fpm": "15,17,0",
            },
        })
    );
    assert_eq!(verified(&emulator, &token), Some(claims));
}

#[test]
fn a_version_1_token_carries_the_organization_at_top_level() {
    let emulator = demo().issuer("https://clerk.example.com").build().unwrap();
    let request = TokenRequest::for_user("mel@example.com").organization("acme").version(1);

    let (_, claims) = decode(&emulator.session_token(&request).unwrap());

    assert_eq!(claims["org_id"], json!(emulator.organization("acme").unwrap().id));
    assert_eq!(claims["org_slug"], "acme");
    assert_eq!(claims["org_role"], "org:member");
    assert_eq!(
        claims["org_permissions"],
        json!(["org:tasks:view", "org:tasks:create", "org:tasks:edit", "org:members:view"])
    );
    for absent in ["v", "o", "fea", "pla", "jti", "azp"] {
        assert!(claims.get(absent).is_none(), "{absent} in {claims}");
    }
}

#[test]
fn the_masks_read_back_as_the_permissions_of_the_role() {
    // Feature with its actions, the role's permissions, and what `fea`, `per`, `fpm` must be:
    // the documented test vectors, run backwards.
    type Row<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str], [&'a str; 3]);
    let rows: [Row<'_>; 5] = [
        (
            &[("tasks", "view,create,edit,delete"), ("reports", "view")],
            &["org:tasks:view", "org:tasks:create", "org:tasks:edit", "org:tasks:delete", "org:reports:view"],
            ["o:tasks,o:reports", "view,create,edit,delete", "15,1"],
        ),
        (
            &[("tasks", "view,create"), ("reports", "view")],
            &["org:tasks:view", "org:tasks:create"],
            ["o:tasks,o:reports", "view,create", "3,0"],
        ),
        (&[("audit", "read"), ("tasks", "view")], &["org:tasks:view"], ["o:audit,o:tasks", "view", "0,1"]),
        (
            &[("tasks", "view,create,edit,delete"), ("exports", "view,run")],
            &["org:tasks:view", "org:tasks:create", "org:tasks:edit", "org:exports:view", "org:exports:run"],
            ["o:tasks,o:exports", "view,create,edit,run", "7,9"],
        ),
        (&[("tasks", "view")], &["org:sys_memberships:manage", "org:absent:view"], ["o:tasks", "", ""]),
    ];
    for (features, held, [fea, per, fpm]) in rows {
        let claims = claims_of_role(features, held);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        assert_eq!(text(&claims["fea"]), fea);
        assert_eq!(text(&claims["o"]["per"]), per);
        assert_eq!(text(&claims["o"]["fpm"]), fpm);
        let expected: Vec<&&str> = held.iter().filter(|key| !key.contains("sys_") && !key.contains("absent")).collect();
        assert_eq!(permissions_of(&claims).iter().collect::<Vec<_>>(), expected);
    }
}

fn claims_of_role(features: &[(&str, &str)], held: &[&str]) -> Value {
    let mut seed = Seed::empty();
    let feature = |(slug, actions): &(&str, &str)| Feature {
        slug: (*slug).to_owned(),
        actions: actions.split(',').map(str::to_owned).collect(),
    };
    seed.features = features.iter().map(feature).collect();
    let builder = Emulator::builder().seed(seed).signing_key(shared_key());
    let emulator = builder.build().unwrap();
    emulator.create_role("org:tester", held).unwrap();
    let user = emulator.create_user(NewUser::with_email("t@example.com")).unwrap();
    let organization = emulator.create_organization(NewOrganization::named("T")).unwrap();
    emulator.add_member(&organization.id, &user.id, "org:tester").unwrap();
    let request = TokenRequest::for_user(&user.id).organization(&organization.id);
    decode(&emulator.session_token(&request).unwrap()).1
}

#[test]
fn a_mask_wider_than_a_double_keeps_every_bit() {
    let actions: Vec<String> = (0..54).map(|n| format!("a{n}")).collect();
    let mut held: Vec<String> = actions.iter().map(|a| format!("org:first:{a}")).collect();
    held.extend(["org:tasks:a0".to_owned(), "org:tasks:a53".to_owned()]);
    let held: Vec<&str> = held.iter().map(String::as_str).collect();
    let all = actions.join(",");

    let claims = claims_of_role(&[("first", &all), ("tasks", &all)], &held);

    assert_eq!(claims["o"]["fpm"], "18014398509481983,9007199254740993");
    assert_eq!(permissions_of(&claims), held);
}

#[test]
fn a_plan_decides_which_features_reach_the_token() {
    let emulator = demo().build().unwrap();
    let request = TokenRequest::for_user("ada").organization("acme");
    let fea = |emulator: &Emulator| decode(&emulator.session_token(&request).unwrap()).1["fea"].clone();

    assert_eq!(fea(&emulator), "o:tasks,o:members,o:exports");
    emulator.set_plan("acme", Some("free_org")).unwrap();
    assert_eq!(fea(&emulator), "o:tasks,o:members");
    emulator.set_plan("acme", None).unwrap();
    let claims = decode(&emulator.session_token(&request).unwrap()).1;
    assert_eq!(claims["fea"], "o:tasks,o:members");
    assert!(claims.get("pla").is_none(), "{claims}");
}

#[test]
fn a_request_can_bend_every_claim() {
    let emulator = demo().authorized_party("https://app.example.com").build().unwrap();
    let request = TokenRequest::for_user("uma")
        .issued_at(1_000)
        .lifetime(-5)
        .without_azp()
        .fva(None)
        .status(Some("pending"))
        .actor(json!({ "sub": "user_other" }))
        .claim("plan", json!("custom"))
        .claim("iss", json!("https://elsewhere.example"))
        .without_claim("nbf")
        .header("cat", Value::Null)
        .header("kid", json!("ins_unknown"));

    let (header, claims) = decode(&emulator.session_token(&request).unwrap());

    assert_eq!(header, json!({ "alg": "RS256", "kid": "ins_unknown", "typ": "JWT", "oiat": 1_000 }));
    assert_eq!(claims["exp"], 995);
    assert_eq!(claims["sts"], "pending");
    assert_eq!(claims["act"]["sub"], "user_other");
    assert_eq!(claims["plan"], "custom");
    assert_eq!(claims["iss"], "https://elsewhere.example");
    for absent in ["azp", "fva", "nbf", "o", "fea", "pla"] {
        assert!(claims.get(absent).is_none(), "{absent} in {claims}");
    }
}

#[test]
fn other_kinds_of_token_cannot_pass_for_session_tokens() {
    let emulator = demo().build().unwrap();
    let mint = |kind| {
        let request = TokenRequest::for_user("ada").organization("acme").kind(kind);
        let token = emulator.session_token(&request).unwrap();
        assert!(verified(&emulator, &token).is_some(), "{kind:?} is not signed");
        decode(&token)
    };

    let (header, claims) = mint(TokenKind::Template);
    assert_eq!(header["cat"], "cl_B7d4PD222AAA");
    assert!(claims.get("sid").is_none() && claims.get("o").is_none(), "{claims}");
    let (header, claims) = mint(TokenKind::M2m);
    assert_eq!(header["cat"], "cl_B7d4PD333AAA");
    assert!(claims["sub"].as_str().unwrap().starts_with("mch_"), "{claims}");
    let (header, claims) = mint(TokenKind::OAuth);
    assert_eq!(header["typ"], "at+jwt");
    assert!(claims["jti"].as_str().unwrap().starts_with("oat_"), "{claims}");
}

#[test]
fn a_session_is_reused_until_it_is_over() {
    let emulator = demo().build().unwrap();
    let mint = || emulator.session_token(TokenRequest::for_user("ada")).unwrap();
    let session = |token: &str| decode(token).1["sid"].as_str().unwrap().to_owned();

    let first = session(&mint());
    assert_eq!(session(&mint()), first);
    emulator.revoke_session(&first).unwrap();
    assert_ne!(session(&mint()), first);

    let request = TokenRequest::for_user("ada").session(&first);
    assert_eq!(emulator.session_token(&request).unwrap_err().code(), "resource_not_found");
    let request = TokenRequest::for_user("uma").organization("acme");
    assert_eq!(emulator.session_token(&request).unwrap_err().code(), "resource_not_found");
    emulator.ban_user(&emulator.user("ada").unwrap().id).unwrap();
    let banned = emulator.session_token(TokenRequest::for_user("ada")).unwrap_err();
    assert_eq!(banned.status, 403);
}

#[test]
fn rotation_publishes_both_keys_or_replaces_one() {
    let emulator = demo().build().unwrap();
    let mint = || emulator.session_token(TokenRequest::for_user("ada")).unwrap();
    let old = mint();
    let old_kid = emulator.kid();
    let old_pem = emulator.public_key_pem();

    let new_kid = emulator.rotate_keys(Rotation::NewKid).unwrap();
    let new = mint();
    assert_ne!(new_kid, old_kid);
    assert_ne!(emulator.public_key_pem(), old_pem);
    assert!(new_kid.starts_with("ins_") && new_kid.len() == 31, "{new_kid}");
    assert_eq!(decode(&new).0["kid"], json!(new_kid));
    assert!(verified(&emulator, &old).is_some() && verified(&emulator, &new).is_some());

    emulator.withdraw_key(&old_kid).unwrap();
    assert!(verified(&emulator, &old).is_none());
    assert_eq!(emulator.withdraw_key(&old_kid).unwrap_err().status, 404);

    let same = emulator.rotate_keys_to(Rotation::SameKid, shared_key()).unwrap();
    assert_eq!(same, new_kid);
    assert_eq!(emulator.jwks()["keys"].as_array().unwrap().len(), 1);
    assert!(verified(&emulator, &new).is_none(), "the old key still verifies");
    assert!(verified(&emulator, &mint()).is_some());
}

#[test]
fn the_pem_is_the_key_that_signs() {
    let emulator = demo().build().unwrap();
    let token = emulator.sign(json!({ "alg": "RS256" }), json!({ "any": "claims" }));
    let key = DecodingKey::from_rsa_pem(emulator.public_key_pem().as_bytes()).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    validation.required_spec_claims.clear();

    let decoded = jsonwebtoken::decode::<Value>(&token, &key, &validation).unwrap();

    assert_eq!(decoded.claims, json!({ "any": "claims" }));
}

#[test]
fn a_key_that_is_not_one_is_refused() {
    for text in ["", "nonsense", concat!("-----BEGIN ", "PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")] {
        assert!(SigningKey::from_pkcs8_pem(text).is_err(), "{text:?} was accepted");
    }
}
