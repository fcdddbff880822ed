//! Looks values up, parses the plain kinds, and collects mistakes instead of stopping at the first.
//!
//! After a mistake a reading function answers with some harmless value; [`Reader::finish`] lets
//! none of them out.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use super::mistakes::{ConfigErrors, Fault, Mistake};
use super::settings::Defaults;
use super::variables::{DefaultValue, names_a_clerk, variable};
use super::{Command, Environment, placeholder};

const LONGEST_QUOTE: usize = 100;

/// One pass over the variables.
pub(super) struct Reader<'a> {
    get: &'a dyn Fn(&str) -> Option<String>,
    defaults: &'a Defaults,
    own_clerk: bool,
    mistakes: Vec<Mistake>,
    pub(super) command: Command,
    pub(super) environment: Environment,
}

impl<'a> Reader<'a> {
    pub(super) fn new(get: &'a dyn Fn(&str) -> Option<String>, defaults: &'a Defaults) -> Self {
        let mut reader = Self {
            get,
            defaults,
            own_clerk: names_a_clerk(get),
            mistakes: Vec::new(),
            command: defaults.command,
            environment: match defaults.command {
                Command::Dev | Command::Other => Environment::Local,
                Command::Serve => Environment::Production,
            },
        };
        let environments =
            [("local", Environment::Local), ("staging", Environment::Staging), ("production", Environment::Production)];
        if let Some(chosen) = reader.choice("APP_ENV", &environments) {
            reader.environment = chosen;
        }
        reader
    }

    /// Hands the configuration out only if nothing was wrong.
    pub(super) fn finish<T>(self, config: T) -> Result<T, ConfigErrors> {
        if self.mistakes.is_empty() { Ok(config) } else { Err(ConfigErrors::new(self.mistakes)) }
    }

    /// Every mistake, in the order of the variables.
    pub(super) fn into_mistakes(self) -> Vec<Mistake> {
        ConfigErrors::new(self.mistakes).mistakes().to_vec()
    }

    /// What the operator set, trimmed; empty is unset.
    fn set(&self, name: &'static str) -> Option<String> {
        let value = (self.get)(name)?;
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    fn fallback(&self, name: &'static str) -> Option<String> {
        let injected = self.defaults.values.get(name);
        if let Some(value) = injected.filter(|_| !(self.own_clerk && name.starts_with("CLERK_"))) {
            return Some(value.clone());
        }
        match variable(name)?.default {
            DefaultValue::Fixed(value) => Some(value.to_owned()),
            DefaultValue::Depends(_) | DefaultValue::Nothing => None,
        }
    }

    /// The value of a variable: the operator's, else the injected one, else the fixed default.
    pub(super) fn value(&self, name: &'static str) -> Option<String> {
        self.set(name).or_else(|| self.fallback(name))
    }

    /// The value of a variable that has a second name, and the name that gave it.
    pub(super) fn either(&self, name: &'static str, second: &'static str) -> Option<(&'static str, String)> {
        let first = self.set(name).map(|value| (name, value));
        let second = first.or_else(|| self.set(second).map(|value| (second, value)));
        second.or_else(|| self.fallback(name).map(|value| (name, value)))
    }

    /// A yes or no; `false` when unset.
    pub(super) fn flag(&mut self, name: &'static str) -> bool {
        self.flag_or(name, false)
    }

    /// A yes or no whose default depends on something.
    pub(super) fn flag_or(&mut self, name: &'static str, unset: bool) -> bool {
        let Some(value) = self.value(name) else {
            return unset;
        };
        match value.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => true,
            "false" | "0" | "no" | "off" => false,
            _ => {
                let fault = Fault::new("is neither yes nor no", "use true or false");
                self.fault(name, &value, fault);
                unset
            }
        }
    }

    /// One of a few words, in any case.
    pub(super) fn choice<T: Copy>(&mut self, name: &'static str, words: &[(&str, T)]) -> Option<T> {
        let value = self.value(name)?;
        let chosen = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(&value));
        if chosen.is_none() {
            let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let fault = Fault::new("is unknown", format!("use one of {}", names.join(", ")));
            self.fault(name, &value, fault);
        }
        chosen.map(|(_, meaning)| *meaning)
    }

    /// A whole number with a fixed default.
    pub(super) fn number<N: FromStr + PartialOrd + Display + Copy>(
        &mut self,
        name: &'static str,
        range: RangeInclusive<N>,
    ) -> N {
        match self.value(name) {
            Some(value) => self.whole_number(name, &value, range),
            None => *range.start(),
        }
    }

    /// Parses `value`, which was found under `name`.
    pub(super) fn whole_number<N: FromStr + PartialOrd + Display + Copy>(
        &mut self,
        name: &'static str,
        value: &str,
        range: RangeInclusive<N>,
    ) -> N {
        match value.parse() {
            Ok(number) if range.contains(&number) => number,
            _ => {
                let (low, high) = (range.start(), range.end());
                let problem = format!("is not a whole number from {low} to {high}");
                self.fault(name, value, Fault::new(problem, "choose one in that range"));
                *range.start()
            }
        }
    }

    /// A whole number of seconds with a fixed default.
    pub(super) fn seconds(&mut self, name: &'static str, range: RangeInclusive<u64>) -> Duration {
        Duration::from_secs(self.number(name, range))
    }

    /// Whether the value is a stand-in that `staging` and `production` refuse; if so, says it.
    pub(super) fn refuses_placeholder(&mut self, name: &'static str, value: &str) -> bool {
        let refused = self.environment.is_hosted() && placeholder::is_placeholder(value);
        if refused {
            let problem = format!("is a placeholder, which {} refuses", self.environment);
            self.fault(name, value, Fault::new(problem, "put the real value there"));
        }
        refused
    }

    /// Whether a mistake was already recorded under one of `names`.
    pub(super) fn blames_any(&self, names: &[&str]) -> bool {
        self.mistakes.iter().any(|m| names.contains(&m.name))
    }

    /// Records what is wrong with `value`, quoting it only if it cannot be a secret.
    pub(super) fn fault(&mut self, name: &'static str, value: &str, fault: Fault) {
        let problem = format!("{} {}", subject(name, value), fault.problem);
        self.mistake(name, problem, fault.mend);
    }

    /// Records a mistake.
    pub(super) fn mistake(&mut self, name: &'static str, problem: impl Into<String>, mend: impl Into<String>) {
        self.mistakes.push(Mistake { name, problem: problem.into(), mend: mend.into() });
    }
}

/// Splits a comma list, dropping what is empty or repeated.
pub(super) fn list(value: &str) -> Vec<&str> {
    let mut items = Vec::new();
    for item in value.split(',').map(str::trim).filter(|i| !i.is_empty()) {
        push_new(&mut items, item);
    }
    items
}

/// Appends what is not there yet.
pub(super) fn push_new<T: PartialEq>(items: &mut Vec<T>, item: T) {
    if !items.contains(&item) {
        items.push(item);
    }
}

fn subject(name: &str, value: &str) -> String {
    let secret = variable(name).is_none_or(|known| known.secret);
    // Secrets end up under the wrong name, and passwords in addresses.
    let risky = ["sk_", "whsec_", "PRIVATE KEY", "@"].iter().any(|mark| value.contains(mark));
    if secret || risky || value.chars().count() > LONGEST_QUOTE { "the value".to_owned() } else { format!("{value:?}") }
}
