//! `tenantry reconcile` as an operator runs it: what is printed where, and how it ends.

use std::process::Command;

use axum::http::Method;
use clerk_emulator::Fault;

use super::clerk::clerk;
use super::mirror;
use crate::billing::billed;
use crate::support::{TestApp, new_user};

/// How a command ended.
#[derive(Debug)]
struct Ended {
    code: i32,
    output: String,
    errors: String,
}

/// Runs it over the app's database and Clerk, with some variables changed; an empty one is left out.
async fn reconcile(app: &TestApp, arguments: &[&str], changed: &[(&str, String)]) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenantry"));
    command.arg("reconcile").args(arguments).env_clear();
    command.env("DATABASE_URL", app.scratch.config.url.expose());
    command.env("CLERK_API_URL", app.clerk.base_url()).env("CLERK_SECRET_KEY", app.clerk.secret_key());
    command.env("CLERK_PUBLISHABLE_KEY", app.clerk.publishable_key()).env("APP_ENV", "local");
    for (name, value) in changed {
        if value.is_empty() {
            command.env_remove(name)
        } else {
            command.env(name, value)
        };
    }
    let folder = tempfile::tempdir().unwrap();
    command.current_dir(folder.path());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code().unwrap(), output: text(output.stdout), errors: text(output.stderr) }
}

const FAST: [&str; 4] = ["--requests-per-second", "100", "--settle", "0"];

on_both_databases! {
    async fn the_exit_code_tells_whether_they_differ(app) {
        app.organization("acme").await;
        let newcomer = new_user(&app, "newcomer");
        app.clerk.take_events();
        let found = reconcile(&app, &FAST, &[]).await;
        assert_eq!((found.code, &*found.output), (2, &*format!("user {newcomer} exists: no -> yes\n")), "{found:?}");
        assert!(found.errors.contains("--apply repairs"), "{found:?}");

        let repaired = reconcile(&app, &[&FAST[..], &["--apply"]].concat(), &[]).await;
        assert_eq!((repaired.code, &*repaired.output), (0, &*found.output), "{repaired:?}");
        assert_eq!(mirror(&app).await, clerk(&app).await);

        let nothing = reconcile(&app, &FAST, &[]).await;
        assert_eq!((nothing.code, &*nothing.output), (0, ""), "{nothing:?}");
        assert!(nothing.errors.contains("no differences"), "{nothing:?}");
    }

    async fn names_are_shown_only_when_asked_for(app) {
        let acme = app.organization("acme").await;
        let name = Some(Some("Xanthippe".to_owned()));
        let changes = clerk_emulator::UserChanges { first_name: name, ..Default::default() };
        app.clerk.update_user(&acme.admin_id, changes).unwrap();
        app.clerk.take_events();
        let hidden = reconcile(&app, &FAST, &[]).await;
        assert!(!format!("{hidden:?}").contains("Xanthippe") && hidden.output.contains("first_name"), "{hidden:?}");
        let shown = reconcile(&app, &[&FAST[..], &["--verbose"]].concat(), &[]).await;
        assert!(shown.output.contains("\"Xanthippe\""), "{shown:?}");
    }

    async fn what_is_missing_is_said_in_words(app) {
        let unmigrated = app.on.empty().await;
        let url = unmigrated.config.url.expose().to_owned();
        let wrong = app.clerk.secret_key().replace("sk_test_", "sk_test_wrong");
        for (changed, words) in [
            ([("CLERK_SECRET_KEY", String::new())], "CLERK_SECRET_KEY is not set"),
            ([("CLERK_SECRET_KEY", wrong)], "does not accept CLERK_SECRET_KEY"),
            ([("DATABASE_URL", url)], "tenantry migrate up"),
        ] {
            let ended = reconcile(&app, &FAST, &changed).await;
            assert_eq!((ended.code, &*ended.output), (1, ""), "{ended:?}");
            assert!(ended.errors.contains(words), "{words}: {ended:?}");
        }
    }


    async fn what_could_not_be_read_is_a_failure_once_the_rest_is_compared(app) {
        let app = billed(app.on).await;
        let (acme, newcomer) = (app.organization("acme").await, new_user(&app, "newcomer"));
        app.clerk.take_events();
        let path = format!("/v1/organizations/{}/billing/subscription", acme.id);
        app.clerk.fail(Fault::refuse(403, "not_yours").on(Method::GET, path));
        let ended = reconcile(&app, &[&FAST[..], &["--apply"]].concat(), &[]).await;
        assert_eq!((ended.code, &*ended.output), (1, &*format!("user {newcomer} exists: no -> yes\n")), "{ended:?}");
        for words in [&format!("note: what {} subscribes to is left alone", acme.id), "1 repaired", "1 objects of Clerk's could not be read"] {
            assert!(ended.errors.contains(words), "{words}: {ended:?}");
        }
    }
}
