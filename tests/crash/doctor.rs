//! `tenantry doctor` as an operator runs it: lines or JSON, and an exit code, from the environment alone.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::database::Database;

fn doctor(arguments: &[&str], variables: &[(&str, &str)], folder: &Path) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenantry"));
    command.arg("doctor").args(arguments).env_clear().envs(variables.iter().copied()).current_dir(folder);
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap())
}

#[tokio::test]
async fn it_says_a_line_for_each_thing_and_ends_with_what_a_script_asks() {
    let scratch = Database::Sqlite.scratch().await;
    let folder = tempfile::tempdir().unwrap();
    let variables = [("APP_ENV", "local"), ("DATABASE_URL", scratch.config.url.expose())];

    let (code, said) = doctor(&["--step", "4"], &variables, folder.path());
    assert_eq!(code, Some(0), "{said}");
    assert!(said.lines().count() > 8 && said.lines().all(|line| line.starts_with("4 ")), "{said}");
    assert!(said.contains("4 ok       schema          all"), "{said}");

    // `serve` would need more than a database.
    let (code, said) = doctor(&[], &variables, folder.path());
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("1 failed   settings        CLERK_PUBLISHABLE_KEY: not set"), "{said}");

    let (code, said) =
        doctor(&["--json", "schema", "settings"], &[("CLERK_SECRET_KEY", "something wrong")], folder.path());
    let document: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &document["ok"]), (Some(1), &Value::Bool(false)));
    let findings = document["findings"].as_array().unwrap();
    // Without APP_ENV it is production, as for `serve`, and that has no default database.
    let of = |check: &str| findings.iter().find(|finding| finding["check"] == check).unwrap().clone();
    assert_eq!(of("schema")["outcome"], "failed");
    assert!(findings.iter().any(|finding| finding["found"].as_str().unwrap().starts_with("DATABASE_URL: not set")));
    assert!(!said.contains("something wrong"), "{said}");
    assert_eq!(folder.path().read_dir().unwrap().count(), 0, "looking must make nothing");
}

#[test]
fn a_check_that_there_is_not_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = doctor(&["temperature"], &[], folder.path());
    assert!(code == Some(2) && said.contains("secret-key"), "{said}");
}
