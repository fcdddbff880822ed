//! The catalogue of plans: what each allows, by the slug it has at Clerk. Read from `PLANS_FILE`, else built in.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::reader::Reader;

/// The variable.
const NAME: &str = "PLANS_FILE";

/// The catalogue that applies unless a file says otherwise; also the example to start a file from.
const BUILT_IN: &str = include_str!("../../plans.example.toml");

/// Beyond this a number is a mistake.
const MOST: i64 = 1_000_000_000;

/// The most times that a plan may multiply the limits of requests.
const HIGHEST_MULTIPLIER: i64 = 1_000;

/// The longest slug, in bytes.
const LONGEST_SLUG: usize = 100;

/// What every plan allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    plans: BTreeMap<String, Plan>,
    free: Plan,
    personal: Plan,
}

/// What a plan allows. 0 is no limit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Its name at Clerk.
    pub slug: String,
    /// Members and pending invitations.
    pub members: u64,
    /// Tasks.
    pub tasks: u64,
    /// The slugs of the features it includes, sorted.
    pub features: Vec<String>,
    /// How many times the usual limits of requests apply.
    pub rate_multiplier: u32,
}

/// A mistake in the file, and how to mend it.
type Wrong = (String, String);

impl Default for Catalogue {
    fn default() -> Self {
        Self::parse(BUILT_IN).expect("a test reads the built-in catalogue")
    }
}

impl Catalogue {
    /// The plan with a slug.
    pub fn plan(&self, slug: &str) -> Option<&Plan> {
        self.plans.get(slug)
    }

    /// The plan of those who have none, or one that is not in the catalogue.
    pub fn free(&self, personal: bool) -> &Plan {
        if personal { &self.personal } else { &self.free }
    }

    /// Every plan, by slug.
    pub fn plans(&self) -> impl Iterator<Item = &Plan> {
        self.plans.values()
    }

    /// Reads a catalogue.
    ///
    /// # Errors
    /// Every mistake in it, each with its mend.
    pub fn parse(text: &str) -> Result<Self, Vec<(String, String)>> {
        let table: Table = text.trim_start_matches('\u{feff}').parse().map_err(|error| vec![syntax(text, &error)])?;
        let mut page = Page::default();
        let catalogue = page.catalogue(&table);
        match catalogue {
            Some(catalogue) if page.wrong.is_empty() => Ok(catalogue),
            _ => Err(page.wrong),
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let Some(path) = reader.value(NAME) else { return Self::default() };
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                let problem = format!("the file {path:?} cannot be read ({})", error.kind());
                reader.mistake(NAME, problem, "name a UTF-8 text file that this program may read");
                return Self::default();
            }
        };
        Self::parse(&text).unwrap_or_else(|wrong| {
            for (problem, mend) in wrong {
                reader.mistake(NAME, format!("in {path:?}, {problem}"), mend);
            }
            Self::default()
        })
    }
}

fn syntax(text: &str, error: &toml::de::Error) -> Wrong {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    (format!("line {line} is no TOML: {}", error.message()), "see plans.example.toml".into())
}

/// One pass over a file, which collects mistakes instead of stopping at the first.
#[derive(Default)]
struct Page {
    wrong: Vec<Wrong>,
}

impl Page {
    fn refuse(&mut self, problem: impl Into<String>, mend: impl Into<String>) {
        self.wrong.push((problem.into(), mend.into()));
    }

    fn catalogue(&mut self, table: &Table) -> Option<Catalogue> {
        self.refuse_unknown(table, "", &["free_plan", "free_personal_plan", "plans"]);
        let plans = self.plans(table.get("plans"));
        let free = self.named(table, "free_plan", &plans);
        if free.is_none() && !table.contains_key("free_plan") {
            self.refuse("free_plan is missing", "name the plan of organizations that pay nothing");
        }
        let personal = self.named(table, "free_personal_plan", &plans).or_else(|| free.clone());
        Some(Catalogue { plans, free: free?, personal: personal? })
    }

    /// The plan that a member of the file names.
    fn named(&mut self, table: &Table, name: &str, plans: &BTreeMap<String, Plan>) -> Option<Plan> {
        let slug = match table.get(name)? {
            Value::String(slug) => slug,
            _ => {
                self.refuse(format!("{name} is no text"), "write the slug of a plan in quotes");
                return None;
            }
        };
        if !plans.contains_key(slug) {
            let mend = format!("add [plans.{slug}], or name one that is there");
            self.refuse(format!("{name} names {slug:?}, which is no plan of the file"), mend);
        }
        plans.get(slug).cloned()
    }

    fn plans(&mut self, value: Option<&Value>) -> BTreeMap<String, Plan> {
        let Some(Value::Table(plans)) = value else {
            self.refuse("there is no plan", "add a table such as [plans.free_org]");
            return BTreeMap::new();
        };
        plans.iter().map(|(slug, plan)| (slug.clone(), self.plan(slug, plan))).collect()
    }

    /// What cannot be read is left at no limit: nothing comes of a catalogue with mistakes.
    fn plan(&mut self, slug: &str, value: &Value) -> Plan {
        let place = format!("plans.{slug}");
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if !(1..=LONGEST_SLUG).contains(&slug.len()) || !slug.bytes().all(plain) {
            self.refuse(
                format!("{place} is no slug of Clerk's"),
                "use letters, digits, _ and -, as in Clerk's dashboard",
            );
        }
        let Value::Table(plan) = value else {
            self.refuse(format!("{place} is no table"), format!("write [{place}] and its limits below"));
            return Plan::default();
        };
        self.refuse_unknown(plan, &format!("{place}."), &["members", "tasks", "features", "rate_multiplier"]);
        let members = self.number(plan, &place, "members", MOST, None);
        let tasks = self.number(plan, &place, "tasks", MOST, None);
        let multiplier = self.number(plan, &place, "rate_multiplier", HIGHEST_MULTIPLIER, Some(1));
        Plan {
            slug: slug.to_owned(),
            members,
            tasks,
            features: self.features(plan, &place),
            rate_multiplier: u32::try_from(multiplier).unwrap_or_default(),
        }
    }

    fn number(&mut self, plan: &Table, place: &str, name: &str, most: i64, usual: Option<u64>) -> u64 {
        let value = match (plan.get(name), usual) {
            (Some(Value::Integer(number)), _) if (0..=most).contains(number) => return number.unsigned_abs(),
            (None, Some(usual)) => return usual,
            (value, _) => value,
        };
        let problem = if value.is_none() { "is missing" } else { "is no whole number in its range" };
        self.refuse(
            format!("{place}.{name} {problem}"),
            format!("write a number from 0, which is no limit, to {most}"),
        );
        0
    }

    fn features(&mut self, plan: &Table, place: &str) -> Vec<String> {
        let Some(value) = plan.get("features") else { return Vec::new() };
        let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let mut features: Vec<String> = items.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        if !value.is_array() || features.len() < items.len() || features.iter().any(String::is_empty) {
            self.refuse(format!("{place}.features is no list of slugs"), r#"write ["tasks", "members"]"#);
        }
        features.sort();
        features.dedup();
        features
    }

    /// A name that is misspelt would be a limit that nobody keeps.
    fn refuse_unknown(&mut self, table: &Table, place: &str, known: &[&str]) {
        for name in table.keys().filter(|name| !known.contains(&name.as_str())) {
            self.refuse(format!("{place}{name} is unknown"), format!("use one of {}", known.join(", ")));
        }
    }
}
