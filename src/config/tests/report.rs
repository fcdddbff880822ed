//! The report of mistakes: complete, a line each, and without a secret.

use aws_lc_rs::rsa::KeySize;

use super::{Values, local, names, production, read, read_local, rsa_public_key, webhook_secret, with};
use crate::config::Command;

#[test]
fn an_empty_environment_is_told_all_that_is_missing() {
    let errors = read(Command::Serve, &Values::new()).unwrap_err();

    let missing = ["DATABASE_URL", "CLERK_PUBLISHABLE_KEY", "CLERK_SECRET_KEY", "CLERK_AUTHORIZED_PARTIES"];
    assert_eq!(names(&errors), missing, "{errors}");
}

#[test]
fn all_mistakes_are_reported_at_once_one_line_each() {
    let mistakes = [
        ("HOST", "here"),
        ("PORT", "many"),
        ("DATABASE_URL", "mysql://db/t"),
        ("DATABASE_MAX_CONNECTIONS", "lots"),
        ("CLERK_SECRET_KEY", "sk_other"),
        ("CLERK_ISSUER", "http://clerk.acme.example"),
        ("CLERK_JWKS_URL", "line\nbreak"),
        ("CLERK_API_URL", "https://localhost"),
        ("CLERK_WEBHOOK_SIGNING_SECRET", "whsec_short"),
        ("CLERK_AUTHORIZED_PARTIES", "*"),
        ("CORS_ORIGINS", "http://a.example"),
        ("PUBLIC_URL", "api"),
        ("PERSONAL_WORKSPACES", "perhaps"),
        ("LOG_LEVEL", "chatty"),
        ("DEBUG", "on"),
        ("LOG_FORMAT", "pretty json"),
    ];

    let errors = read(Command::Serve, &with(production(), &mistakes)).unwrap_err();

    let text = errors.to_string();
    assert_eq!(names(&errors), mistakes.map(|(name, _)| name), "{text}");
    for (line, (name, _)) in text.lines().zip(mistakes) {
        assert!(line.starts_with(&format!("{name}: ")), "{line}");
    }
    assert_eq!(text.lines().count(), mistakes.len());
}

#[test]
fn the_same_mistake_twice_in_a_list_is_one_line() {
    let bad = [("CLERK_WEBHOOK_SIGNING_SECRET", "whsec_AAAA,whsec_BBBB")];

    let errors = read_local(&bad).unwrap_err();

    assert_eq!(names(&errors), ["CLERK_WEBHOOK_SIGNING_SECRET"], "{errors}");
}

#[test]
fn no_secret_is_shown_when_all_is_well() {
    let key = rsa_public_key(KeySize::Rsa2048);
    let values = with(
        production(),
        &[("CLERK_JWT_KEY", &key), ("MIGRATION_DATABASE_URL", "postgres://owner:plainly%20fake@db/tenantry")],
    );

    let shown = format!("{:?}", read(Command::Serve, &values).unwrap());

    for secret in ["plainly", &webhook_secret("first")["whsec_".len()..], "sk_live_", &key[..40]] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    assert!(shown.contains("REDACTED"));
}

#[test]
fn no_secret_is_shown_in_errors() {
    let word = "hushhush";
    let secrets = [
        "DATABASE_URL",
        "DATABASE_DIRECT_URL",
        "MIGRATION_DATABASE_URL",
        "CLERK_SECRET_KEY",
        "CLERK_JWT_KEY",
        "CLERK_WEBHOOK_SIGNING_SECRET",
        "CLERK_WEBHOOK_SECRET",
    ];
    let forms = [
        word.to_owned(),
        format!("postgres://u:{word}@db:port/t"),
        format!("sk_other_{word}"),
        format!("sk_test_{word} {word}"),
        format!("-----BEGIN {}-----{word}", "PRIVATE KEY"),
    ];
    for (name, form) in secrets.iter().flat_map(|name| forms.iter().map(move |form| (name, form))) {
        for base in [local(), production()] {
            let values = with(with(base, &[("CLERK_WEBHOOK_SIGNING_SECRET", "")]), &[(name, form)]);
            let errors = read(Command::Serve, &values).unwrap_err();
            assert!(names(&errors).contains(name), "{errors}");
            assert!(!format!("{errors} {errors:?}").contains(word), "{errors}");
        }
    }
}

#[test]
fn a_secret_under_a_wrong_name_is_not_shown_either() {
    let word = "hushhush";
    let forms = [
        format!("sk_live_{word}"),
        format!("whsec_{word}"),
        format!("https://u:{word}@host/path"),
        format!("{word}{}", "a".repeat(100)),
    ];
    let open = ["APP_ENV", "HOST", "PORT", "CLERK_PUBLISHABLE_KEY", "CLERK_API_URL", "CORS_ORIGINS"];
    for (name, form) in open.iter().flat_map(|name| forms.iter().map(move |form| (name, form))) {
        let errors = read_local(&[(name, form)]).unwrap_err();
        assert!(names(&errors).contains(name), "{errors}");
        assert!(!format!("{errors} {errors:?}").contains(word), "{errors}");
    }
}
