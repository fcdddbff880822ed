//! Bad values of every kind but Clerk's, each refused under its name with a mend.

use super::{Values, local, names, production, read, with};
use crate::config::{Command, DatabaseUrl};

/// Reads each value alone under `name`, which must give one mistake, under that name and in those
/// words.
pub(super) fn each_is_refused(command: Command, base: &Values, name: &str, cases: &[(&str, &str)]) {
    for (value, words) in cases {
        let errors = read(command, &with(base.clone(), &[(name, value)])).unwrap_err();
        let text = errors.to_string();
        assert_eq!(names(&errors), [name], "{value:?} gives\n{text}");
        assert!(text.contains(words), "{value:?} gives\n{text}");
        assert!(text.contains("; "), "no mend in\n{text}");
    }
}

pub(super) fn local_refuses(name: &str, cases: &[(&str, &str)]) {
    each_is_refused(Command::Dev, &local(), name, cases);
}

pub(super) fn production_refuses(name: &str, cases: &[(&str, &str)]) {
    each_is_refused(Command::Serve, &production(), name, cases);
}

#[test]
fn plain_values_have_a_form_and_a_range() {
    local_refuses("APP_ENV", &[("prod", "one of local, staging, production")]);
    local_refuses("HOST", &[("example.com", "\"example.com\" is not an IP address"), ("1.2.3", "")]);
    local_refuses("API_HOST", &[("nowhere", "not an IP")]);
    let port = "from 0 to 65535";
    local_refuses("PORT", &[("abc", port), ("65536", port), ("-1", port), ("80.5", port)]);
    local_refuses("API_PORT", &[("http", port)]);
    production_refuses("PORT", &[("0", "from 1 to 65535")]);
    local_refuses("DATABASE_MAX_CONNECTIONS", &[("0", "1 to 1000"), ("1001", "1 to 1000")]);
    local_refuses("DATABASE_MIN_CONNECTIONS", &[("21", "more than"), ("x", "0 to 1000")]);
    local_refuses("DATABASE_ACQUIRE_TIMEOUT_SECONDS", &[("0", "1 to 60"), ("3s", "1 to 60")]);
    local_refuses("DATABASE_STATEMENT_TIMEOUT_SECONDS", &[("301", "1 to 300")]);
    local_refuses("CLERK_CLOCK_SKEW_SECONDS", &[("61", "0 to 60"), ("-1", "0 to 60")]);
    local_refuses("CLERK_JWKS_STALE_SECONDS", &[("299", "300"), ("604801", "604800")]);
    local_refuses("CLERK_AUTHORIZED_PARTIES_POLICY", &[("strict", "required, if_present, off")]);
    for name in ["AUTO_MIGRATE", "PERSONAL_WORKSPACES", "DEBUG"] {
        local_refuses(name, &[("maybe", "true or false"), ("2", "true or false")]);
    }
    local_refuses("TRASH_HOLD_DAYS", &[("3651", "0 to 3650"), ("-1", "0 to 3650"), ("a month", "0 to 3650")]);
    local_refuses("ORGANIZATION_HOLD_DAYS", &[("3651", "0 to 3650"), ("-1", "0 to 3650"), ("30d", "0 to 3650")]);
    local_refuses("LOG_LEVEL", &[("verbose", "no log level"), ("warning,a=info", "no log level")]);
    local_refuses("RUST_LOG", &[("tenantry=loud", "no log filter")]);
    local_refuses("LOG_FORMAT", &[("xml", "pretty, json")]);
    local_refuses(
        "REVERIFICATION_LEVEL",
        &[("paranoid", "off, lax, moderate, strict, strict_mfa"), ("true", "off, lax")],
    );
    for name in ["RATE_LIMIT_READ", "RATE_LIMIT_WRITE", "RATE_LIMIT_SEARCH", "RATE_LIMIT_WEBHOOK"] {
        local_refuses(name, &[("-1", "0 to 100000"), ("100001", "0 to 100000"), ("10/s", "0 to 100000")]);
    }
    local_refuses("RATE_LIMIT_TENANT_FACTOR", &[("1001", "0 to 1000"), ("1.5", "0 to 1000")]);
    local_refuses("MAX_EVENT_STREAMS", &[("-1", "0 to 1000000"), ("many", "0 to 1000000")]);
    local_refuses("MAX_CONCURRENT_REQUESTS", &[("0", "1 to 100000"), ("off", "1 to 100000")]);
    production_refuses("DEBUG", &[("true", "production refuses")]);
}

