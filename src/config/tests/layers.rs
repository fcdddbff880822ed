//! Environment over `.env` over defaults.

use std::env::VarError;
use std::path::PathBuf;

use super::{names, publishable};
use crate::config::{Command, Defaults, Settings};

fn env_file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(".env");
    std::fs::write(&file, text).unwrap();
    (folder, file)
}

fn settings(process: &[(&str, &str)], text: &str) -> Settings {
    let (_folder, file) = env_file(text);
    let get = |name: &str| {
        let found = process.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned()).ok_or(VarError::NotPresent)
    };
    Settings::layers(get, &file)
}

#[test]
fn the_environment_wins_over_the_file_even_when_empty() {
    let key = publishable("test", "clerk.localhost");
    let text = format!(
        "\u{feff}# a comment\nCLERK_PUBLISHABLE_KEY={key}\nexport PORT=1\nHOST='0.0.0.0'\nLOG_LEVEL=warn\nUNKNOWN=1\n"
    );

    let settings = settings(&[("PORT", "2"), ("LOG_LEVEL", "")], &text);

    assert_eq!(settings.get("UNKNOWN"), None);
    assert!(settings.names_a_clerk());
    let config = settings.config(&Defaults::of(Command::Dev)).unwrap();
    assert_eq!(config.listen.to_string(), "0.0.0.0:2");
    assert_eq!(config.log.filter, "info");
    assert_eq!(config.clerk.publishable_key, Some(key));
}

#[test]
fn without_a_file_the_environment_is_enough() {
    let folder = tempfile::tempdir().unwrap();

    let settings = Settings::layers(|_| Err(VarError::NotPresent), &folder.path().join(".env"));

    assert!(!settings.names_a_clerk());
    let errors = settings.config(&Defaults::of(Command::Dev)).unwrap_err();
    assert_eq!(names(&errors), ["CLERK_PUBLISHABLE_KEY"]);
}

#[test]
fn an_empty_line_of_the_file_names_no_clerk() {
    assert!(!settings(&[], "CLERK_SECRET_KEY=\nCLERK_WEBHOOK_SECRET=x\n").names_a_clerk());
    assert!(settings(&[("CLERK_API_URL", "https://api.clerk.com")], "").names_a_clerk());
}

#[test]
fn mistakes_of_the_file_come_with_all_others_and_tell_no_secret() {
    let text = "PORT=1\nCLERK_SECRET_KEY=hush hush\nPORT=2\nLOG_FORMAT=xml\n";

    let settings = settings(&[], text);
    let errors = settings.config(&Defaults::of(Command::Dev)).unwrap_err();

    let expected = [".env", "PORT", "CLERK_PUBLISHABLE_KEY", "LOG_FORMAT"];
    assert_eq!(names(&errors), expected, "{errors}");
    assert!(errors.to_string().contains("a line after PORT"), "{errors}");
    assert!(!format!("{errors} {errors:?} {settings:?}").contains("hush"));
}

#[test]
fn a_file_that_cannot_be_read_is_a_mistake() {
    let folder = tempfile::tempdir().unwrap();

    let settings = Settings::layers(|_| Err(VarError::NotPresent), folder.path());

    let errors = settings.config(&Defaults::of(Command::Other)).unwrap_err();
    assert_eq!(names(&errors), [".env"]);
}

#[test]
fn a_value_that_is_not_text_is_a_mistake() {
    let settings = Settings::layers(
        |name| match name {
            "PORT" => Err(VarError::NotUnicode("hush".into())),
            _ => Err(VarError::NotPresent),
        },
        &PathBuf::from("/nowhere/.env"),
    );

    let errors = settings.config(&Defaults::of(Command::Other)).unwrap_err();
    assert_eq!(names(&errors), ["PORT"]);
    assert!(!errors.to_string().contains("hush"));
}

#[test]
fn injected_defaults_show_names_only() {
    let defaults = Defaults::of(Command::Dev).with("CLERK_SECRET_KEY", "hush");

    let shown = format!("{defaults:?}");

    assert!(shown.contains("CLERK_SECRET_KEY") && !shown.contains("hush"), "{shown}");
}
