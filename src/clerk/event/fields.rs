//! Reads the fields of a JSON object, and says which one is wrong without repeating it.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

/// The longest id, in bytes.
const MAX_ID: usize = 255;

/// The last millisecond of the year 9999, beyond which times as text no longer sort.
const MAX_MILLIS: i64 = 253_402_300_799_999;

/// Data of a type we know that is not as Clerk describes it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pointer} {problem}")]
pub struct Unreadable {
    pointer: Cow<'static, str>,
    problem: &'static str,
}

impl Unreadable {
    pub(super) fn new(pointer: impl Into<Cow<'static, str>>, problem: &'static str) -> Self {
        Self { pointer: pointer.into(), problem }
    }
}

/// A time from Unix milliseconds; none before 1970 or after 9999.
pub(super) fn millis(milliseconds: i64) -> Option<DateTime<Utc>> {
    (0..=MAX_MILLIS).contains(&milliseconds).then(|| DateTime::from_timestamp_millis(milliseconds)).flatten()
}

/// An object, and where in the payload it lies (a JSON Pointer).
#[derive(Debug)]
pub(super) struct Fields<'a> {
    object: &'a Map<String, Value>,
    pointer: Cow<'static, str>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(value: &'a Value, pointer: impl Into<Cow<'static, str>>) -> Result<Self, Unreadable> {
        let pointer = pointer.into();
        match value {
            Value::Object(object) => Ok(Self { object, pointer }),
            Value::Null => Err(Unreadable::new(pointer, "is missing")),
            _ => Err(Unreadable::new(pointer, "is no object")),
        }
    }

    fn wrong(&self, name: &str, problem: &'static str) -> Unreadable {
        Unreadable::new(format!("{}/{name}", self.pointer), problem)
    }

    fn missing(&self, name: &str) -> Unreadable {
        self.wrong(name, "is missing")
    }

    /// The value of a field; absent and null are the same here.
    fn value(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// Text; empty counts as absent, as Clerk writes either.
    ///
    /// U+0000 becomes U+FFFD: PostgreSQL cannot store it, and every retry would fail again.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Unreadable> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.replace('\0', "\u{fffd}"))),
            Some(_) => Err(self.wrong(name, "is no text")),
        }
    }

    pub(super) fn required_text(&self, name: &str) -> Result<String, Unreadable> {
        self.text(name)?.ok_or_else(|| self.missing(name))
    }

    /// An id: opaque, but neither endless nor with control characters.
    pub(super) fn optional_id(&self, name: &str) -> Result<Option<String>, Unreadable> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(id)) if id.is_empty() => Ok(None),
            Some(Value::String(id)) if id.len() <= MAX_ID && !id.chars().any(char::is_control) => Ok(Some(id.clone())),
            Some(_) => Err(self.wrong(name, "is no id")),
        }
    }

    pub(super) fn id(&self, name: &str) -> Result<String, Unreadable> {
        self.optional_id(name)?.ok_or_else(|| self.missing(name))
    }

    /// An organization's id, which must not look like a person's: that would name their own workspace.
    pub(super) fn organization_id(&self, name: &str) -> Result<String, Unreadable> {
        let id = self.id(name)?;
        if id.starts_with("user_") { Err(self.wrong(name, "is a person's id")) } else { Ok(id) }
    }

    /// A person's id, which must not look like an organization's: that would name the organization's data.
    pub(super) fn user_id(&self, name: &str) -> Result<String, Unreadable> {
        let id = self.id(name)?;
        if id.starts_with("org_") { Err(self.wrong(name, "is an organization's id")) } else { Ok(id) }
    }

    /// A time in Unix milliseconds.
    pub(super) fn time(&self, name: &str) -> Result<Option<DateTime<Utc>>, Unreadable> {
        let Some(value) = self.value(name) else { return Ok(None) };
        value.as_i64().and_then(millis).map(Some).ok_or_else(|| self.wrong(name, "is no time"))
    }

    pub(super) fn integer(&self, name: &str) -> Result<Option<i64>, Unreadable> {
        let Some(value) = self.value(name) else { return Ok(None) };
        value.as_i64().map(Some).ok_or_else(|| self.wrong(name, "is no whole number"))
    }

    /// A flag; absent is false.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Unreadable> {
        match self.value(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(self.wrong(name, "is neither true nor false")),
        }
    }

    pub(super) fn object(&self, name: &str) -> Result<Fields<'a>, Unreadable> {
        Fields::of(self.value(name).unwrap_or(&Value::Null), format!("{}/{name}", self.pointer))
    }

    /// An object that may be absent.
    pub(super) fn optional_object(&self, name: &str) -> Result<Option<Fields<'a>>, Unreadable> {
        self.value(name).map(|_| self.object(name)).transpose()
    }

    /// A list of objects; absent is empty.
    pub(super) fn objects(&self, name: &str) -> Result<Vec<Fields<'a>>, Unreadable> {
        let pointer = |index: usize| format!("{}/{name}/{index}", self.pointer);
        self.array(name)?.iter().enumerate().map(|(index, item)| Fields::of(item, pointer(index))).collect()
    }

    /// A list of texts; absent is empty.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, Unreadable> {
        let text = |item: &Value| item.as_str().map(|text| text.replace('\0', "\u{fffd}"));
        self.array(name)?
            .iter()
            .map(|item| text(item).ok_or_else(|| self.wrong(name, "holds what is no text")))
            .collect()
    }

    fn array(&self, name: &str) -> Result<&'a [Value], Unreadable> {
        match self.value(name) {
            None => Ok(&[]),
            Some(Value::Array(items)) => Ok(items),
            Some(_) => Err(self.wrong(name, "is no list")),
        }
    }
}
