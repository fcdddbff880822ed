//! `.env.example` and `docs/configuration.md` say what the list of variables says.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::{Values, local, production, publishable, read, with};
use crate::config::{Command, Config, DefaultValue, Defaults, VARIABLES, Variable};

const EXAMPLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/.env.example"));
const DOCUMENT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md"));

/// The assignments of `.env.example`, commented out or not, in order.
fn assignments() -> Vec<(&'static str, &'static str)> {
    EXAMPLE
        .lines()
        .filter_map(|line| line.trim_start_matches("# ").split_once('='))
        .filter(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        .collect()
}

fn row(variable: &Variable) -> String {
    let default = match variable.default {
        DefaultValue::Nothing => "unset".to_owned(),
        DefaultValue::Fixed(value) => format!("`{value}`"),
        DefaultValue::Depends(how) => how.to_owned(),
    };
    format!("| `{}` | {} | {default} |", variable.name, variable.meaning)
}

#[test]
fn every_variable_is_in_the_list_once() {
    let names: BTreeSet<&str> = VARIABLES.iter().map(|variable| variable.name).collect();
    assert_eq!(names.len(), VARIABLES.len());
}

#[test]
fn the_example_mentions_every_variable_once_and_nothing_else() {
    let mut mentions: BTreeMap<&str, usize> = VARIABLES.iter().map(|v| (v.name, 0)).collect();
    for (name, _) in assignments() {
        let count = mentions.get_mut(name);
        *count.unwrap_or_else(|| panic!("remove {name} from .env.example: nothing reads it")) += 1;
    }
    for (name, count) in mentions {
        assert_eq!(count, 1, "give {name} exactly one line in .env.example");
    }
}

#[test]
fn the_example_shows_the_fixed_defaults() {
    let shown: BTreeMap<&str, &str> = assignments().into_iter().collect();
    for variable in VARIABLES {
        if let DefaultValue::Fixed(value) = variable.default {
            assert_eq!(shown[variable.name], value, "mend {} in .env.example", variable.name);
        }
    }
}

#[test]
fn the_example_sets_nothing() {
    let set: Vec<_> = dotenvy::from_read_iter(EXAMPLE.as_bytes()).collect();
    assert!(set.is_empty(), "comment it out, so that `dev` works with it as it is: {set:?}");
}

#[test]
fn what_the_example_shows_as_a_default_changes_nothing() {
    let before = format!("{:?}", read(Command::Dev, &local()).unwrap());
    for (name, value) in assignments() {
        let variable = VARIABLES.iter().find(|v| v.name == name).unwrap();
        let derived = ["CLERK_ISSUER", "CLERK_JWKS_URL"].contains(&name);
        if variable.default == DefaultValue::Nothing || derived {
            continue;
        }
        let after = read(Command::Dev, &with(local(), &[(name, value)])).unwrap();
        assert_eq!(format!("{after:?}"), before, "{name}={value} is not the default of `dev`");
    }
}

#[test]
fn the_keys_of_the_example_are_refused_in_production() {
    for (name, value) in assignments() {
        let local_address = ["DATABASE_URL", "DATABASE_DIRECT_URL", "MIGRATION_DATABASE_URL"].contains(&name);
        let secret = VARIABLES.iter().any(|v| v.name == name && v.secret);
        if name != "CLERK_PUBLISHABLE_KEY" && (local_address || !secret) {
            continue;
        }
        let mut values = with(production(), &[("CLERK_WEBHOOK_SIGNING_SECRET", "")]);
        values.insert(name.to_owned(), value.trim_matches('"').to_owned());
        let errors = read(Command::Serve, &values).unwrap_err().to_string();
        assert!(errors.contains(&format!("{name}: ")) && errors.contains("placeholder"), "{errors}");
    }
}

#[test]
fn the_document_has_the_same_table() {
    let rows: Vec<&str> = DOCUMENT.lines().filter(|line| line.starts_with("| `")).collect();
    let missing: Vec<String> = VARIABLES.iter().map(row).filter(|row| !rows.contains(&row.as_str())).collect();
    assert!(
        missing.is_empty(),
        "docs/configuration.md needs these rows:
{}",
        missing.join(
            "
"
        )
    );
    for line in rows {
        let name = line.trim_start_matches("| `").split('`').next().unwrap();
        let known = VARIABLES.iter().any(|v| v.name == name);
        let is_name = name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        assert!(known || !is_name, "remove {name} from docs/configuration.md: nothing reads it");
    }
}

#[test]
fn reading_asks_for_every_variable_of_the_list_and_no_other() {
    let asked = RefCell::new(BTreeSet::new());
    let key = publishable("test", "clerk.localhost");
    let configurations: [Values; 4] = [
        Values::new(),
        local(),
        production(),
        with(local(), &[("CLERK_PUBLISHABLE_KEY", ""), ("CLERK_ISSUER", "http://localhost"), ("LOG_LEVEL", &key)]),
    ];
    for values in &configurations {
        for command in [Command::Dev, Command::Serve, Command::Other] {
            let get = |name: &str| {
                asked.borrow_mut().insert(name.to_owned());
                values.get(name).cloned()
            };
            // Whether it is a good configuration does not matter here.
            drop(Config::read(get, &Defaults::of(command)));
        }
    }
    let listed: BTreeSet<String> = VARIABLES.iter().map(|v| v.name.to_owned()).collect();
    assert_eq!(asked.into_inner(), listed);
}
