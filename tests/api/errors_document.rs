//! The catalogue of errors: complete, and committed as `docs/errors.md`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tenantry::error::catalogue;

const UPDATE: &str = "UPDATE_ERRORS=1 cargo test --test api errors_document::";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_committed_document_is_current() {
    let file = root().join("docs/errors.md");
    let text = catalogue::markdown();
    if std::env::var("UPDATE_ERRORS").is_ok_and(|value| value == "1") {
        std::fs::write(&file, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    let differs = text.lines().zip(committed.lines()).find(|(now, then)| now != then);
    assert!(text == committed, "docs/errors.md is stale, run {UPDATE}: {differs:?}");
}

#[test]
fn each_code_stands_once_with_sentences_and_in_order() {
    let places: Vec<(u16, &str)> = catalogue::CODES.iter().map(|entry| (entry.status, entry.code)).collect();
    assert!(places.is_sorted(), "order CODES by status and code");
    let codes: BTreeSet<&str> = places.iter().map(|(_, code)| *code).collect();
    assert_eq!(codes.len(), places.len(), "a code has one status");
    for entry in catalogue::CODES {
        assert!(entry.meaning.ends_with('.') && entry.mend.ends_with('.'), "{} lacks a sentence", entry.code);
    }
    assert!(catalogue::FIELD_CODES.is_sorted() && catalogue::FIELD_CODES.iter().all(|(_, says)| says.ends_with('.')));
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => sources(&path, found),
            false if path.extension().is_some_and(|extension| extension == "rs") => found.push(path),
            false => {}
        }
    }
}

/// What stands between the quotes after each occurrence of `opening`.
fn quoted<'a>(text: &'a str, opening: &str) -> Vec<&'a str> {
    text.split(opening).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_code_in_the_sources_is_in_the_catalogue_and_none_is_there_in_vain() {
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    let catalogue_file = root().join("src/error/catalogue.rs");
    let texts: Vec<String> = files
        .iter()
        .filter(|file| **file != catalogue_file)
        .map(|file| std::fs::read_to_string(file).unwrap())
        .collect();
    let used: BTreeSet<&str> = texts.iter().flat_map(|text| quoted(text, "code: \"")).collect();
    assert!(used.len() > 30, "only {} codes were found: the sources were misread", used.len());
    let known = |code: &str| catalogue::CODES.iter().any(|entry| entry.code == code);
    let missing: Vec<&&str> = used.iter().filter(|code| !known(code)).collect();
    assert!(missing.is_empty(), "add to src/error/catalogue.rs, then {UPDATE}: {missing:?}");
    let all = texts.concat();
    for code in
        catalogue::CODES.iter().map(|entry| entry.code).chain(catalogue::FIELD_CODES.iter().map(|(code, _)| *code))
    {
        assert!(
            all.contains(&format!("\"{code}\"")),
            "no answer carries {code}; take it out of src/error/catalogue.rs"
        );
    }
}
