//! `docs/requirements.md` lists every requirement once, and names only what is there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const DOCUMENT: &str = "docs/requirements.md";

/// How many requirements each of the five sources states.
const SOURCES: [(&str, usize); 5] = [("S0", 32), ("S1", 42), ("S2", 47), ("S3", 15), ("S4", 38)];

/// Words a command in the document begins with.
const COMMANDS: [&str; 2] = ["cargo ", "tenantry "];

/// A requirement, and the cell that says what shows it.
struct Row {
    id: String,
    shown_by: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rows() -> Vec<Row> {
    let text = std::fs::read_to_string(root().join(DOCUMENT)).unwrap();
    let cells = text.lines().filter_map(|line| line.strip_prefix("| S")?.strip_suffix(" |"));
    cells
        .map(|line| match line.split(" | ").collect::<Vec<_>>()[..] {
            [id, _, shown_by] => Row { id: format!("S{id}"), shown_by: shown_by.into() },
            _ => panic!("a row of {DOCUMENT} has not three cells: S{line}"),
        })
        .collect()
}

/// What a cell names, between backticks.
fn named(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// What is wrong with a name, if anything is.
fn fault(name: &str) -> Option<String> {
    if COMMANDS.iter().any(|command| name.starts_with(command)) {
        return None;
    }
    let (file, test) = match name.split_once("::") {
        Some((file, test)) => (file, Some(test)),
        None => (name, None),
    };
    let path: PathBuf = root().join(file);
    let Some(test) = test else {
        return (!path.exists()).then(|| format!("{file} does not exist"));
    };
    match std::fs::read_to_string(path) {
        Err(_) => Some(format!("{file} does not exist")),
        Ok(source) if source.contains(&format!("fn {test}(")) => None,
        Ok(_) => Some(format!("{file} has no test {test}")),
    }
}

#[test]
fn every_requirement_has_one_row() {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows() {
        *count.entry(row.id).or_default() += 1;
    }
    let mut mistakes = Vec::new();
    for (source, last) in SOURCES {
        for number in 1..=last {
            let id = format!("{source}.{number}");
            match count.remove(&id) {
                Some(1) => {}
                Some(rows) => mistakes.push(format!("{id} has {rows} rows")),
                None => mistakes.push(format!("{id} has no row")),
            }
        }
    }
    mistakes.extend(count.into_keys().map(|id| format!("{id} is no requirement")));
    assert!(mistakes.is_empty(), "mend {DOCUMENT}: {}", mistakes.join("; "));
}

#[test]
fn every_row_names_what_is_there() {
    let mut mistakes = Vec::new();
    for row in rows() {
        let names = named(&row.shown_by);
        if names.is_empty() || row.shown_by.ends_with("open") {
            mistakes.push(format!("{} names nothing, or says that something is open", row.id));
        }
        mistakes.extend(names.into_iter().filter_map(fault).map(|fault| format!("{}: {fault}", row.id)));
    }
    assert!(mistakes.is_empty(), "mend {DOCUMENT}: {}", mistakes.join("; "));
}

#[test]
fn a_name_that_is_not_there_is_found() {
    for name in ["docs/absent.md", "tests/api/absent.rs::a_test", "tests/api/requirements.rs::absent"] {
        assert!(fault(name).is_some(), "{name} was not missed");
    }
    for name in ["cargo test --workspace", DOCUMENT, "tests/api/requirements.rs::every_requirement_has_one_row"] {
        assert_eq!(fault(name), None);
    }
}

/// Every source file of the tests and of the program.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn what_is_promised_of_security_names_tests_that_are_there() {
    let text = std::fs::read_to_string(root().join("docs/security.md")).unwrap();
    let mut files = Vec::new();
    sources(&root().join("tests"), &mut files);
    sources(&root().join("src"), &mut files);
    let all: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let mut seen = 0;
    for name in named(&text).into_iter().filter(|name| name.contains("::")) {
        let last = name.rsplit("::").next().unwrap();
        let is_test = all.iter().any(|source| source.contains(&format!("fn {last}(")));
        let is_file = files.iter().any(|file| file.file_stem().is_some_and(|stem| stem == last));
        let is_folder = files.iter().any(|file| file.parent().is_some_and(|folder| folder.ends_with(last)));
        assert!(is_test || is_file || is_folder, "docs/security.md names {name}, which is not there");
        seen += 1;
    }
    for name in named(&text).into_iter().filter(|name| name.starts_with("tests/") || name.starts_with("src/")) {
        assert!(root().join(name).exists(), "docs/security.md names {name}, which is not there");
    }
    assert!(seen > 30, "only {seen} tests are named: the document was misread");
}
