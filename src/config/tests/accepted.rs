//! Good configurations and what becomes of them.

use std::time::Duration;

use super::accepted_clerk::jwks;
use super::{local, production, publishable, read, read_local, secret_key, with};
use crate::clerk::reverification::Preset;
use crate::config::{Command, DatabaseKind, DatabaseUrl, Environment, LimitsConfig, LogFormat, PartyPolicy, Rates};

#[test]
fn dev_needs_nothing_but_a_clerk() {
    let config = read(Command::Dev, &local()).unwrap();

    assert_eq!(config.environment, Environment::Local);
    assert_eq!(config.listen.to_string(), "127.0.0.1:8000");
    assert_eq!(config.database.url.expose(), "sqlite://tenantry.db?mode=rwc");
    assert_eq!(config.database.migration_url.expose(), config.database.url.expose());
    assert_eq!(config.database.direct_url.expose(), config.database.url.expose());
    assert_eq!(config.database.max_connections, 20);
    assert_eq!(config.database.min_connections, 0);
    assert_eq!(config.database.acquire_timeout, Duration::from_secs(3));
    assert_eq!(config.database.statement_timeout, Duration::from_secs(5));
    assert!(config.database.auto_migrate);
    assert_eq!(config.clerk.api_url, "https://api.clerk.com");
    assert_eq!(config.clerk.clock_skew, Duration::from_secs(5));
    assert_eq!(config.clerk.jwks_stale_ceiling, Duration::from_secs(86_400));
    assert_eq!(config.clerk.party_policy, PartyPolicy::Required);
    assert!(config.clerk.secret_key.is_none());
    assert!(config.clerk.webhook_secrets.is_empty());
    assert_eq!(config.http.request_timeout, Duration::from_secs(10));
    assert_eq!(config.http.body_limit, 1_048_576);
    assert_eq!(config.http.public_url, None);
    let limits = LimitsConfig { tenant_factor: 10, ..LimitsConfig::default() };
    assert_eq!(config.limits, limits, "no rate is limited in local");
    assert_eq!(config.limits.max_concurrent, 512);
    assert!(!config.personal_workspaces);
    assert_eq!(config.organization_hold, chrono::TimeDelta::days(30));
    assert_eq!(config.trash_hold, chrono::TimeDelta::days(30));
    assert_eq!(config.log.filter, "info");
    assert_eq!(config.log.format, LogFormat::Pretty);
    let parties = ["http://localhost:3000", "http://localhost:5173", "http://localhost:8000", "http://127.0.0.1:8000"];
    assert_eq!(config.http.cors_origins, parties[..2]);
    assert_eq!(config.clerk.authorized_parties, parties);
}

#[test]
fn the_database_may_have_another_address_for_listening() {
    let direct = "postgres://app:plainly%20fake@direct.db/tenantry";
    let values = with(production(), &[("DATABASE_DIRECT_URL", direct)]);

    let config = read(Command::Serve, &values).unwrap();

    assert_eq!(config.database.direct_url.expose(), direct);
    assert_eq!(config.database.migration_url.expose(), config.database.url.expose());
    assert_ne!(config.database.url.expose(), direct);
}

#[test]
fn serve_is_production_unless_told_otherwise() {
    let config = read(Command::Serve, &with(production(), &[("APP_ENV", "")])).unwrap();

    assert_eq!(config.environment, Environment::Production);
    assert_eq!(config.listen.to_string(), "0.0.0.0:8000");
    assert_eq!(config.database.url.kind(), DatabaseKind::Postgres);
    assert!(!config.database.auto_migrate);
    assert_eq!(config.limits.rates, Rates { read: 100, write: 20, search: 10, webhook: 50 });
    assert_eq!((config.limits.tenant_factor, config.limits.max_concurrent), (10, 512));
    assert!(config.limits.trusted_proxies.is_empty() && config.limits.address_header.is_none());
    assert_eq!(config.clerk.issuers, ["https://clerk.acme.example"]);
    assert_eq!(jwks(&config), "https://clerk.acme.example/.well-known/jwks.json");
    assert_eq!(config.clerk.authorized_parties, ["https://app.acme.example"]);
    assert_eq!(config.log.format, LogFormat::Json);
}