#[test]
fn database_addresses_are_checked() {
    let cases = [
        ("tenantry.db", "not an address"),
        ("mysql://u:p@db/t", "neither SQLite nor PostgreSQL"),
        ("postgresql+asyncpg://u:p@db/t", "begin it with postgres://"),
        ("sqlite://", "names no file"),
        ("sqlite:?mode=rwc", "names no file"),
        ("postgres://u:p@db:port/t", "cannot be read"),
        ("postgres:///t", "names no host"),
    ];
    local_refuses("DATABASE_URL", &cases);
    production_refuses("MIGRATION_DATABASE_URL", &cases);
    production_refuses("DATABASE_DIRECT_URL", &cases);
    for (text, words) in cases {
        let fault = DatabaseUrl::parse(text).unwrap_err().to_string();
        assert!(fault.contains(words), "{fault}");
    }
    let in_memory = [("sqlite::memory:", "after a restart"), ("sqlite://x?mode=memory", "after a restart")];
    local_refuses("DATABASE_URL", &in_memory);
    production_refuses("DATABASE_URL", &in_memory);
    production_refuses("MIGRATION_DATABASE_URL", &[("sqlite:a.db", "another kind")]);
    production_refuses("DATABASE_DIRECT_URL", &[("sqlite:a.db", "past the pooler")]);
    production_refuses(
        "DATABASE_URL",
        &[
            ("", "has no default"),
            ("postgres://u:changeme@db/t", "placeholder"),
            ("postgres://u:password@db/t", "placeholder for a password"),
        ],
    );
}

#[test]
fn proxies_are_checked() {
    let cases = [
        ("*", "neither an IP address nor a network"),
        ("proxy.acme.example", "neither an IP address"),
        ("10.0.0.0/33", "neither an IP address"),
        ("10.0.0.1:80", "neither an IP address"),
        ("0.0.0.0/0", "trusts everybody"),
        ("10.0.0.0/8,::/0", "trusts everybody"),
    ];
    local_refuses("TRUSTED_PROXIES", &cases);
    production_refuses("TRUSTED_PROXIES", &cases);
    let proxied = with(local(), &[("TRUSTED_PROXIES", "10.0.0.0/8")]);
    let cases = [("X-Forwarded-For", "a list"), ("Forwarded", "a list"), ("Fly Client", "no name of a header")];
    each_is_refused(Command::Dev, &proxied, "CLIENT_ADDRESS_HEADER", &cases);
    let alone = read(Command::Dev, &with(local(), &[("CLIENT_ADDRESS_HEADER", "Fly-Client-IP")])).unwrap_err();
    assert_eq!(names(&alone), ["TRUSTED_PROXIES"], "{alone}");
}

#[test]
fn origins_are_checked() {
    let cases = [
        ("*", "name every origin"),
        ("https://*.acme.example", "name every origin"),
        ("https://app.acme.example/login", "more than scheme, host and port"),
        ("https://app.acme.example?a=b", "more than scheme"),
        ("app.acme.example", "not an origin"),
        ("localhost:3000", "no host"),
        ("null", "sandboxed"),
        ("file:///tmp", "no host"),
        ("https://user:word@app.acme.example", "user name or password"),
    ];
    for name in ["CORS_ORIGINS", "CLERK_AUTHORIZED_PARTIES", "FRONTEND_URL", "PUBLIC_URL"] {
        local_refuses(name, &cases);
        production_refuses(name, &cases);
        production_refuses(
            name,
            &[
                ("http://app.acme.example", "plain http, which production refuses"),
                ("http://localhost:3000", "one machine"),
                ("https://127.0.0.1", "one machine"),
                ("https://api.your-domain.example", "placeholder"),
            ],
        );
        let staging = with(production(), &[("APP_ENV", "staging")]);
        let cases = [("http://localhost:3000", "which staging refuses")];
        each_is_refused(Command::Serve, &staging, name, &cases);
    }
}
