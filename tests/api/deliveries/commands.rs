//! `tenantry webhooks` as an operator runs it.

use std::process::Command;

use serde_json::Value;
use tenantry::webhooks::delivery::State;

use super::{became, store};
use crate::support::{TestApp, new_user};

/// Whether it succeeded, and what it printed where.
async fn webhooks(app: &TestApp, arguments: &[&str]) -> (bool, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenantry"));
    command.arg("webhooks").args(arguments).env_clear().env("DATABASE_URL", app.scratch.config.url.expose());
    let folder = tempfile::tempdir().unwrap();
    command.current_dir(folder.path());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

on_both_databases! {
    async fn deliveries_are_listed_shown_and_replayed(app) {
        let acme = app.organization("acme").await;
        let user = new_user(&app, "xanthippe");
        store(&app, "msg_failed", State::Failed, &app.clerk.take_events()[0]).await;

        let (success, all, _) = webhooks(&app, &["list", "--json"]).await;
        assert!(success && objects(&all).len() >= 4, "{all}");
        let (_, of_acme, _) = webhooks(&app, &["list", "--json", "--org", &acme.id, "--type", "organization*", "--since", "1h"]).await;
        assert_eq!(objects(&of_acme).len(), 2, "{of_acme}");
        let (_, failed, _) = webhooks(&app, &["list", "--state", "failed"]).await;
        assert_eq!(failed.lines().count(), 1);
        for word in ["msg_failed", "failed", "user.created", "database error 40001"] {
            assert!(failed.contains(word), "{word}: {failed}");
        }

        for arguments in [&["show", "msg_failed"][..], &["show", "msg_failed", "--json"]] {
            let (success, shown, _) = webhooks(&app, arguments).await;
            assert!(success && shown.contains(&user) && shown.contains("svix-id"), "{shown}");
            assert!(!shown.contains("xanthippe") && !shown.contains("Tester"), "it names somebody: {shown}");
        }

        let (success, replayed, _) = webhooks(&app, &["replay", "--state", "failed", "--json"]).await;
        assert!(success, "{replayed}");
        assert_eq!(objects(&replayed), [serde_json::json!({"id": "msg_failed", "state": "applied", "reason": null})]);
        assert_eq!(became(&app, "msg_failed").await.0, State::Applied);
        let (success, again, _) = webhooks(&app, &["replay", "msg_failed"]).await;
        assert!(success && again.starts_with("applied"), "{again}");
    }

    async fn what_is_not_there_or_not_understood_is_said_in_words(app) {
        for (arguments, words) in [
            (&["show", "msg_nowhere"][..], "kept for 90 days"),
            (&["replay", "msg_nowhere"], "kept for 90 days"),
            (&["replay"], "--state"),
            (&["list", "--since", "yesterday"], "24h"),
        ] {
            let (success, output, errors) = webhooks(&app, arguments).await;
            assert!(!success && output.is_empty() && errors.contains(words), "{arguments:?}: {errors}");
        }
    }
}