#[test]
fn staging_may_use_a_development_instance() {
    let key = publishable("test", "happy-otter-13.clerk.accounts.dev");
    let values = with(
        production(),
        &[
            ("APP_ENV", "Staging"),
            ("CLERK_PUBLISHABLE_KEY", &key),
            ("CLERK_SECRET_KEY", &secret_key("test")),
            ("CORS_ORIGINS", "http://app.staging.internal"),
        ],
    );

    let config = read(Command::Serve, &values).unwrap();

    assert_eq!(config.environment, Environment::Staging);
    assert_eq!(config.clerk.issuers, ["https://happy-otter-13.clerk.accounts.dev"]);
}

#[test]
fn limits_are_numbers_and_proxies_are_networks() {
    let changes = [
        ("RATE_LIMIT_READ", "7"),
        ("RATE_LIMIT_WRITE", "6"),
        ("RATE_LIMIT_SEARCH", "0"),
        ("RATE_LIMIT_WEBHOOK", "5"),
        ("RATE_LIMIT_TENANT_FACTOR", "0"),
        ("MAX_EVENT_STREAMS", "0"),
        ("MAX_CONCURRENT_REQUESTS", "1"),
        ("TRUSTED_PROXIES", "10.1.2.3/8, fd00::/8,192.0.2.1,2001:db8::1,10.0.0.0/8"),
        ("CLIENT_ADDRESS_HEADER", "Fly-Client-IP"),
    ];
    for values in [with(local(), &changes), with(production(), &changes)] {
        let limits = read(Command::Other, &values).unwrap().limits;
        assert_eq!(limits.rates, Rates { read: 7, write: 6, search: 0, webhook: 5 });
        assert_eq!((limits.tenant_factor, limits.max_concurrent), (0, 1));
        let proxies: Vec<String> = limits.trusted_proxies.iter().map(ToString::to_string).collect();
        assert_eq!(proxies, ["10.0.0.0/8", "fd00::/8", "192.0.2.1/32", "2001:db8::1/128"]);
        assert_eq!(limits.address_header.unwrap(), "fly-client-ip");
    }
    let everybody = [("TRUSTED_PROXIES", "0.0.0.0/0"), ("CLIENT_ADDRESS_HEADER", "fly-client-ip")];
    assert_eq!(read_local(&everybody).unwrap().limits.trusted_proxies.len(), 1);
}

#[test]
fn sqlite_in_production_is_fine_when_named() {
    let values = with(production(), &[("DATABASE_URL", "sqlite:/data/tenantry.db")]);

    let config = read(Command::Serve, &values).unwrap();

    assert_eq!(config.database.url.kind(), DatabaseKind::Sqlite);
}

