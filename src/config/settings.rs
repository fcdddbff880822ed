//! Where values come from: the process environment, below it `.env`, below that injected defaults.
//!
//! Nothing here changes the process environment, so reading is safe while threads run.

use std::collections::BTreeMap;
use std::env::VarError;
use std::fmt;
use std::io::ErrorKind;
use std::path::Path;

use super::mistakes::{ConfigErrors, Mistake};
use super::variables::{VARIABLES, names_a_clerk, variable};
use super::{Command, Config};

/// Values that apply where the operator said nothing, and the command that asks.
///
/// Those named `CLERK_…` stand or fall together: as soon as the operator names a Clerk of their own
/// (see [`Settings::names_a_clerk`]) none of them applies, so that two instances never mix.
#[derive(Clone)]
pub struct Defaults {
    pub(super) command: Command,
    pub(super) values: BTreeMap<&'static str, String>,
}

impl Defaults {
    /// The defaults of a command, with nothing injected.
    pub fn of(command: Command) -> Self {
        Self { command, values: BTreeMap::new() }
    }

    /// Adds a value, for example the address of the local Clerk that `dev` has started.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.values.insert(name, value.into());
        self
    }
}

impl fmt::Debug for Defaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Defaults").field("command", &self.command).field("names", &self.values.keys()).finish()
    }
}

/// What the operator set, before any of it is judged.
#[derive(Clone, Default)]
pub struct Settings {
    values: BTreeMap<&'static str, String>,
    mistakes: Vec<Mistake>,
}

impl Settings {
    /// Collects the known variables of the process and of `.env` in the working directory.
    ///
    /// A mistake in the file waits for [`Settings::config`], which reports it with all others.
    pub fn load() -> Self {
        Self::layers(process_variable, Path::new(".env"))
    }

    pub(super) fn layers(process: impl Fn(&'static str) -> Result<String, VarError>, file: &Path) -> Self {
        let mut settings = Self::default();
        settings.read_file(file);
        for known in VARIABLES {
            match process(known.name) {
                Ok(value) => {
                    settings.values.insert(known.name, value);
                }
                Err(VarError::NotPresent) => {}
                Err(VarError::NotUnicode(_)) => {
                    settings.mistake(known.name, "the value is not UTF-8", "set it again as plain text")
                }
            }
        }
        settings
    }

    /// Whether the operator named a Clerk instance, so that `dev` starts none of its own.
    pub fn names_a_clerk(&self) -> bool {
        names_a_clerk(|name| self.get(name))
    }

    /// What the operator set `name` to; an empty value is a value here.
    pub fn get(&self, name: &str) -> Option<String> {
        self.values.get(name).cloned()
    }

    /// Judges the values.
    ///
    /// # Errors
    /// Every mistake found, those of the file included.
    pub fn config(&self, defaults: &Defaults) -> Result<Config, ConfigErrors> {
        let mut mistakes = self.mistakes.clone();
        match Config::read(|name| self.get(name), defaults) {
            Ok(config) if mistakes.is_empty() => return Ok(config),
            Ok(_) => {}
            Err(others) => mistakes.extend_from_slice(others.mistakes()),
        }
        Err(ConfigErrors::new(mistakes))
    }

    /// Judges the values, and goes on where one is wrong: see [`Config::read_in_part`].
    pub fn config_in_part(&self, defaults: &Defaults) -> (Config, Vec<Mistake>) {
        let (config, others) = Config::read_in_part(|name| self.get(name), defaults);
        (config, [self.mistakes.clone(), others].concat())
    }

    fn read_file(&mut self, file: &Path) {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return,
            Err(error) => {
                let problem = format!("the file cannot be read ({})", error.kind());
                return self.mistake(".env", problem, "make it a UTF-8 text file you may read");
            }
        };
        let mut before: Option<String> = None;
        // dotenvy's own error text repeats the line, and with it perhaps a secret.
        for item in dotenvy::from_read_iter(text.trim_start_matches('\u{feff}').as_bytes()) {
            match item {
                Ok((name, value)) => {
                    self.file_value(&name, value);
                    before = Some(name);
                }
                Err(_) => self.unreadable_line(before.as_deref()),
            }
        }
    }

    fn file_value(&mut self, name: &str, value: String) {
        let Some(known) = variable(name) else { return };
        if self.values.insert(known.name, value).is_some() {
            self.mistake(known.name, "`.env` sets it twice", "keep one of the lines");
        }
    }

    fn unreadable_line(&mut self, before: Option<&str>) {
        let place = match before {
            Some(name) => format!("after {name}"),
            None => "at its beginning".to_owned(),
        };
        self.mistake(
            ".env",
            format!("a line {place} cannot be read"),
            "write NAME=value, and quote a value with spaces or `#`, '…' if it holds `$`",
        );
    }

    fn mistake(&mut self, name: &'static str, problem: impl Into<String>, mend: &str) {
        self.mistakes.push(Mistake { name, problem: problem.into(), mend: mend.to_owned() });
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("names", &self.values.keys()).field("mistakes", &self.mistakes).finish()
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn process_variable(name: &'static str) -> Result<String, VarError> {
    std::env::var(name)
}
