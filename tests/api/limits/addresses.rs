//! Addresses: what is counted before anybody is verified.

use std::time::Duration;

use tenantry::config::LimitsConfig;
use tokio::net::TcpListener;

use super::{FEW, limited, rates, standing};
use crate::support::{Caller, Setup, TestApp};

/// Somebody with a token that was tampered with, each time in another way.
fn forged(app: &TestApp, good: &Caller, number: usize) -> Caller {
    let token = good.token.as_deref().unwrap();
    app.bearer(format!("{}AA{number}A", &token[..token.len() - 4])).from("192.0.2.7")
}

on_both_databases! {
    async fn forged_tokens_drain_their_address_and_nobody_else(app) {
        let (limited, clock) = limited(&app, rates(FEW)).await;
        let acme = app.organization("acme").await;
        let honest = acme.admin().at(&limited).from("192.0.2.7");
        assert_eq!(honest.get("/api/me").await.summary(), "200");

        for left in [3, 2, 1, 0] {
            let answer = forged(&limited, &honest, left).get("/api/tasks").await;
            assert_eq!(standing(&answer), format!("401 token_invalid 4/{left}/{}", (4_usize - left).div_ceil(2)));
        }
        let refused = forged(&limited, &honest, 9).get("/api/tasks").await;
        refused.assert_problem("a drained address");
        assert_eq!((standing(&refused).as_str(), refused.header("retry-after")), ("429 rate_limited 4/0/2", Some("1")));
        assert_eq!(limited.nobody().from("192.0.2.7").get("/api/tasks").await.summary(), "429 rate_limited");

        assert_eq!(standing(&honest.get("/api/me").await), "200 4/2/1", "who was verified before passes, and is not charged for the others");
        let fresh = acme.admin().at(&limited);
        assert_eq!(fresh.clone().from("192.0.2.7").get("/api/me").await.summary(), "429 rate_limited", "a signature was verified for a drained address");
        assert_eq!(fresh.from("192.0.2.8").get("/api/me").await.summary(), "200", "another address is untouched");

        clock.advance(Duration::from_millis(500));
        assert_eq!(forged(&limited, &honest, 8).get("/api/tasks").await.summary(), "401 token_invalid");
    }

    async fn honest_callers_are_never_charged_to_their_address(app) {
        let (limited, _clock) = limited(&app, rates(FEW)).await;
        let acme = app.organization("acme").await;
        for _ in 0..20 {
            let colleague = acme.member("org:member").await.at(&limited).from("192.0.2.7");
            assert_eq!(colleague.get("/api/me").await.summary(), "200");
        }
        assert_eq!(standing(&limited.nobody().from("192.0.2.7").get("/api/me").await), "401 token_missing 4/3/1");
    }

    async fn pages_and_wrong_addresses_count_too_but_probes_do_not(app) {
        let (limited, _clock) = limited(&app, rates(FEW)).await;
        let nobody = limited.nobody().from("192.0.2.7");
        for (path, expected) in [("/", "200 4/3/1"), ("/nothing", "404 route_not_found 4/2/1"), ("/openapi.json", "200 4/1/2"), ("/docs/", "200 4/0/2"), ("/", "429 rate_limited 4/0/2")] {
            assert_eq!(standing(&nobody.get(path).await), expected, "{path}");
        }
        for path in ["/livez", "/readyz", "/health"] {
            let answer = nobody.get(path).await;
            assert_eq!(answer.header("ratelimit-limit"), None, "{path}");
            assert_ne!(answer.status, 429, "{path}: a probe must not be refused");
        }
    }

    async fn a_forwarded_address_is_believed_of_a_trusted_proxy_alone(app) {
        let trusting = LimitsConfig { trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()], ..rates(FEW) };
        let (limited, _clock) = limited(&app, trusting).await;
        // Not a proxy of ours: whatever it says, it is itself.
        for number in 0..5 {
            let answer = limited.nobody().from("192.0.2.1").header("x-forwarded-for", &format!("198.51.100.{number}")).get("/api/me").await;
            assert_eq!(answer.summary(), if number < 4 { "401 token_missing" } else { "429 rate_limited" });
        }
        // Behind ours: what the client wrote before the proxy's own entry is not believed.
        for number in 0..5 {
            let chain = format!("198.51.100.{number}, 192.0.2.7, 10.1.1.1");
            let answer = limited.nobody().from("10.0.0.1").header("x-forwarded-for", &chain).get("/api/me").await;
            assert_eq!(answer.summary(), if number < 4 { "401 token_missing" } else { "429 rate_limited" });
        }
        let other = limited.nobody().from("10.0.0.1").header("x-forwarded-for", "192.0.2.8").get("/api/me").await;
        assert_eq!(standing(&other), "401 token_missing 4/3/1");
    }

    async fn a_failure_of_ours_is_not_charged_to_anybody(app) {
        let token = app.organization("acme").await.admin().token.unwrap();
        // Bound and dropped: nobody has keys there.
        let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let jwks_url = Some(format!("http://{nobody}/jwks.json"));
        let keyless = app.another_instance(&Setup { jwks_url, limits: rates(FEW), ..Setup::default() }).await;
        for _ in 0..10 {
            assert_eq!(standing(&keyless.bearer(&*token).get("/api/me").await), "503 keys_unavailable -/-/-");
        }
    }
}