#[test]
fn origins_are_brought_to_the_spelling_of_browsers() {
    let cases = [
        ("https://App.Acme.Example/", "https://app.acme.example"),
        ("https://app.acme.example:443", "https://app.acme.example"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("capacitor://localhost", "capacitor://localhost"),
        ("chrome-extension://abcdef/", "chrome-extension://abcdef"),
        (" https://a.example , ,https://a.example/ ", "https://a.example"),
    ];
    for (given, origin) in cases {
        let config = read_local(&[("CORS_ORIGINS", given)]).unwrap();
        assert_eq!(config.http.cors_origins, [origin], "{given}");
    }
}

#[test]
fn front_end_and_public_address_are_origins_and_parties() {
    let values = with(
        production(),
        &[("FRONTEND_URL", "https://www.acme.example/"), ("PUBLIC_URL", "https://api.acme.example")],
    );
    let all = ["https://app.acme.example", "https://www.acme.example", "https://api.acme.example"];

    let config = read(Command::Serve, &values).unwrap();
    assert_eq!(config.http.cors_origins, all);
    assert_eq!(config.clerk.authorized_parties, all);
    assert_eq!(config.http.public_url.as_deref(), Some(all[2]));

    let values = with(values, &[("CLERK_AUTHORIZED_PARTIES", "https://only.acme.example")]);
    let config = read(Command::Serve, &values).unwrap();
    assert_eq!(config.http.cors_origins, all);
    assert_eq!(config.clerk.authorized_parties, ["https://only.acme.example", all[2]]);
}

#[test]
fn the_address_to_listen_on_has_second_names() {
    let cases: [(&[(&str, &str)], &str); 7] = [
        (&[("HOST", "0.0.0.0"), ("PORT", "80")], "0.0.0.0:80"),
        (&[("API_HOST", "0.0.0.0"), ("API_PORT", "80")], "0.0.0.0:80"),
        (&[("PORT", "1"), ("API_PORT", "2")], "127.0.0.1:1"),
        (&[("HOST", "localhost"), ("PORT", " 65535 ")], "127.0.0.1:65535"),
        (&[("HOST", "::1")], "[::1]:8000"),
        (&[("HOST", "[::]")], "[::]:8000"),
        (&[("PORT", "0")], "127.0.0.1:0"),
    ];
    for (changes, address) in cases {
        assert_eq!(read_local(changes).unwrap().listen.to_string(), address);
    }
    let any = read_local(&[("PORT", "0")]).unwrap();
    assert!(!any.clerk.authorized_parties.iter().any(|party| party.ends_with(":0")));
}

#[test]
fn yes_and_no_are_understood_in_several_spellings() {
    let cases = [("true", true), ("1", true), ("Yes", true), ("ON", true)];
    let others = [("false", false), ("0", false), ("no", false), ("Off", false), ("  ", false)];
    for (word, meaning) in cases.into_iter().chain(others) {
        let config = read_local(&[("PERSONAL_WORKSPACES", word)]).unwrap();
        assert_eq!(config.personal_workspaces, meaning, "{word:?}");
    }
    assert!(!read_local(&[("AUTO_MIGRATE", "no")]).unwrap().database.auto_migrate);
}

#[test]
fn a_step_up_is_strict_unless_told_otherwise() {
    let level = |word: &str| read_local(&[("REVERIFICATION_LEVEL", word)]).unwrap().reverification;
    assert_eq!(level(""), Some(Preset::Strict));
    for preset in [Preset::Lax, Preset::Moderate, Preset::Strict, Preset::StrictMfa] {
        assert_eq!(level(preset.as_str()), Some(preset));
    }
    assert_eq!((level("OFF"), level("Strict_MFA")), (None, Some(Preset::StrictMfa)));
}

#[test]
fn the_log_listens_to_the_most_particular_name() {
    let cases: [(&[(&str, &str)], &str); 6] = [
        (&[("LOG_LEVEL", "WARN")], "WARN"),
        (&[("LOG_LEVEL", "info,tenantry=debug")], "info,tenantry=debug"),
        (&[("LOG_LEVEL", "warn"), ("RUST_LOG", "tenantry")], "tenantry"),
        (&[("DEBUG", "true")], "debug"),
        (&[("DEBUG", "true"), ("LOG_LEVEL", "error")], "error"),
        (&[("LOG_FORMAT", "JSON")], "info"),
    ];
    for (changes, filter) in cases {
        assert_eq!(read_local(changes).unwrap().log.filter, filter);
    }
    assert_eq!(read_local(&[("LOG_FORMAT", "json")]).unwrap().log.format, LogFormat::Json);
}

#[test]
fn database_addresses_have_several_forms() {
    let cases = [
        ("sqlite://tenantry.db?mode=rwc", DatabaseKind::Sqlite),
        ("sqlite:data/tenantry.db", DatabaseKind::Sqlite),
        ("sqlite:///data/tenantry.db", DatabaseKind::Sqlite),
        ("postgres://localhost/tenantry", DatabaseKind::Postgres),
        ("postgresql://u:p@[::1]:5433/t?sslmode=verify-full", DatabaseKind::Postgres),
        ("postgres:///tenantry?host=/var/run/postgresql", DatabaseKind::Postgres),
    ];
    for (text, kind) in cases {
        let url = DatabaseUrl::parse(text).unwrap();
        assert_eq!((url.kind(), url.expose()), (kind, text));
    }
}
